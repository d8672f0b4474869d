"""Billing keys, charges and schedules, compared with PortOne's OpenAPI document."""

import json
from collections.abc import Callable

import httpx
import pytest

from portone_local.portone import (
    EXAMPLE_STORE,
    LIVE_CHANNEL,
    TEST_CHANNEL,
    BillingUnknowns,
    Checkout,
    FakePortOne,
    Optionals,
    Unknowns,
)
from portone_local.portone.api import Exchange
from portone_local.portone.contract import Contract
from portone_local.twins.clock import MovableClock
from tests.support.asking import recorded
from tests.support.billing_asks import BILLING_CALLS, charge_ask, issue_ask, issued

type ClientOf = Callable[[FakePortOne], httpx.Client]

ORDER = Checkout(amount=9_900, tax_free=900)
BOTH = (str(LIVE_CHANNEL.key), str(TEST_CHANNEL.key))
SOON, LATER = "2026-01-03T00:00:00Z", "2026-12-31T00:00:00Z"
SETTINGS = {
    name: Unknowns(billing=billing, total_count_is_of_the_page=index % 2 == 0)
    for index, (name, billing) in enumerate(BillingUnknowns.all_settings().items())
}
WHOLE = charge_ask(
    "billing-key-1",
    storeId=EXAMPLE_STORE,
    channelKey=LIVE_CHANNEL.key,
    amount={"total": 9_900, "taxFree": 900, "vat": 818},
    customer={
        "id": "user-1",
        "name": {"full": "홍길동"},
        "gender": "OTHER",
        "address": {"addressLine1": "1", "addressLine2": "2", "country": "KR"},
    },
    customData="example",
    installmentMonth=3,
    useFreeInterestFromMerchant=False,
    useCardPoint=False,
    cashReceipt={"type": "NO_RECEIPT"},
    country="KR",
    locale="KO_KR",
    noticeUrls=["https://shop.example/hook"],
    products=[{"id": "1", "name": "모자", "amount": 9_900, "quantity": 1}],
    productCount=1,
    productType="DIGITAL",
    shippingAddress={"addressLine1": "1", "addressLine2": "2"},
    bypass={"free": {"as": ["it", "likes"]}},
)


def play(fake: FakePortOne, client: httpx.Client, clock: MovableClock) -> None:
    """Every operation about billing, with what the shop may send, and some of what PortOne refuses."""
    keys = [
        issued(fake, issue_id="issue-1", issue_name="Example", custom_data="example"),
        issued(fake, method="EASY_PAY", channel_key=BOTH, failing_channels=BOTH[1:]),
        issued(fake, method="MOBILE"),
        issued(fake, method="TRANSFER"),
        issued(fake, method="PAYPAL", customer_id=None),
    ]
    _issues(fake, client)
    _charges(fake, client, keys)
    _schedules(client, keys[0])
    clock.advance(86_400)
    for key in keys:
        client.get(f"/billing-keys/{key}", params={"storeId": EXAMPLE_STORE})
    client.get(f"/billing-keys/{keys[0]}", params={"storeId": "store-other"})
    query = {"storeId": EXAMPLE_STORE, "reason": "끝", "requester": "CUSTOMER", "skipWebhook": "true"}
    for key in (keys[0], keys[1], keys[1], "billing-key-9"):
        client.delete(f"/billing-keys/{key}", params=query)
    client.get(f"/billing-keys/{keys[1]}")
    wanted = {
        "page": {"number": 0, "size": 100},
        "sort": {"by": "ISSUED_AT", "order": "ASC"},
        "filter": {"storeId": EXAMPLE_STORE, "timeRangeField": "ISSUED_AT", "status": ["ISSUED", "DELETED"]},
    }
    for question in (wanted, {}, {"page": {"number": 1, "size": 60_000}}):
        client.get("/billing-keys", params={"requestBody": json.dumps(question)})


def _issues(fake: FakePortOne, client: httpx.Client) -> None:
    token = fake.buyer.issue_billing_key(manual=True).billing_issue_token
    for test in (True, False, False):
        client.post("/billing-keys/confirm", json={"billingIssueToken": token, "isTest": test})
    for payment_id, total in (("first", 9_900), ("second", 1)):
        paying = fake.buyer.issue_billing_key_and_pay(payment_id, ORDER, manual=True)
        asked = {"billingIssueToken": paying.billing_issue_token, "totalAmount": total, "skipWebhook": True}
        client.post("/billing-keys/confirm-issue-and-pay", json=asked)
    client.post("/billing-keys", json=issue_ask(storeId=EXAMPLE_STORE, bypass={"free": {}}))
    client.post("/billing-keys", json=issue_ask(channelKey="channel-key-other"))
    for kind in ("PG_PROVIDER", "CHANNEL_SPECIFIC"):
        fake.console.refuse_next("issue_billing_key", kind)
        client.post("/billing-keys", json=issue_ask())


def _charges(fake: FakePortOne, client: httpx.Client, keys: list[str]) -> None:
    for number, key in enumerate(keys):
        fake.pg.decline(key, approves_after=60 if number else None)
        for _ in range(2):
            client.post(f"/payments/charge{number}/billing-key", json={**WHOLE, "billingKey": key})
            client.get(f"/payments/charge{number}")
    client.post("/payments/charge0/billing-key", json=charge_ask(keys[0]))
    client.post("/payments/charge9/billing-key", json=charge_ask("billing-key-9"))
    client.post("/payments/charge9/billing-key", json=charge_ask(keys[0], amount={"total": 1, "vat": 2}))


def _schedules(client: httpx.Client, key: str) -> None:
    payment = {**WHOLE, "billingKey": key}
    made = [
        client.post(f"/payments/{name}/schedule", json={"payment": payment, "timeToPay": due}).json()
        for name, due in (("s1", SOON), ("s2", LATER), ("s3", LATER), ("charge0", LATER))
    ]
    names = [each["schedule"]["id"] for each in made if "schedule" in each]
    for chosen in ({"scheduleIds": names[1:2]}, {"scheduleIds": names[1:2]}, {}, {"billingKey": "x"}):
        client.delete("/payment-schedules", params={"requestBody": json.dumps(chosen)})
    for name in (*names, "schedule-9"):
        client.get(f"/payment-schedules/{name}", params={"storeId": EXAMPLE_STORE})
    wanted = {"storeId": EXAMPLE_STORE, "billingKey": key, "until": LATER, "isForTest": False}
    client.get("/payment-schedules", params={"requestBody": json.dumps({"filter": wanted})})
    client.get("/payments/s1")
    client.delete("/payment-schedules", params={"requestBody": json.dumps({"billingKey": key})})


def problems(contract: Contract, seen: list[Exchange]) -> list[str]:
    return [problem for exchange in seen for problem in contract.problems(exchange)]


@pytest.mark.parametrize("optionals", Optionals)
@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_every_operation_about_billing_keeps_to_the_document_under_every_setting(
    contract: Contract, clock: MovableClock, client_of: ClientOf, settings: Unknowns, optionals: Optionals
) -> None:
    fake = FakePortOne(clock=clock, unknowns=settings, optionals=optionals)
    seen = recorded(fake)

    play(fake, client_of(fake), clock)

    assert problems(contract, seen) == []
    played = {exchange.route.operation for exchange in seen if exchange.route}
    assert played >= BILLING_CALLS.keys()


def test_the_contract_leaves_bypass_open_and_nothing_else(
    contract: Contract, portone: FakePortOne, client: httpx.Client
) -> None:
    seen = recorded(portone)

    client.post("/payments/p1/billing-key", json=charge_ask(bypass={"any": {"thing": 1}}))
    client.post("/payments/p1/billing-key", json=charge_ask(customer={"any": 1}))
    client.post("/payments/p1/billing-key", json=charge_ask(any=1))

    assert [len(contract.problems(exchange)) for exchange in seen] == [0, 1, 1]
