"""A valid answer of GET /payments/{paymentId}, written from PortOne facts 3; a test says what differs."""

import json
from typing import Any

PAYMENT_ID = "pay0000000000000000000000000001"
STORE_ID = "store-00000000-0000-4000-8000-000000000001"

CARD = {
    "type": "PaymentMethodCard",
    "card": {"issuer": "EXAMPLE_CARD", "brand": "LOCAL", "number": "000000******0000"},
    "approvalNumber": "00000000",
    "installment": {"month": 0, "isInterestFree": False},
}
VIRTUAL_ACCOUNT = {
    "type": "PaymentMethodVirtualAccount",
    "bank": "KOOKMIN",
    "accountNumber": "00012345678901",
    "remitteeName": "Example Shop",
    "expiredAt": "2026-01-03T00:00:00Z",
}
CANCELLATION = {
    "status": "SUCCEEDED",
    "id": "cancellation-1",
    "totalAmount": 3000,
    "taxFreeAmount": 0,
    "vatAmount": 273,
    "reason": "ABCDEF012345 changed mind",
    "requestedAt": "2026-01-02T04:00:00.000001Z",
    "cancelledAt": "2026-01-02T04:00:01Z",
    "trigger": "API",
}


def paid(**changes: Any) -> dict[str, Any]:
    """A card payment of 10,000 won, PAID; `changes` are top-level fields."""
    return {
        "status": "PAID",
        "id": PAYMENT_ID,
        "transactionId": "transaction-1",
        "merchantId": "merchant-example",
        "storeId": STORE_ID,
        "method": CARD,
        "channel": {
            "type": "LIVE",
            "pgProvider": "TOSSPAYMENTS",
            "pgMerchantId": "example-merchant",
            "key": "channel-key-example",
        },
        "version": "V2",
        "requestedAt": "2026-01-02T03:04:05Z",
        "updatedAt": "2026-01-02T03:05:38.366979621Z",
        "statusChangedAt": "2026-01-02T03:05:38.366979621Z",
        "orderName": "Example order",
        "amount": {
            "total": 10000,
            "taxFree": 0,
            "vat": 909,
            "supply": 9091,
            "discount": 0,
            "paid": 10000,
            "cancelled": 0,
            "cancelledTaxFree": 0,
        },
        "currency": "KRW",
        "customer": {"id": "user-1", "name": "Example Buyer"},
        "origin": {"platformType": "MOBILE", "ipAddress": "192.0.2.1"},
        "customData": '{"bundle":"example"}',
        "paidAt": "2026-01-02T03:05:38Z",
        "pgTxId": "pg-1",
        "receiptUrl": "https://receipt.example/1",
        "disputes": [],
        **changes,
    }


def with_raw(answer: dict[str, Any], path: str, raw: str) -> bytes:
    """The answer with that JSON text at the end of the path, byte by byte."""
    answer = json.loads(json.dumps(answer))
    *way, last = path.split(".")
    holder: Any = answer
    for step in way:
        holder = holder[int(step)] if step.isdigit() else holder[step]
    holder[last] = "@@"
    return json.dumps(answer).replace('"@@"', raw).encode("utf-8", "surrogateescape")
