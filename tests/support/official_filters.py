"""Each documented filter of PortOne's lists, with a value that fits what is there and one that does not."""

from collections.abc import Iterator
from typing import Any

from portone_local.portone import EXAMPLE_STORE, LIVE_CHANNEL, FakePortOne
from portone_local.portone.identity.people import ADULT
from tests.support.official_calls import CHARGE, ORDER, RECEIPT, Call, requested

FIRST, LAST = "2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z"
BEFORE = {"from": "2025-12-30T00:00:00Z", "until": "2025-12-31T00:00:00Z"}
AROUND = {"from": FIRST, "until": LAST}
NONE = "nothing-of-this-name"

type Pair = tuple[dict[str, Any], dict[str, Any]]


def both(name: str, fits: Any, other: Any) -> Pair:
    """A filter by one field."""
    return {name: fits}, {name: other}


def texts(*, several: bool, **fields: str) -> dict[str, Pair]:
    """`textSearch` by each of these fields; of payments PortOne takes several at once."""

    def by(field: str, value: str) -> dict[str, Any]:
        search = {"field": field, "value": value}
        return {"textSearch": [search] if several else search}

    return {f"textSearch {name}": (by(name, value), by(name, NONE)) for name, value in fields.items()}


def of_payments(fake: FakePortOne) -> dict[str, Pair]:
    """A card that was paid, refunded in part."""
    fake.buyer.pay("target1", ORDER)
    fake.console.cancel("target1", 1_000)
    shown = requested(fake, "GET", "/payments/target1")
    card = shown["method"]
    return {
        "times": (AROUND, BEFORE),
        "created": ({"timestampType": "CREATED_AT", **AROUND}, {"timestampType": "CREATED_AT", **BEFORE}),
        "status": both("status", ["PARTIAL_CANCELLED"], ["READY"]),
        "methods": both("methods", ["CARD", "MOBILE"], ["TRANSFER"]),
        "pgProvider": both("pgProvider", [LIVE_CHANNEL.pg_provider], ["KCP_V2"]),
        "isTest": both("isTest", False, True),
        "isScheduled": both("isScheduled", False, True),
        "version": both("version", "V2", "V1"),
        "platformType": both("platformType", "SDK_MOBILE", "SDK_PC"),
        "currency": both("currency", "KRW", "USD"),
        "isEscrow": both("isEscrow", False, True),
        "cardBrand": both("cardBrand", "LOCAL", "VISA"),
        "cardType": both("cardType", "CREDIT", "DEBIT"),
        "storeId": ({"storeId": EXAMPLE_STORE}, {"storeId": EXAMPLE_STORE, **BEFORE}),
        "sorted": ({"sortBy": "REQUESTED_AT", "sortOrder": "ASC"}, BEFORE),
        **texts(
            several=True,
            ALL="target1",
            PAYMENT_ID="target1",
            TX_ID=shown["transactionId"],
            PG_TX_ID=shown["pgTxId"],
            CARD_APPROVAL_NUMBER=card["approvalNumber"],
            CUSTOMER_NAME=shown["customer"]["name"],
            CUSTOMER_EMAIL=shown["customer"]["email"],
            CUSTOMER_PHONE_NUMBER=shown["customer"]["phoneNumber"],
            ORDER_NAME=shown["orderName"],
            CANCEL_REASON=shown["cancellations"][0]["reason"],
        ),
    }


def of_keys(fake: FakePortOne) -> dict[str, Pair]:
    """A card that was saved."""
    key = fake.buyer.issue_billing_key(issue_id="issue-1", customer_id="target1").billing_key
    return {
        "times": ({"timeRangeField": "ISSUED_AT", **AROUND}, {"timeRangeField": "ISSUED_AT", **BEFORE}),
        "status": both("status", ["ISSUED"], ["DELETED"]),
        "customerId": both("customerId", "target1", NONE),
        "platformType": both("platformType", "SDK_MOBILE", "SDK_PC"),
        "pgProviders": both("pgProviders", [LIVE_CHANNEL.pg_provider], ["KCP_V2"]),
        "methods": both("methods", ["CARD"], ["EASY_PAY"]),
        "version": both("version", "V2", "V1"),
        **texts(several=False, BILLING_KEY=key),
    }


def of_schedules(fake: FakePortOne) -> dict[str, Pair]:
    """A charge that is to come."""
    key = fake.buyer.issue_billing_key().billing_key
    body = {"payment": {"billingKey": key, **CHARGE}, "timeToPay": "2026-02-01T00:00:00Z"}
    requested(fake, "POST", "/payments/target1/schedule", body)
    return {
        "times": (AROUND, BEFORE),
        "billingKey": ({"billingKey": key, **AROUND}, {"billingKey": NONE, **AROUND}),
        "status": ({"status": ["SCHEDULED"], **AROUND}, {"status": ["STARTED", "PENDING"], **AROUND}),
        "isForTest": ({"isForTest": False, **AROUND}, {"isForTest": True, **AROUND}),
    }


def of_receipts(fake: FakePortOne) -> dict[str, Pair]:
    """A receipt that was issued."""
    body = {"paymentId": "target1", "amount": {"total": 9_900}, **RECEIPT}
    requested(fake, "POST", "/cash-receipts", body)
    return {
        "times": ({"timeRangeField": "ISSUED_AT", **AROUND}, {"timeRangeField": "ISSUED_AT", **BEFORE}),
        "paymentId": both("paymentId", "target1", NONE),
        "statuses": both("statuses", ["ISSUED"], ["CANCELLED", "FAILED"]),
        "orderName": both("orderName", str(RECEIPT["orderName"]), NONE),
        "isTest": both("isTest", False, True),
        "types": both("types", ["PERSONAL"], ["CORPORATE"]),
        "version": both("version", "V2", "V1"),
    }


def of_verifications(fake: FakePortOne) -> dict[str, Pair]:
    """Somebody who went through the window."""
    fake.buyer.verify_identity("target1")
    return {
        "times": (AROUND, BEFORE),
        "identityVerificationId": both("identityVerificationId", "target1", NONE),
        "isTest": both("isTest", False, True),
        "statuses": both("statuses", ["VERIFIED"], ["FAILED"]),
        "pgProviders": both("pgProviders", ["DANAL"], ["KCP_V2"]),
        "version": both("version", "V2", "V1"),
        "customer": both("customer", {"name": ADULT.name}, {"name": NONE}),
    }


LISTS = {
    "getPayments": ("payment", of_payments),
    "getBillingKeyInfos": ("payment.billingKey", of_keys),
    "getPaymentSchedules": ("payment.paymentSchedule", of_schedules),
    "getCashReceipts": ("payment.cashReceipt", of_receipts),
    "getIdentityVerifications": ("identityVerification", of_verifications),
}


def filtered(fake: FakePortOne, method: str) -> Iterator[tuple[str, Call, Call]]:
    """The name of each filter of a list, a call that finds what is there, and one that finds nothing."""
    client, pairs = LISTS[method]
    for name, (fits, other) in pairs(fake).items():
        yield name, Call(client, method, {"filter": fits}), Call(client, method, {"filter": other})
