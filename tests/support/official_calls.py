"""Every operation PortOne's clients can ask the fake for, in an order in which each succeeds."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import httpx

from portone_local.portone import EXAMPLE_SECRET, LIVE_CHANNEL, CancellationStatus, FakePortOne
from portone_local.portone.checkout import Checkout
from tests.support.billing_asks import CARD
from tests.support.identity_calls import send_body

ORDER = Checkout(amount=11_000, tax_free=1_000, discount=500, custom_data='{"orderId":"o1"}')
METHODS = ("CARD", "EASY_PAY", "TRANSFER", "MOBILE", "VIRTUAL_ACCOUNT")
LATER = "2026-12-31T00:00:00Z"
AMOUNT = {"total": 9_900, "taxFree": 900, "vat": 818}
CHARGE = {"orderName": "Example subscription", "amount": AMOUNT, "currency": "KRW"}
PAGE = {"number": 0, "size": 50}
RECEIPT = {
    "channelKey": LIVE_CHANNEL.key,
    "type": "PERSONAL",
    "orderName": "Example order",
    "currency": "KRW",
    "customer": {"identityNumber": "01000000000", "name": "홍길동"},
}


@dataclass(frozen=True)
class Call:
    """One call, by the names of PortOne's document: `client` is `payment.billingKey` and so on."""

    client: str
    method: str
    options: dict[str, Any]


def readings(fake: FakePortOne) -> Iterator[Call]:
    """A payment by each method and in each state, each read once."""
    for method in METHODS:
        fake.buyer.pay(f"by{method}", replace(ORDER, method=method))
    fake.buyer.deposit("byVIRTUAL_ACCOUNT")
    fake.buyer.open_window("ready1", ORDER)
    fake.buyer.pay_pending("pending1", ORDER)
    fake.buyer.pay("issued1", replace(ORDER, method="VIRTUAL_ACCOUNT"))
    fake.buyer.decline("failed1", ORDER)
    for status in CancellationStatus:
        fake.buyer.pay(f"cancelled{status}", ORDER)
        fake.console.cancel(f"cancelled{status}", 1_000, status=status)
    fake.buyer.pay("back1", ORDER)
    fake.console.chargeback("back1")
    for payment_id in fake.books():
        yield Call("payment", "getPayment", {"paymentId": payment_id})


def payments(fake: FakePortOne) -> Iterator[Call]:
    """A shop's calls about payments."""
    token = fake.buyer.authenticate("confirm1", ORDER)
    fake.buyer.pay("paid1", ORDER)
    fake.buyer.pay("waiting1", replace(ORDER, method="VIRTUAL_ACCOUNT"))
    fake.buyer.pay("deposit1", replace(ORDER, method="VIRTUAL_ACCOUNT"))
    fake.buyer.deposit("deposit1")
    account = {"bank": "SHINHAN", "number": "00000000000000", "holderName": "홍길동"}
    money = {"totalAmount": 11_000, "taxFreeAmount": 1_000, "currency": "KRW"}
    yield Call("payment", "preRegisterPayment", {"paymentId": "fresh1", **money})
    confirmed = {"paymentId": "confirm1", "paymentToken": token, "isTest": False}
    yield Call("payment", "confirmPayment", confirmed | money)
    part = {"amount": 2_000, "taxFreeAmount": 0, "vatAmount": 181, "currentCancellableAmount": 11_000}
    yield Call("payment", "cancelPayment", {"paymentId": "paid1", "reason": "단순 변심", **part})
    back = {"paymentId": "deposit1", "reason": "test", "requester": "CUSTOMER", "refundAccount": account}
    yield Call("payment", "cancelPayment", back)
    yield Call("payment", "closeVirtualAccount", {"paymentId": "waiting1"})
    receipt = {"paymentId": "receipt1", "amount": AMOUNT, **RECEIPT}
    yield Call("payment.cashReceipt", "issueCashReceipt", receipt)
    for method in ("getCashReceiptByPaymentId", "cancelCashReceiptByPaymentId", "getCashReceiptByPaymentId"):
        yield Call("payment.cashReceipt", method, {"paymentId": "receipt1"})


def billing(fake: FakePortOne) -> Iterator[Call]:
    """A shop's calls about billing keys, charges and schedules."""
    keys, schedules = "payment.billingKey", "payment.paymentSchedule"
    key = fake.buyer.issue_billing_key(issue_id="issue-1").billing_key
    gone = fake.buyer.issue_billing_key(issue_id="issue-2").billing_key
    token = fake.buyer.issue_billing_key(manual=True).billing_issue_token
    paying = fake.buyer.issue_billing_key_and_pay("first1", ORDER, manual=True).billing_issue_token
    yield Call(keys, "getBillingKeyInfo", {"billingKey": key})
    card = {"card": {"credential": {**CARD, "passwordTwoDigits": "00"}}}
    typed_in = {"method": card, "channelKey": LIVE_CHANNEL.key, "customer": {"id": "user-1"}}
    yield Call(keys, "issueBillingKey", typed_in)
    yield Call(keys, "confirmBillingKey", {"billingIssueToken": token, "isTest": False})
    first = {"billingIssueToken": paying, "paymentId": "first1", "totalAmount": 11_000, "currency": "KRW"}
    yield Call(keys, "confirmBillingKeyIssueAndPay", first)
    customer = {"id": "user-1", "name": {"full": "홍길동"}, "email": "buyer@shop.example"}
    charged = {"paymentId": "charge1", "billingKey": key, "customer": customer, "customData": "{}", **CHARGE}
    yield Call("payment", "payWithBillingKey", charged)
    yield Call("payment", "getPayment", {"paymentId": "charge1"})
    due = {"payment": {"billingKey": key, **CHARGE}, "timeToPay": LATER}
    first_id, second_id = (_scheduled(fake, f"before{number}", due) for number in range(2))
    yield Call(schedules, "createPaymentSchedule", {"paymentId": "schedule1", **due})
    found = {"page": PAGE, "filter": {"billingKey": key, "from": "2026-01-01T00:00:00Z", "until": LATER}}
    yield Call(schedules, "getPaymentSchedules", found)
    yield Call(schedules, "getPaymentSchedule", {"paymentScheduleId": first_id})
    yield Call(schedules, "revokePaymentSchedules", {"billingKey": key, "scheduleIds": [first_id]})
    yield Call(schedules, "revokePaymentSchedules", {"scheduleIds": [second_id]})
    yield Call(schedules, "revokePaymentSchedules", {"billingKey": key})
    yield Call(schedules, "getPaymentSchedule", {"paymentScheduleId": first_id})
    yield Call(keys, "deleteBillingKey", {"billingKey": gone, "reason": "끝", "requester": "CUSTOMER"})
    for each in (key, gone):
        yield Call(keys, "getBillingKeyInfo", {"billingKey": each})


def identities(fake: FakePortOne) -> Iterator[Call]:
    """A shop's calls about verifications, started by window and by message."""
    fake.buyer.verify_identity("window1")
    fake.buyer.verify_identity("left1", half_way=True)
    fake.buyer.verify_identity("refused1", pg_code="9999")
    requested(fake, "POST", "/identity-verifications/sent1/send", send_body())
    name = "identityVerificationId"
    for verification_id in ("window1", "left1", "refused1", "sent1"):
        yield Call("identityVerification", "getIdentityVerification", {name: verification_id})
    otp = fake.buyer.otp_of("sent1")
    yield Call("identityVerification", "confirmIdentityVerification", {name: "sent1", "otp": otp})
    said = send_body() | {"bypass": {"danal": {"CPTITLE": "Example shop"}}}
    yield Call("identityVerification", "sendIdentityVerification", {name: "sent2", **said})
    yield Call("identityVerification", "resendIdentityVerification", {name: "sent2"})
    yield Call("identityVerification", "getIdentityVerification", {name: "sent2"})


LISTS = (
    ("payment", "getPayments"),
    ("payment.billingKey", "getBillingKeyInfos"),
    ("payment.paymentSchedule", "getPaymentSchedules"),
    ("payment.cashReceipt", "getCashReceipts"),
    ("identityVerification", "getIdentityVerifications"),
)


def lists(_fake: FakePortOne) -> Iterator[Call]:
    """Each list, as it comes and page by page."""
    for client, method in LISTS:
        yield Call(client, method, {})
        for number in range(2):
            yield Call(client, method, {"page": {"number": number, "size": 2}})


def every(fake: FakePortOne) -> list[Call]:
    """All of them, in an order in which each succeeds."""
    made = (readings(fake), payments(fake), billing(fake), identities(fake), lists(fake))
    return [call for calls in made for call in calls]


def requested(fake: FakePortOne, method: str, path: str, body: Any = None) -> Any:
    """What the fake answers to a plain HTTP call. Raises `httpx.HTTPStatusError`."""
    authorized = {"authorization": f"PortOne {EXAMPLE_SECRET}"}
    base = "https://portone.invalid"
    with httpx.Client(transport=fake.transport(), base_url=base, headers=authorized) as client:
        return client.request(method, path, json=body).raise_for_status().json()


def _scheduled(fake: FakePortOne, payment_id: str, due: dict[str, Any]) -> str:
    return str(requested(fake, "POST", f"/payments/{payment_id}/schedule", due)["schedule"]["id"])
