"""PortOne answers each mutating call after 45 s, after 3 h 1 min or never: 202 in time, right in the end."""

from collections.abc import Iterator
from typing import Any

import pytest

from portone_local.oracle import assert_clean
from portone_local.portone import Fault
from portone_local.testing.approval_stories import authenticated, confirm, issue, take_back, transferred
from portone_local.testing.boundaries import Boundaries
from portone_local.testing.refund_stories import PART, paid
from portone_local.testing.shopping import put_order
from portone_local.testing.stories import MINUTE, USER, World, let_pass
from portone_local.testing.telling import in_memory

HOUR, DAY = 3600, 24 * 3600
LONG = 3 * HOUR + MINUTE
API_LIMIT = 29.0  # API Gateway gives up then
WORKER_LIMIT = 150.0

# the call takes effect at once and its answer comes late; it takes effect late; it never does; no answer ever
WAITS = {
    "answer after 45 s": (Fault.LATENCY, 45.0),
    "answer after 3 h 1 min": (Fault.LATENCY, float(LONG)),
    "effect after 45 s": (Fault.LATE_COMMIT, 45.0),
    "effect after 3 h 1 min": (Fault.LATE_COMMIT, float(LONG)),
    "effect and never an answer": (Fault.TIMEOUT_AFTER_COMMIT, None),
    "neither effect nor answer": (Fault.TIMEOUT_BEFORE_COMMIT, None),
}
waits = pytest.mark.parametrize("wait", WAITS)
# once, or every call until somebody mends it after four hours
times = pytest.mark.parametrize("times", [1, None], ids=["once", "for hours"])


@pytest.fixture
def told() -> Iterator[tuple[World, Boundaries]]:
    """A world in which nobody waits longer than allowed and the oracle has the last word."""
    with in_memory() as (world, boundaries):
        yield world, boundaries
        world.stack.portone.clear_faults()
        let_pass(world.stack, 4 * HOUR)
        assert_clean(world.stack, answers=world.answers)
        assert_in_time(boundaries)


def assert_in_time(boundaries: Boundaries) -> None:
    assert boundaries.invocations
    slow = [
        each
        for each in boundaries.invocations
        if each.seconds > (WORKER_LIMIT if each.function == "work" else API_LIMIT)
    ]
    assert slow == []


def is_slow(world: World, operation: str, wait: str, times: int | None) -> None:
    fault, seconds = WAITS[wait]
    world.stack.portone.inject(operation=operation, fault=fault, seconds=seconds, times=times)


def ask_refund(world: World, payment_id: str, refund_id: str = "refund-1") -> tuple[int, dict[str, Any]]:
    body = {"refundId": refund_id, "amount": PART, "reason": "단순 변심"}
    answered = world.stack.app(USER).post(f"/payments/{payment_id}/cancel", body)
    return answered.status, answered.json()


def refund_state(world: World, payment_id: str) -> str:
    return world.held(payment_id).refunds["owner:refund-1"].state.value


@waits
@times
def test_a_refund_that_is_not_answered_is_202_in_time_and_right_in_the_end(
    told: tuple[World, Boundaries], wait: str, times: int | None
) -> None:
    world, _ = told
    payment_id = paid(world)
    is_slow(world, "cancel_payment", wait, times)

    status, shown = ask_refund(world, payment_id)
    let_pass(world.stack, 6 * HOUR)

    effects = world.stack.portone.books()[payment_id].cancellations
    calls = world.stack.portone.calls()
    sent = {call.idempotency_key for call in calls if call.operation == "cancel_payment"}
    assert (status, shown["state"]) in {(202, "UNKNOWN"), (200, "SUCCEEDED")}
    assert refund_state(world, payment_id) == ("SUCCEEDED" if effects else "FAILED")
    assert len(effects) == (0 if never_takes_effect(wait, times) else 1)
    assert len(sent) == 1


def never_takes_effect(wait: str, times: int | None) -> bool:
    """Only where PortOne never does anything at all; then the window closes and a reading says no."""
    return wait == "neither effect nor answer" and times is None


@waits
@times
def test_the_same_refund_asked_again_meanwhile_is_not_a_second_one(
    told: tuple[World, Boundaries], wait: str, times: int | None
) -> None:
    world, _ = told
    payment_id = paid(world)
    is_slow(world, "cancel_payment", wait, times)

    for _ in range(3):
        status, _ = ask_refund(world, payment_id)
        assert status in {200, 202}
        world.wait(MINUTE)
    let_pass(world.stack, 4 * HOUR)

    assert world.stack.portone.books()[payment_id].cancelled in {0, PART}
    assert list(world.held(payment_id).refunds) == ["owner:refund-1"]


@waits
@times
def test_a_preparation_that_is_not_answered_is_503_in_time_and_its_retry_is_the_same_payment(
    told: tuple[World, Boundaries], wait: str, times: int | None
) -> None:
    world, _ = told
    put_order(world.stack, "order-1")
    is_slow(world, "pre_register", wait, times)
    wanted = {"orderId": "order-1", "platform": "ios"}

    first = world.stack.app(USER).post("/payments", wanted)
    let_pass(world.stack, 4 * HOUR if times is None else 2 * MINUTE)
    world.stack.portone.clear_faults()
    again = world.stack.app(USER).post("/payments", wanted)

    stored = [item for item in world.stack.dump() if item["pk"]["S"].startswith("payment#")]
    assert first.status == 503
    assert int(first.headers["retry-after"]) > 0
    assert again.status == 200
    assert len(stored) == 1


def one_charge(world: World, payment_id: str) -> bool:
    """Whether the buyer was charged; never twice."""
    times_paid = world.stack.portone.books()[payment_id].times_paid
    assert times_paid <= 1
    return times_paid == 1


@waits
@times
def test_an_approval_that_is_not_answered_is_202_in_time_and_right_in_the_end(
    told: tuple[World, Boundaries], wait: str, times: int | None
) -> None:
    world, _ = told
    subject = authenticated(world)
    payment_id = subject.partition(" ")[0]
    is_slow(world, "confirm_payment", wait, times)

    status = confirm(world, subject)
    let_pass(world.stack, 6 * HOUR)

    [approval] = world.held(payment_id).approvals
    calls = [call for call in world.stack.portone.calls() if call.operation == "confirm_payment"]
    assert status in {200, 202}
    assert approval.state == ("APPROVED" if one_charge(world, payment_id) else "FAILED")
    # by then the token has lapsed, and PortOne refuses it
    over = wait == "effect after 3 h 1 min"
    assert one_charge(world, payment_id) is not (over or never_takes_effect(wait, times))
    assert {call.idempotency_key for call in calls} == {f'"{approval.key}"'}


def standing(world: World, payment_id: str) -> list[int]:
    """The amounts of the cash receipts that stand at PortOne."""
    receipts = world.stack.portone.books()[payment_id].cash_receipts
    return [each.amount for each in receipts if each.cancelled_at is None]


def keys(world: World, operation: str) -> int:
    """Under how many keys PortOne was asked."""
    calls = world.stack.portone.calls()
    return len({call.idempotency_key for call in calls if call.operation == operation})


@waits
@times
def test_a_cash_receipt_that_is_not_answered_is_202_in_time_and_right_in_the_end(
    told: tuple[World, Boundaries], wait: str, times: int | None
) -> None:
    world, _ = told
    payment_id = transferred(world)
    is_slow(world, "issue_cash_receipt", wait, times)

    status = issue(world, payment_id)
    let_pass(world.stack, 6 * HOUR)

    [receipt] = world.held(payment_id).receipts
    assert status in {200, 202}
    assert receipt.state == ("ISSUED" if standing(world, payment_id) else "FAILED")
    assert bool(standing(world, payment_id)) is not never_takes_effect(wait, times)
    assert len(world.stack.portone.books()[payment_id].cash_receipts) <= 1
    assert keys(world, "issue_cash_receipt") == 1


@waits
@times
def test_a_cancelled_cash_receipt_that_is_not_answered_is_202_in_time_and_right_in_the_end(
    told: tuple[World, Boundaries], wait: str, times: int | None
) -> None:
    world, _ = told
    payment_id = transferred(world)
    issue(world, payment_id)
    is_slow(world, "cancel_cash_receipt", wait, times)

    status = take_back(world, payment_id)
    let_pass(world.stack, 6 * HOUR)

    [receipt] = world.held(payment_id).receipts
    assert status in {200, 202}
    assert receipt.state == ("ISSUED" if standing(world, payment_id) else "CANCELLED")
    assert bool(standing(world, payment_id)) is never_takes_effect(wait, times)
    assert keys(world, "cancel_cash_receipt") == 1


def account_over(world: World) -> str:
    """A virtual account whose time is over this minute."""
    payment_id = world.ready()
    world.pay(payment_id, method="VIRTUAL_ACCOUNT")
    world.stack.deliver()
    world.wait(3 * DAY)
    return payment_id


@waits
@times
def test_a_closing_that_is_not_answered_ends_as_expired_and_takes_no_money(
    told: tuple[World, Boundaries], wait: str, times: int | None
) -> None:
    world, boundaries = told
    payment_id = account_over(world)
    is_slow(world, "close_virtual_account", wait, times)

    let_pass(world.stack, 4 * HOUR)

    calls = [call for call in world.stack.portone.calls() if call.operation == "close_virtual_account"]
    assert calls
    assert len({call.idempotency_key for call in calls}) == 1
    assert world.statuses() == {payment_id: "EXPIRED"}
    assert_in_time(boundaries)


@waits
def test_a_deposit_that_beats_a_slow_closing_is_paid(told: tuple[World, Boundaries], wait: str) -> None:
    world, _ = told
    payment_id = account_over(world)
    is_slow(world, "close_virtual_account", wait, 1)
    deposit_first = lambda: world.stack.portone.buyer.deposit(payment_id)  # noqa: E731 - one line
    world.stack.portone.before_next("close_virtual_account", deposit_first)

    let_pass(world.stack, 4 * HOUR)

    assert world.statuses() == {payment_id: "PAID"}
