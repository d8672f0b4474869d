"""What is not documented and what is rare but legal: each way the fake can be configured to answer."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from portone_local.portone import (
    EXAMPLE_SUB_STORE,
    TEST_CHANNEL,
    BillingUnknowns,
    CancellationStatus,
    Checkout,
    FakePortOne,
    Fault,
    Refused,
    Unknowns,
)
from portone_local.twins.clock import MovableClock
from tests.support.asking import REFUND_ACCOUNT, cancel, refused

KEY = '"example-key-0123456789"'
HOUR = 3600
ACCOUNT = Checkout(amount=11_000, method="VIRTUAL_ACCOUNT")

type ClientOf = Callable[[FakePortOne], httpx.Client]
type FakeOf = Callable[..., FakePortOne]


@pytest.fixture
def fake_of(clock: MovableClock) -> FakeOf:
    return lambda **switches: FakePortOne(clock=clock, seed=7, unknowns=Unknowns(**switches))


def read(client: httpx.Client, **query: str) -> dict[str, Any]:
    payment: dict[str, Any] = client.get("/payments/p1", params=query).json()
    return payment


@pytest.mark.parametrize("rounded", [False, True])
def test_whether_the_vat_of_a_part_is_rounded_is_a_switch(
    fake_of: FakeOf, client_of: ClientOf, *, rounded: bool
) -> None:
    fake = fake_of(vat_of_a_part_is_rounded=rounded)
    client = client_of(fake)
    fake.buyer.pay("p1", Checkout(amount=100))

    first, last = cancel(client, amount=50), cancel(client, amount=50)

    assert first.json()["cancellation"]["vatAmount"] == (5 if rounded else 4)
    too_much = (409, "CANCEL_TAX_AMOUNT_EXCEEDS_CANCELLABLE_TAX_AMOUNT")
    assert (refused(last) == too_much) if rounded else (last.json()["cancellation"]["vatAmount"] == 5)


def test_a_rounded_vat_does_not_affect_a_full_cancel(fake_of: FakeOf, client_of: ClientOf) -> None:
    fake = fake_of(vat_of_a_part_is_rounded=True)
    fake.buyer.pay("p1", Checkout(amount=12_000))

    assert cancel(client_of(fake)).status_code == 200


@pytest.mark.parametrize("shown", [True, False])
def test_whether_a_paid_payment_lists_cancellations_is_a_switch(
    fake_of: FakeOf, client_of: ClientOf, *, shown: bool
) -> None:
    fake = fake_of(cancellations_are_shown_on_paid=shown)
    client = client_of(fake)
    fake.buyer.pay("p1", Checkout(amount=11_000))
    fake.console.cancel("p1", 1_000, status=CancellationStatus.REQUESTED)
    while_paid = read(client)
    fake.console.cancel("p1", 1_000)

    assert (while_paid["status"], "cancellations" in while_paid) == ("PAID", shown)
    assert len(read(client)["cancellations"]) == 2


@pytest.mark.parametrize("visible", [True, False])
def test_whether_another_store_of_the_account_is_visible_is_a_switch(
    fake_of: FakeOf, client_of: ClientOf, *, visible: bool
) -> None:
    fake = fake_of(other_stores_are_visible=visible)
    client = client_of(fake)
    fake.buyer.pay("p1", Checkout(amount=11_000))

    asked = client.get("/payments/p1", params={"storeId": EXAMPLE_SUB_STORE})

    assert asked.status_code == (200 if visible else 404)
    assert client.get("/payments/p1", params={"storeId": fake.store_id}).status_code == 200


@pytest.mark.parametrize("one", [True, False])
def test_whether_updated_at_only_rises_is_a_switch(
    fake_of: FakeOf, client_of: ClientOf, clock: MovableClock, *, one: bool
) -> None:
    fake = fake_of(stamps_have_one_clock=one)
    client, stamps = client_of(fake), []
    for number in range(20):
        fake.buyer.pay_pending(f"p{number}", Checkout(amount=11_000))
        before = client.get(f"/payments/p{number}").json()["updatedAt"]
        clock.advance(0.1)
        fake.buyer.approve(f"p{number}")
        stamps.append(before <= client.get(f"/payments/p{number}").json()["updatedAt"])

    assert all(stamps) is one


@pytest.mark.parametrize(("three", "status"), [(True, 200), (False, 409)])
def test_how_long_a_key_is_known_is_a_switch(
    fake_of: FakeOf, client_of: ClientOf, clock: MovableClock, *, three: bool, status: int
) -> None:
    client = client_of(fake := fake_of(keys_live_three_hours=three))
    headers = {"Idempotency-Key": KEY}
    client.post("/payments/p1/pre-register", json={"totalAmount": 1}, headers=headers)
    fake.buyer.pay("p1", Checkout(amount=1))
    clock.advance(HOUR)

    again = client.post("/payments/p1/pre-register", json={"totalAmount": 1}, headers=headers)

    assert again.status_code == status


@pytest.mark.parametrize(("soon", "minutes"), [(True, 1), (False, 190)])
def test_when_a_cancel_without_an_answer_is_carried_out_is_a_switch(
    fake_of: FakeOf, client_of: ClientOf, clock: MovableClock, *, soon: bool, minutes: int
) -> None:
    fake = fake_of(lost_cancels_end_soon=soon)
    client = client_of(fake)
    fake.buyer.pay("p1", Checkout(amount=11_000))
    fake.inject(operation="cancel_payment", fault=Fault.LATE_COMMIT)
    due = clock.now() + minutes * 60
    with pytest.raises(httpx.TimeoutException):
        cancel(client)

    clock.advance(due - clock.now() - 1)
    before = read(client)["status"]
    clock.advance(1)

    assert (before, read(client)["status"]) == ("PAID", "CANCELLED")


@pytest.mark.parametrize("routed", [True, False])
def test_whether_charges_are_routed_within_a_group_is_a_switch(
    clock: MovableClock, client_of: ClientOf, *, routed: bool
) -> None:
    fake = FakePortOne(
        clock=clock, seed=7, unknowns=Unknowns(billing=BillingUnknowns(charges_are_routed=routed))
    )
    client = client_of(fake)
    key = fake.buyer.issue_billing_key(channel_key=TEST_CHANNEL.key).billing_key
    body = {"billingKey": key, "orderName": "a", "amount": {"total": 100}, "currency": "KRW"}

    client.post("/payments/p1/billing-key", json=body)

    payment, shown = read(client), client.get(f"/billing-keys/{key}").json()
    assert (payment["channel"]["key"] != TEST_CHANNEL.key) is routed
    assert ("channelGroup" in payment, "channelGroup" in shown) == (routed, routed)
    assert payment["channel"]["key"] in [each["key"] for each in shown["channels"]]


def test_the_bank_can_take_a_deposit_back(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.pay("p1", ACCOUNT)
    portone.buyer.deposit("p1")

    portone.console.take_deposit_back("p1")
    taken_back = read(client)
    portone.buyer.deposit("p1")

    assert (taken_back["status"], "paidAt" in taken_back) == ("VIRTUAL_ACCOUNT_ISSUED", False)
    assert (read(client)["status"], portone.books()["p1"].times_paid) == ("PAID", 1)


def test_only_a_deposit_can_be_taken_back(portone: FakePortOne) -> None:
    portone.buyer.pay("p1", Checkout(amount=11_000))

    with pytest.raises(Refused):
        portone.console.take_deposit_back("p1")


def test_the_bank_can_refuse_a_deposit_refund_portone_reports_as_done(
    portone: FakePortOne, client: httpx.Client
) -> None:
    portone.buyer.pay("p1", ACCOUNT)
    portone.buyer.deposit("p1")
    cancel(client, refundAccount=REFUND_ACCOUNT)

    portone.console.show_refund_status("p1", "FAILED")

    assert (read(client)["status"], read(client)["method"]["refundStatus"]) == ("CANCELLED", "FAILED")


def test_an_account_may_be_shown_without_its_due_date(portone: FakePortOne, client: httpx.Client) -> None:
    portone.pg.accounts_expire = False
    portone.buyer.pay("p1", ACCOUNT)

    assert "expiredAt" not in read(client)["method"]


def test_a_removed_channel_opens_no_window_and_charges_nothing(
    portone: FakePortOne, client: httpx.Client
) -> None:
    key = portone.buyer.issue_billing_key(channel_key=TEST_CHANNEL.key).billing_key
    body = {"billingKey": key, "orderName": "a", "amount": {"total": 100}, "currency": "KRW"}

    portone.console.remove_channel(str(TEST_CHANNEL.key))
    charged = client.post("/payments/p1/billing-key", json=body)
    with pytest.raises(Refused, match="ChannelNotFound"):
        portone.buyer.pay("p2", Checkout(amount=1, channel=TEST_CHANNEL.key))
    portone.console.add_channel(TEST_CHANNEL)

    assert refused(charged) == (404, "CHANNEL_NOT_FOUND")
    assert client.post("/payments/p1/billing-key", json=body).status_code == 200
