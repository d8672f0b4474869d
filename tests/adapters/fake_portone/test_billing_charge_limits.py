"""What stops a charge at the fake PortOne, and how long one takes."""

from collections.abc import Callable

import httpx
import pytest

from portone_local.portone import (
    TEST_CHANNEL,
    BillingUnknowns,
    FakePortOne,
    Fault,
    Unknowns,
)
from portone_local.twins.clock import MovableClock
from tests.support.billing_asks import BOTH, charge, charge_ask, issued, keyed, schedule_ask

type ClientOf = Callable[[FakePortOne], httpx.Client]


def test_the_attempts_of_a_payment_are_limited(portone: FakePortOne, client: httpx.Client) -> None:
    key = issued(portone)
    portone.pg.max_attempts = 2
    portone.pg.decline(times=None)

    kinds = [charge(client, key).json()["type"] for _ in range(3)]

    assert kinds == ["PG_PROVIDER", "PG_PROVIDER", "MAX_TRANSACTION_COUNT_REACHED"]
    assert len(set(portone.books()["p1"].transaction_ids)) == 2


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ({"amount": {"total": 1_000, "taxFree": 900, "vat": 101}}, "SUM_OF_PARTS_EXCEEDS_TOTAL_AMOUNT"),
        ({"amount": {"total": 1_000, "taxFree": 1_001}}, "SUM_OF_PARTS_EXCEEDS_TOTAL_AMOUNT"),
        ({"amount": {"total": 0}}, "INVALID_REQUEST"),
        ({"amount": 1_000}, "INVALID_REQUEST"),
        ({"currency": "won"}, "INVALID_REQUEST"),
        ({"orderName": None}, "INVALID_REQUEST"),
        ({"totalAmount": 1_000}, "INVALID_REQUEST"),
        ({"promotionId": "promotion-example"}, "INVALID_REQUEST"),
        ({"channelKey": "channel-key-other"}, "CHANNEL_NOT_FOUND"),
        ({"billingKey": "billing-key-9"}, "BILLING_KEY_NOT_FOUND"),
        ({"billingKey": "NEEDS_CONFIRMATION"}, "BILLING_KEY_NOT_FOUND"),
    ],
)
def test_a_malformed_charge_is_refused(
    portone: FakePortOne, client: httpx.Client, asked: dict[str, object], kind: str
) -> None:
    key = issued(portone)

    answer = client.post("/payments/p1/billing-key", json={**charge_ask(key), **asked})

    assert answer.json()["type"] == kind
    assert client.get("/payments/p1").status_code == 404


def test_a_channel_that_did_not_issue_cannot_be_charged(portone: FakePortOne, client: httpx.Client) -> None:
    key = issued(portone, channel_key=BOTH, failing_channels=BOTH[1:])

    assert charge(client, key, channelKey=TEST_CHANNEL.key).json()["type"] == "CHANNEL_NOT_FOUND"


@pytest.mark.parametrize("binds", [True, False])
def test_a_pre_registered_amount_may_bind_a_charge(
    clock: MovableClock,
    client_of: ClientOf,
    binds: bool,  # noqa: FBT001 - a switch of the fake
) -> None:
    switches = Unknowns(billing=BillingUnknowns(pre_registration_binds_charges=binds))
    fake = FakePortOne(clock=clock, unknowns=switches)
    client = client_of(fake)
    client.post("/payments/p1/pre-register", json={"totalAmount": 1_000})

    answer = charge(client, issued(fake))

    assert answer.status_code == (400 if binds else 200)


def test_a_payment_with_a_schedule_is_not_charged(portone: FakePortOne, client: httpx.Client) -> None:
    key = issued(portone)
    client.post("/payments/p1/schedule", json=schedule_ask(key, due="2026-02-02T03:04:05Z"))

    assert charge(client, key).json()["type"] == "PAYMENT_SCHEDULE_ALREADY_EXISTS"
    assert charge(client, key, "p2").status_code == 200


def test_a_pg_takes_its_configured_time(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock
) -> None:
    key, before = issued(portone), clock.now()
    portone.pg.gateway = (0.05, 0.2)

    for number in range(20):
        charge(client, key, f"p{number}")
    client.get("/payments/p1")

    took = [call.seconds for call in portone.calls()]
    assert all(0.05 <= seconds <= 0.2 for seconds in took[:-1])
    assert len(set(took)) > 10
    assert took[-1] == 0
    assert clock.now() - before == pytest.approx(sum(took), abs=1e-6)


def test_a_charge_under_way_keeps_its_key_from_deletion(
    portone: FakePortOne, client_of: ClientOf, clock: MovableClock
) -> None:
    billing_key = issued(portone)
    portone.pg.gateway = (4.0, 4.0)
    portone.pause = lambda _seconds: None
    client = client_of(portone)

    keyed(client, "example-key-0000000001", billing_key)
    during = keyed(client, "example-key-0000000001", billing_key)
    clock.advance(4)
    after = keyed(client, "example-key-0000000001", billing_key)

    assert (during.json()["type"], after.status_code) == ("IDEMPOTENCY_OUTSTANDING_REQUEST", 200)


def test_a_late_charge_takes_effect_after_its_time(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock
) -> None:
    key = issued(portone)
    portone.inject(operation="pay_with_billing_key", fault=Fault.LATE_COMMIT, seconds=60)

    with pytest.raises(httpx.ReadTimeout):
        charge(client, key)
    before = client.get("/payments/p1").status_code
    clock.advance(60)

    assert (before, client.get("/payments/p1").json()["status"]) == (404, "PAID")


def test_a_key_deleted_while_a_charge_is_late_is_not_charged(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock
) -> None:
    key = issued(portone)
    portone.inject(operation="pay_with_billing_key", fault=Fault.LATE_COMMIT, seconds=60)
    with pytest.raises(httpx.ReadTimeout):
        charge(client, key)

    client.delete(f"/billing-keys/{key}")
    clock.advance(60)

    assert client.get("/payments/p1").status_code == 404
    assert [each.kind for each in portone.billing_books().refused] == ["BILLING_KEY_ALREADY_DELETED"]
