"""A plan change credits what was paid for the days it takes, once, and what it brings begins with it."""

from datetime import datetime
from typing import Any

import pytest

from portone_local.actors.subscribers import (
    CHARGE,
    ask,
    change,
    days_pass,
    invoice,
    key_saved,
    to_hour,
)
from portone_local.portone import Fault
from tests.support.lives import (
    YEARLY,
    begun,
    sold,
    status,
    subscribed_by_shop,
    took,
    view,
    waived,
)
from tests.support.unkind import UnkindStack

DEAR, CHEAP = 99_000, 990
LATER: dict[str, Any] = {"when": "period_end"}


def balance(stack: UnkindStack, subscription_id: str) -> int:
    """What is held for the customer, or, below 0, owed by them."""
    return int(view(stack, subscription_id)["balance"])


def two_plans(stack: UnkindStack, amount: int = DEAR, other: int = CHEAP, **plan: Any) -> str:
    """A subscription to plan-1; another plan is sold as well."""
    sold(stack, amount=amount)
    sold(stack, "other", other, **plan)
    return begun(stack)


def unanswered_change(stack: UnkindStack, subscription_id: str, fault: Fault, days: int = 30) -> None:
    """The other plan is taken in the last hour of the period, and nobody says how its charge ends."""
    days_pass(stack, days)
    to_hour(stack, 23.5)
    stack.portone.webhooks.switched_on = False
    stack.portone.inject(operation=CHARGE, fault=fault, times=None)
    stack.portone.inject(operation="get_payment", fault=Fault.HTML_502, times=None)
    assert change(stack, subscription_id, "other").status == 202
    days_pass(stack, 1)
    stack.portone.clear_faults()


def test_a_period_nobody_paid_because_staff_waived_it_gives_no_credit(stack: UnkindStack) -> None:
    subscription_id = two_plans(stack)
    days_pass(stack, 30)
    stack.portone.pg.decline(times=None, readable=True)
    days_pass(stack, 1.2)
    assert waived(stack, subscription_id, 2).status == 200
    stack.portone.pg.accept()

    answer = change(stack, subscription_id, "other")

    assert (answer.status, balance(stack, subscription_id)) == (409, 0)
    assert change(stack, subscription_id, "other", **LATER).status == 200
    days_pass(stack, 30)
    assert (took(stack), status(stack, subscription_id)) == ([DEAR, CHEAP], "ACTIVE")


def test_the_discounted_rest_of_a_period_credits_no_more_than_was_paid(stack: UnkindStack) -> None:
    key_saved(stack)
    sold(stack, amount=31_000)
    sold(stack, "other", 0)
    begun_by_shop = subscribed_by_shop(stack, discount={"percent": 50, "periods": 12})
    subscription_id = str(begun_by_shop.json()["subscriptionId"])
    days_pass(stack, 20)
    ask(stack, subscription_id, "pause")
    days_pass(stack, 31)
    ask(stack, subscription_id, "resume")
    days_pass(stack, 0.1)

    change(stack, subscription_id, "other")

    assert balance(stack, subscription_id) == took(stack)[-1] < 15_500


@pytest.mark.parametrize(("changes", "costs"), [(2, DEAR), (3, CHEAP)], ids=["there and back", "and again"])
def test_a_plan_changed_there_and_back_owes_nothing_of_a_period_that_was_refunded(
    stack: UnkindStack, changes: int, costs: int
) -> None:
    subscription_id = two_plans(stack)
    for plan_id in ["other", "plan-1", "other"][:changes]:
        assert change(stack, subscription_id, plan_id).status == 200

    refund = {"refundId": "refund-1", "reason": "단순 변심", "full": True}
    payment_id = invoice(stack, subscription_id, 1).paid_by
    assert stack.staff.post(f"/ops/payments/{payment_id}/cancel", refund).status == 200

    assert balance(stack, subscription_id) == 0
    days_pass(stack, 32)
    assert took(stack) == [DEAR, costs]


def test_a_plan_paid_for_while_its_period_ended_is_what_the_next_period_costs(stack: UnkindStack) -> None:
    subscription_id = two_plans(stack, 10_000, DEAR)
    unanswered_change(stack, subscription_id, Fault.TIMEOUT_AFTER_COMMIT)

    days_pass(stack, 2)

    assert took(stack)[2:] == [DEAR]
    assert view(stack, subscription_id)["planId"] == "other"


def test_no_plan_changes_at_once_while_staff_decides_about_money_taken_back(stack: UnkindStack) -> None:
    subscription_id = two_plans(stack, 0, 3_000)
    assert change(stack, subscription_id, "other").status == 200
    days_pass(stack, 35)
    stack.portone.console.chargeback(str(invoice(stack, subscription_id, 2).paid_by))
    stack.deliver()
    paid = took(stack)

    answer = change(stack, subscription_id, "plan-1")

    assert (answer.status, answer.json()["error"]["details"]) == (409, {"reason": "stopped"})
    assert took(stack) == paid


def test_a_plan_change_that_waits_for_portone_says_when_it_is_charged_though_its_period_ended(
    stack: UnkindStack,
) -> None:
    subscription_id = two_plans(stack, 10_000, DEAR)
    days_pass(stack, 30)
    stack.portone.inject(operation=CHARGE, fault=Fault.UNAUTHORIZED, times=None)
    assert change(stack, subscription_id, "other").status == 202

    days_pass(stack, 1.2)

    shown = view(stack, subscription_id)
    charges_at = datetime.fromisoformat(shown["nextChargeAt"]).timestamp()
    assert 0 < charges_at - stack.clock.now() < 15 * 60
    stack.portone.clear_faults()
    # one attempt a day
    days_pass(stack, 2)
    assert took(stack)[2:] == [DEAR]


def test_the_plan_chosen_for_the_next_period_begins_though_an_upgrade_failed_meanwhile(
    stack: UnkindStack,
) -> None:
    subscription_id = two_plans(stack, 10_000, DEAR)
    sold(stack, "cheap", 5_000)
    days_pass(stack, 5)
    assert change(stack, subscription_id, "cheap", **LATER).status == 200
    unanswered_change(stack, subscription_id, Fault.TIMEOUT_BEFORE_COMMIT, days=25)

    days_pass(stack, 2)

    assert took(stack) == [10_000, 5_000]


def ended_with_its_rest(stack: UnkindStack, subscription_id: str) -> int:
    """What the shop keeps of all payments once staff has ended it and paid back what is not used."""
    body = {"atPeriodEnd": False, "refundRest": True}
    answer = stack.staff.post(f"/ops/subscriptions/{subscription_id}/cancel", body)
    assert answer.status == 202, answer.body
    days_pass(stack, 0.1)
    assert balance(stack, subscription_id) == 0
    return sum(each.total - each.cancelled for each in stack.portone.books().values() if each.times_paid)


def test_the_rest_that_goes_back_includes_what_was_set_off_for_another_interval(stack: UnkindStack) -> None:
    subscription_id = two_plans(stack, 31_000, 365_000, interval=YEARLY)
    to_hour(stack, 12, 9)
    assert change(stack, subscription_id, "other").status == 200

    assert ended_with_its_rest(stack, subscription_id) == 10_000


def test_the_rest_that_goes_back_includes_days_a_credit_paid(stack: UnkindStack) -> None:
    subscription_id = two_plans(stack, 310_000, 3_100)
    assert change(stack, subscription_id, "other").status == 200
    days_pass(stack, 40)

    # January's 31 days, and of February's 28 those up to the tenth
    assert ended_with_its_rest(stack, subscription_id) == 3_100 + 3_100 * 9 // 28
