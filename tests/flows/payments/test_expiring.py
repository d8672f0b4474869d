"""An unpaid payment expires after one last reading, and PortOne is not called any more."""

import pytest

from portone_local.actors.shop import ask_to_prepare, pay, prepare, seen_by_owner, status, verify
from portone_local.oracle import ObservedStack
from tests.support.sweeping import calls, payment

MINUTE, HOUR = 60, 3600

DAY = 24 * HOUR


def test_an_abandoned_payment_expires_after_one_last_reading(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    stack.portone.buyer.open_window(prepared["paymentId"])
    stack.run_for(59 * MINUTE)
    before = status(stack, prepared)
    read = calls(stack)

    stack.run_for(2 * MINUTE)

    assert (before, status(stack, prepared)) == ("READY", "EXPIRED")
    assert calls(stack) == read + 1


@pytest.mark.parametrize("settings", [{"ready_minutes": "20"}], ids=["twenty_minutes"])
def test_how_long_a_payment_is_offered_is_configurable(stack: ObservedStack) -> None:
    prepared = prepare(stack)

    stack.run_for(21 * MINUTE)

    assert status(stack, prepared) == "EXPIRED"


@pytest.mark.parametrize("late", [0, 5, 23, 40, 71], ids=lambda hours: f"{hours}h")
def test_an_expired_payment_that_is_paid_late_is_recognised_within_a_day(
    stack: ObservedStack, late: int
) -> None:
    prepared = prepare(stack)
    stack.run_for(61 * MINUTE)
    stack.run_for(late * HOUR, step=HOUR)

    pay(stack, prepared)
    stack.run_for(DAY, step=HOUR)
    shown = seen_by_owner(stack, prepared)

    assert (shown["status"], shown["late"]) == ("PAID", True)


def test_a_settled_payment_causes_no_call_of_portone(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    pay(stack, prepared)
    verify(stack, prepared)
    stack.deliver()
    before = calls(stack)

    stack.run_for(3 * DAY, step=HOUR)

    assert calls(stack) == before


def test_an_unpaid_order_is_no_longer_read_after_three_days(stack: ObservedStack) -> None:
    prepare(stack)

    stack.run_for(4 * DAY, step=HOUR)
    before = calls(stack)
    stack.run_for(DAY, step=HOUR)

    assert (payment(stack).due_at, calls(stack)) == (None, before)
    assert ask_to_prepare(stack).status == 200
