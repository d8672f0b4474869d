"""The billing client over a transport that is a plain function, and valid answers written from facts 6."""

from typing import Any

import httpx

from portone_payments.adapters.portone.billing import BillingClient
from portone_payments.ports.billing import ChargeCommand, IssueAndPayCommand, KeyInCommand
from tests.support.payment_answers import STORE_ID
from tests.support.portone_calls import SECRET, Wire

BILLING_KEY = "billing-key-00000000-0000-4000-8000-000000000001"
CARD_NUMBER = "0000000000000000"
TOKEN = "example-billing-issue-token"

CHARGE = ChargeCommand(
    billing_key=BILLING_KEY,
    order_name="구독 1월",
    total=9_900,
    tax_free=900,
    currency="KRW",
    customer_id="user-1",
    custom_data='{"bundle":"example"}',
)
FIRST_PAYMENT = IssueAndPayCommand(payment_id="p1", total=9_900, tax_free=900, currency="KRW")
KEY_IN = KeyInCommand(
    number=CARD_NUMBER,
    expiry_year="30",
    expiry_month="12",
    channel_key="channel-key-example",
    customer_id="user-1",
)

CARD_SAVED = {
    "type": "BillingKeyPaymentMethodCard",
    "card": {
        "name": "예시 카드",
        "issuer": "EXAMPLE_CARD",
        "brand": "LOCAL",
        "number": "00000000****0000",
    },
}
CHANNEL = {
    "type": "LIVE",
    "pgProvider": "TOSSPAYMENTS",
    "pgMerchantId": "example-merchant",
    "key": "channel-key-example",
}


def billing_client(wire: Wire, *, key_in: bool = False) -> BillingClient:
    """The client under test."""
    return BillingClient(
        base_url="https://portone.example/",
        secret=lambda: SECRET,
        store_id=STORE_ID,
        transport=httpx.MockTransport(wire),
        key_in=key_in,
    )


def key_answer(**changes: Any) -> dict[str, Any]:
    """An ISSUED billing key of a card; `changes` are top-level fields."""
    return {
        "status": "ISSUED",
        "billingKey": BILLING_KEY,
        "merchantId": "merchant-example",
        "storeId": STORE_ID,
        "methods": [CARD_SAVED],
        "channels": [CHANNEL],
        "customer": {"id": "user-1", "name": "Example Buyer"},
        "customData": '{"bundle":"example"}',
        "issueId": "issue-1",
        "issueName": "Example issue",
        "requestedAt": "2026-01-02T03:04:00Z",
        "issuedAt": "2026-01-02T03:04:05Z",
        **changes,
    }


def schedule_answer(**changes: Any) -> dict[str, Any]:
    """A SCHEDULED payment of that key; `changes` are top-level fields."""
    return {
        "status": "SCHEDULED",
        "id": "schedule-1",
        "merchantId": "merchant-example",
        "storeId": STORE_ID,
        "paymentId": "p1",
        "billingKey": BILLING_KEY,
        "orderName": "Example order",
        "isCulturalExpense": False,
        "isEscrow": False,
        "customer": {"id": "user-1"},
        "customData": "",
        "totalAmount": 9_900,
        "currency": "KRW",
        "createdAt": "2026-01-02T03:04:05Z",
        "timeToPay": "2026-02-02T03:04:05.366979621Z",
        **changes,
    }


def page_answer(*items: Any) -> dict[str, Any]:
    """A page of a list."""
    return {"items": list(items), "page": {"number": 0, "size": 10, "totalCount": len(items)}}
