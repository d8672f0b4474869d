"""PortOne answers an approval, a cash receipt or a closing late or never: in time, and right in the end."""

from collections.abc import Iterator

import pytest

from portone_local.stack.passing import let_pass
from portone_local.stories.approvals import authenticated, confirm, issue, take_back, transferred
from portone_local.stories.boundaries import Boundaries
from portone_local.stories.telling import assert_in_time
from portone_local.stories.world import World
from tests.support.slow_portone import (
    DAY,
    HOUR,
    is_slow,
    never_takes_effect,
    slowly,
    times,
    waits,
)


@pytest.fixture
def told() -> Iterator[tuple[World, Boundaries]]:
    with slowly() as told:
        yield told


def one_charge(world: World, payment_id: str) -> bool:
    """Whether the buyer was charged; never twice."""
    times_paid = world.stack.portone.books()[payment_id].times_paid
    assert times_paid <= 1
    return times_paid == 1


@waits
@times
def test_an_unanswered_approval_is_202_in_time_and_right_in_the_end(
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
    """Under how many idempotency keys PortOne was called."""
    calls = world.stack.portone.calls()
    return len({call.idempotency_key for call in calls if call.operation == operation})


@waits
@times
def test_an_unanswered_cash_receipt_is_202_in_time_and_right_in_the_end(
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
def test_an_unanswered_receipt_cancellation_is_202_in_time_and_right_in_the_end(
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
def test_an_unanswered_account_closing_ends_as_expired_and_accepts_no_money(
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
def test_a_deposit_before_a_slow_account_closing_is_paid(told: tuple[World, Boundaries], wait: str) -> None:
    world, _ = told
    payment_id = account_over(world)
    is_slow(world, "close_virtual_account", wait, 1)
    deposit_first = lambda: world.stack.portone.buyer.deposit(payment_id)  # noqa: E731 - one line
    world.stack.portone.before_next("close_virtual_account", deposit_first)

    let_pass(world.stack, 4 * HOUR)

    assert world.statuses() == {payment_id: "PAID"}
