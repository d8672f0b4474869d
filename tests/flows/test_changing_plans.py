"""Plans changed in the middle of a period: what is paid for begins, what is paid too much is kept, once.

The oracle reckons every price and credit again when a test is over.
"""

from portone_local.oracle import ObservedStack
from portone_local.portone import Fault
from portone_local.testing.recurring import (
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
from portone_local.testing.stories import clock_of
from portone_payments.domain.calendar import DAY

CHEAP, DEAR = 3_100, 15_500
LATER = {"when": "period_end"}


def member(stack: ObservedStack) -> str:
    """A subscription on its second day, and plans that cost more and less."""
    plan_stored(stack, "cheap", CHEAP)
    plan_stored(stack, "dear", DEAR)
    subscription_id = subscribed(stack)
    days_pass(stack, 1)
    return subscription_id


def test_each_month_uses_what_is_left_of_a_credit(stack: ObservedStack) -> None:
    subscription_id = member(stack)
    change(stack, subscription_id, "cheap")
    credit = held(stack, subscription_id).credit

    days_pass(stack, 100)

    months = held(stack, subscription_id).invoices.values()
    assert 2 * CHEAP < credit < 3 * CHEAP
    assert [(each.amount, each.credit) for each in months][1:] == [
        (0, CHEAP),
        (0, CHEAP),
        (3 * CHEAP - credit, credit - 2 * CHEAP),
    ]


def test_dearer_and_cheaper_by_turns_costs_the_days_of_each(stack: ObservedStack) -> None:
    subscription_id = member(stack)

    for plan_id in ("dear", "cheap", "plan-1", "cheap"):
        change(stack, subscription_id, plan_id)
        days_pass(stack, 3)

    days_pass(stack, 60)
    assert held(stack, subscription_id).plan_id == "cheap"


def test_what_is_being_paid_for_cannot_be_put_off(stack: ObservedStack) -> None:
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


def test_a_declined_difference_leaves_what_was_agreed_for_the_next_period(stack: ObservedStack) -> None:
    subscription_id = member(stack)
    change(stack, subscription_id, "cheap", **LATER)
    stack.portone.pg.decline(readable=True)

    declined = change(stack, subscription_id, "dear")
    days_pass(stack, 31)

    assert declined.status == 402
    assert invoice(stack, subscription_id).amount == CHEAP < PRICE


def test_days_after_a_period_that_no_sweep_followed_a_change_at_once_is_refused(stack: ObservedStack) -> None:
    subscription_id = member(stack)
    clock_of(stack).advance(40 * DAY)

    shown = ask(stack, subscription_id, "preview", {"planId": "dear"})
    changed = change(stack, subscription_id, "cheap")

    assert {shown.status, changed.status} == {409}
    assert changed.json()["error"]["code"] == "change_not_allowed"
    days_pass(stack, 1)
    assert change(stack, subscription_id, "cheap").status == 200
