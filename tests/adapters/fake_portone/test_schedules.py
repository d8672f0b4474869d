"""Schedules at the fake PortOne: made, run at their time, listed, revoked."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from portone_local.portone import (
    BillingUnknowns,
    Checkout,
    FakePortOne,
    Optionals,
    ScheduleState,
    Unknowns,
)
from portone_local.portone.api import Exchange
from portone_local.portone.billing.schedules import LATE_SECONDS
from portone_local.portone.contract import Contract
from portone_local.twins.clock import MovableClock
from tests.support.billing_asks import after, charge, issued, schedule

type ClientOf = Callable[[FakePortOne], httpx.Client]

DAY = 86_400


def revoke(client: httpx.Client, **chosen: Any) -> httpx.Response:
    return client.delete("/payment-schedules", params={"requestBody": json.dumps(chosen)})


def with_switches(clock: MovableClock, client_of: ClientOf, **switches: bool) -> Any:
    fake = FakePortOne(clock=clock, unknowns=Unknowns(billing=BillingUnknowns(**switches)))
    return fake, client_of(fake)


def test_a_schedule_waits_and_pays_at_its_time(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock
) -> None:
    key = issued(portone)
    name = schedule(client, key, after(clock, DAY), customData="example").json()["schedule"]["id"]
    clock.advance(DAY - 1)
    before = client.get(f"/payment-schedules/{name}").json()
    clock.advance(1)

    found = client.get(f"/payment-schedules/{name}").json()
    payment = client.get("/payments/p1").json()
    assert (before["status"], found["status"]) == ("SCHEDULED", "SUCCEEDED")
    assert (found["totalAmount"], found["customData"], found["billingKey"]) == (9_900, "example", key)
    assert (payment["status"], payment["scheduleId"], payment["billingKey"]) == ("PAID", name, key)
    assert portone.pending()[-1].type == "Transaction.Paid"


def test_a_declined_schedule_has_failed(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock
) -> None:
    key = issued(portone)
    schedule(client, key, after(clock, DAY))
    portone.pg.decline(key, code="51")
    clock.advance(DAY)

    assert client.get("/payments/p1").json()["failure"]["pgCode"] == "51"
    assert portone.pending()[-1].type == "Transaction.Failed"
    assert [book.state for book in portone.billing_books().schedules.values()] == [ScheduleState.FAILED]


def test_a_schedule_is_started_until_its_pg_answers(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock
) -> None:
    portone.pg.schedules_take = 30
    name = schedule(client, issued(portone), after(clock, DAY)).json()["schedule"]["id"]
    clock.advance(DAY)

    started = client.get(f"/payment-schedules/{name}").json()
    clock.advance(30)
    done = client.get(f"/payment-schedules/{name}").json()

    assert (started["status"], done["status"]) == ("STARTED", "SUCCEEDED")
    assert "startedAt" in started
    assert "completedAt" not in started


@pytest.mark.parametrize(
    ("act", "ends"), [("approve", ("SUCCEEDED", "PAID")), ("refuse", ("FAILED", "FAILED"))]
)
def test_a_schedule_whose_pg_approves_later_is_pending(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock, act: str, ends: tuple[str, str]
) -> None:
    portone.pg.schedules_pend = True
    name = schedule(client, issued(portone), after(clock, DAY)).json()["schedule"]["id"]
    clock.advance(DAY)

    pending = client.get(f"/payment-schedules/{name}").json()
    waiting = client.get("/payments/p1").json()
    getattr(portone.buyer, act)("p1")

    assert (pending["status"], waiting["status"]) == ("PENDING", "PAY_PENDING")
    paths = (f"/payment-schedules/{name}", "/payments/p1")
    assert tuple(client.get(path).json()["status"] for path in paths) == ends


@pytest.mark.parametrize("optionals", Optionals)
def test_schedules_in_every_state_keep_to_the_document(
    clock: MovableClock, client_of: ClientOf, contract: Contract, optionals: Optionals
) -> None:
    fake = FakePortOne(clock=clock, optionals=optionals)
    client = client_of(fake)
    seen: list[Exchange] = []
    fake.api.watchers.append(seen.append)
    key = issued(fake)
    rules_of_each: list[dict[str, Any]] = [{}, {"schedules_take": DAY}, {"schedules_pend": True}]
    for number, rules in enumerate(rules_of_each):
        schedule(client, key, after(clock, 60), payment_id=f"p{number}")
        vars(fake.pg).update({"schedules_take": 0.0, "schedules_pend": False, **rules})
        clock.advance(60)
        fake.run_due()
    listed = {"from": "2026-01-01T00:00:00Z", "until": "2026-02-01T00:00:00Z"}
    body = json.dumps({"filter": listed})
    items = client.get("/payment-schedules", params={"requestBody": body}).json()["items"]

    assert sorted(each["status"] for each in items) == ["PENDING", "STARTED", "SUCCEEDED"]
    assert [problem for each in seen for problem in contract.problems(each)] == []


def test_a_schedule_of_a_key_deleted_in_the_console_fails(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock
) -> None:
    key = issued(portone)
    schedule(client, key, after(clock, DAY))
    portone.console.delete_billing_key(key)
    clock.advance(DAY)

    assert client.get("/payments/p1").status_code == 404
    assert [book.state for book in portone.billing_books().schedules.values()] == [ScheduleState.FAILED]


def test_a_schedule_of_a_payment_that_a_buyer_made_fails(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock
) -> None:
    schedule(client, issued(portone), after(clock, DAY))
    portone.buyer.pay("p1", Checkout(amount=9_900))
    clock.advance(DAY)

    assert portone.books()["p1"].times_paid == 1
    assert [book.state for book in portone.billing_books().schedules.values()] == [ScheduleState.FAILED]


@pytest.mark.parametrize("late", [True, False])
def test_schedules_may_run_late(
    clock: MovableClock,
    client_of: ClientOf,
    late: bool,  # noqa: FBT001 - a switch of the fake
) -> None:
    fake, client = with_switches(clock, client_of, schedules_run_late=late)
    schedule(client, issued(fake), after(clock, DAY))

    clock.advance(DAY)
    first = client.get("/payments/p1").status_code
    clock.advance(LATE_SECONDS)

    assert (first, client.get("/payments/p1").status_code) == (404 if late else 200, 200)


@pytest.mark.parametrize("accepted", [True, False])
def test_a_past_time_runs_at_once_or_is_refused(
    clock: MovableClock,
    client_of: ClientOf,
    accepted: bool,  # noqa: FBT001 - a switch of the fake
) -> None:
    fake, client = with_switches(clock, client_of, past_schedule_is_accepted=accepted)

    answer = schedule(client, issued(fake), after(clock, -1))

    assert answer.status_code == (200 if accepted else 400)
    assert client.get("/payments/p1").status_code == (200 if accepted else 404)


@pytest.mark.parametrize("frees", [True, False])
def test_a_revoked_schedule_may_free_its_payment_id(
    clock: MovableClock,
    client_of: ClientOf,
    frees: bool,  # noqa: FBT001 - a switch of the fake
) -> None:
    fake, client = with_switches(clock, client_of, revoked_schedule_frees_the_payment_id=frees)
    key = issued(fake)
    schedule(client, key, after(clock, DAY))
    revoke(client, billingKey=key)

    answer = charge(client, key)

    assert answer.status_code == (200 if frees else 409)


@pytest.mark.parametrize(
    ("prepare", "kind"),
    [
        (schedule, "PAYMENT_SCHEDULE_ALREADY_EXISTS"),
        (lambda client, key, _: charge(client, key), "ALREADY_PAID_OR_WAITING"),
        (lambda client, key, _: client.delete(f"/billing-keys/{key}"), "BILLING_KEY_ALREADY_DELETED"),
    ],
)
def test_a_malformed_schedule_is_refused(
    portone: FakePortOne,
    client: httpx.Client,
    clock: MovableClock,
    prepare: Callable[[httpx.Client, str, str], object],
    kind: str,
) -> None:
    key = issued(portone)
    prepare(client, key, after(clock, DAY))

    assert schedule(client, key, after(clock, DAY)).json()["type"] == kind


def test_a_schedule_needs_a_key_an_amount_and_a_time(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock
) -> None:
    key = issued(portone)
    parts = {"total": 1_000, "taxFree": 1_001}

    kinds = [
        schedule(client, "billing-key-9", after(clock, DAY)).json()["type"],
        schedule(client, key, after(clock, DAY), amount=parts).json()["type"],
        schedule(client, key, "2026-02-02T03:04:05").json()["type"],
        schedule(client, key, after(clock, DAY), skipWebhook=True).json()["type"],
    ]

    assert kinds == [
        "BILLING_KEY_NOT_FOUND",
        "SUM_OF_PARTS_EXCEEDS_TOTAL_AMOUNT",
        "INVALID_REQUEST",
        "INVALID_REQUEST",
    ]


def test_an_unknown_schedule_is_not_found(client: httpx.Client) -> None:
    answer = client.get("/payment-schedules/schedule-9")

    assert answer.json()["type"] == "PAYMENT_SCHEDULE_NOT_FOUND"
