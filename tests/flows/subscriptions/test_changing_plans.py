"""Plans changed in the middle of a period: what is paid for begins, what is paid too much is kept, once.

The oracle reckons every price and credit again when a test is over.
"""

from collections.abc import Callable
from typing import Any

import pytest

from portone_local.actors.subscribers import (
    CHARGE,
    PRICE,
    ask,
    change,
    days_pass,
    held,
    invoice,
    plan_stored,
    subscribed,
)
from portone_local.oracle import ObservedStack
from portone_local.portone import CancellationStatus, Fault, Unknowns
from portone_local.stack.passing import clock_of
from portone_payments.domain.shared.calendar import DAY
from portone_payments.ports.store import Conflict

CHEAP, DEAR = 3_100, 15_500
LATER = {"when": "period_end"}


def member(stack: ObservedStack) -> str:
    """A subscription on its second day, and plans that cost more and less."""
    plan_stored(stack, "cheap", CHEAP)
    plan_stored(stack, "dear", DEAR)
    subscription_id = subscribed(stack)
    days_pass(stack, 1)
    return subscription_id


def refund_by_staff(stack: ObservedStack, payment_id: str, **body: Any) -> None:
    """Staff gives some of it back, or all."""
    wanted = {"refundId": "refund-1", "reason": "단순 변심"} | (body or {"full": True})
    assert stack.staff.post(f"/ops/payments/{payment_id}/cancel", wanted).status in {200, 202}


def refund_in_part(stack: ObservedStack, payment_id: str) -> None:
    """Staff gives 100 won back."""
    refund_by_staff(stack, payment_id, amount=100)


def refund_unanswered(stack: ObservedStack, payment_id: str) -> None:
    """Staff gives it back, and PortOne does not say whether it did."""
    stack.portone.inject(operation="cancel_payment", fault=Fault.TIMEOUT_BEFORE_COMMIT, times=None)
    refund_by_staff(stack, payment_id)


def refund_in_console(stack: ObservedStack, payment_id: str) -> None:
    """Somebody gives it back in PortOne's console, and we have read it."""
    stack.portone.console.cancel(payment_id)
    stack.staff.post(f"/ops/payments/{payment_id}/catch-up")


def refund_asked_in_console(stack: ObservedStack, payment_id: str) -> None:
    """The same, and the bank has not decided yet."""
    stack.portone.console.cancel(payment_id, status=CancellationStatus.REQUESTED)
    stack.staff.post(f"/ops/payments/{payment_id}/catch-up")


REFUNDS = [
    refund_by_staff,
    refund_in_part,
    refund_unanswered,
    refund_in_console,
    refund_asked_in_console,
]


def test_each_month_uses_the_remaining_credit(stack: ObservedStack) -> None:
    subscription_id = member(stack)
    change(stack, subscription_id, "cheap")
    credit = held(stack, subscription_id).balance

    days_pass(stack, 100)

    months = held(stack, subscription_id).invoices.values()
    assert 2 * CHEAP < credit < 3 * CHEAP
    assert [(each.amount, each.balance) for each in months][1:] == [
        (0, -credit),
        (0, CHEAP),
        (0, CHEAP),
        (3 * CHEAP - credit, credit - 2 * CHEAP),
    ]


def test_alternating_dearer_and_cheaper_plans_cost_the_days_of_each(stack: ObservedStack) -> None:
    subscription_id = member(stack)

    for plan_id in ("dear", "cheap", "plan-1", "cheap"):
        change(stack, subscription_id, plan_id)
        days_pass(stack, 3)

    days_pass(stack, 60)
    assert held(stack, subscription_id).plan_id == "cheap"


def test_a_change_being_paid_for_cannot_be_postponed(stack: ObservedStack) -> None:
    subscription_id = member(stack)
    stack.portone.inject(operation=CHARGE, fault=Fault.TIMEOUT_AFTER_COMMIT)
    stack.portone.inject(operation="get_payment", fault=Fault.TIMEOUT_BEFORE_COMMIT)
    change(stack, subscription_id, "dear")

    refused = change(stack, subscription_id, "cheap", **LATER)
    days_pass(stack, 1)

    assert refused.status == 409
    assert refused.json()["error"]["code"] == "subscription_busy"
    assert held(stack, subscription_id).plan_id == "dear"
    assert change(stack, subscription_id, "cheap", **LATER).status == 200


def test_a_declined_difference_keeps_the_change_scheduled_for_the_next_period(stack: ObservedStack) -> None:
    subscription_id = member(stack)
    change(stack, subscription_id, "cheap", **LATER)
    stack.portone.pg.decline(readable=True)

    declined = change(stack, subscription_id, "dear")
    days_pass(stack, 31)

    assert declined.status == 402
    assert invoice(stack, subscription_id).amount == CHEAP < PRICE


def test_an_immediate_change_is_refused_days_after_a_period_no_sweep_followed(stack: ObservedStack) -> None:
    subscription_id = member(stack)
    clock_of(stack).advance(40 * DAY)

    shown = ask(stack, subscription_id, "preview", {"planId": "dear"})
    changed = change(stack, subscription_id, "cheap")

    assert {shown.status, changed.status} == {409}
    assert changed.json()["error"]["code"] == "change_not_allowed"
    days_pass(stack, 1)
    assert change(stack, subscription_id, "cheap").status == 200


@pytest.mark.parametrize("release", REFUNDS)
def test_a_refunded_period_is_not_credited(
    stack: ObservedStack, unknowns: Unknowns, release: Callable[[ObservedStack, str], None]
) -> None:
    if release is refund_asked_in_console and not unknowns.cancellations_are_shown_on_paid:
        pytest.skip("no reading shows that somebody asked for it")
    subscription_id = member(stack)
    release(stack, str(invoice(stack, subscription_id).paid_by))
    days_pass(stack, 0.1)

    for plan_id in ("cheap", "dear"):
        shown = ask(stack, subscription_id, "preview", {"planId": plan_id})
        changed = change(stack, subscription_id, plan_id)

        for refused in (shown, changed):
            error = refused.json()["error"]
            assert (refused.status, error["code"]) == (409, "change_not_allowed")
            assert error["details"] == {"reason": "refunded"}
    assert held(stack, subscription_id).plan_id == "plan-1"


def test_a_refunded_difference_is_not_credited_either(stack: ObservedStack) -> None:
    subscription_id = member(stack)
    change(stack, subscription_id, "dear")
    refund_by_staff(stack, str(invoice(stack, subscription_id).paid_by))

    assert change(stack, subscription_id, "cheap").json()["error"]["details"] == {"reason": "refunded"}


def test_after_a_refund_a_plan_changes_with_the_next_period_and_then_at_once(stack: ObservedStack) -> None:
    subscription_id = member(stack)
    refund_by_staff(stack, str(invoice(stack, subscription_id).paid_by))

    assert change(stack, subscription_id, "dear", **LATER).status == 200
    days_pass(stack, 31)
    assert change(stack, subscription_id, "cheap").status == 200


def test_a_failed_refund_does_not_reduce_the_credit(stack: ObservedStack) -> None:
    subscription_id = member(stack)
    payment_id = str(invoice(stack, subscription_id).paid_by)
    asked = stack.portone.console.cancel(payment_id, status=CancellationStatus.REQUESTED)
    stack.portone.console.settle_cancellation(payment_id, asked, succeeded=False)
    stack.staff.post(f"/ops/payments/{payment_id}/catch-up")

    assert change(stack, subscription_id, "cheap").status == 200
    assert held(stack, subscription_id).balance > 0


def test_a_change_and_a_refund_of_what_it_credits_come_one_after_the_other(stack: ObservedStack) -> None:
    subscription_id = member(stack)
    payment_id = str(invoice(stack, subscription_id).paid_by)
    read = stack.ports["store"].payment(payment_id)

    change(stack, subscription_id, "cheap")

    with pytest.raises(Conflict):
        stack.ports["store"].save(read)
