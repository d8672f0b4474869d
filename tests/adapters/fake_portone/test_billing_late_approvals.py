"""A charge that failed and is approved after all, or that breaks off and leaves something behind."""

import httpx
import pytest

from portone_local.portone import FakePortOne
from portone_local.twins.clock import MovableClock
from tests.support.billing_asks import charge, issued


def state(client: httpx.Client, payment_id: str = "p1") -> str | None:
    answer = client.get(f"/payments/{payment_id}")
    return answer.json()["status"] if answer.status_code == 200 else None


@pytest.mark.parametrize("readable", [True, False])
def test_a_failed_charge_may_be_approved_ten_minutes_later(
    portone: FakePortOne,
    client: httpx.Client,
    clock: MovableClock,
    readable: bool,  # noqa: FBT001 - of one decline
) -> None:
    key = issued(portone)
    portone.pg.decline(key, readable=readable, approves_after=600)
    charge(client, key)

    clock.advance(599)
    before = state(client)
    clock.advance(1)

    payment = client.get("/payments/p1").json()
    assert (before, payment["status"]) == ("FAILED" if readable else None, "PAID")
    assert payment["transactionId"] == portone.billing_books().charges[0].transaction_id
    assert "Transaction.Paid" in [told.type for told in portone.pending()]


def test_a_late_approval_loses_to_a_charge_that_succeeded(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock
) -> None:
    key = issued(portone)
    portone.pg.decline(key, approves_after=600)
    charge(client, key)
    charge(client, key)

    clock.advance(600)

    assert (state(client), portone.books()["p1"].times_paid) == ("PAID", 1)


def test_a_charge_after_a_late_approval_is_already_paid(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock
) -> None:
    key = issued(portone)
    portone.pg.decline(key, approves_after=600)
    charge(client, key)

    clock.advance(600)

    assert charge(client, key).json()["type"] == "ALREADY_PAID"


@pytest.mark.parametrize(
    ("leaves", "reads", "paid"), [(None, None, 0), ("FAILED", "FAILED", 0), ("PAID", "PAID", 1)]
)
def test_a_configured_pg_error_has_its_configured_effect(
    portone: FakePortOne, client: httpx.Client, leaves: str | None, reads: str | None, paid: int
) -> None:
    key = issued(portone)
    portone.console.refuse_next("pay_with_billing_key", leaves=leaves)

    answer = charge(client, key)

    assert answer.json()["type"] == "PG_PROVIDER"
    assert (state(client), portone.books()["p1"].times_paid) == (reads, paid)
