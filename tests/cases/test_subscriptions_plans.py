"""A plan is sold to whom the shop sells it, once at a time and with one trial."""

from typing import Any

import pytest

from portone_local.actors.subscribers import (
    PRICE,
    cancel,
    change,
    days_pass,
    key_saved,
    plan_stored,
    subscribe,
)
from portone_local.gateway.messages import Response
from tests.support.lives import begun, ended, sold, status, subscribed_by_shop, told, took, view
from tests.support.unkind import UnkindStack
from tests.support.world import USER

MEMBERSHIP: dict[str, Any] = {"group": "membership"}
TRIAL: dict[str, Any] = {"trialDays": 7}


def taken_by(answer: Response) -> tuple[int, object, object]:
    """Status, code, and the subscription that stands in the way."""
    error = answer.json()["error"]
    return answer.status, error["code"], error.get("details", {}).get("subscriptionId")


@pytest.mark.parametrize("plan_id", ["plan-1", "other"])
def test_a_user_has_one_subscription_of_a_plan_group(stack: UnkindStack, plan_id: str) -> None:
    sold(stack, **MEMBERSHIP)
    sold(stack, "other", **MEMBERSHIP)
    first = begun(stack)

    second = subscribe(stack, request="request-2", planId=plan_id)
    days_pass(stack, 32)

    assert second.status == 409, second.body
    assert taken_by(second) == (409, "already_subscribed", first)
    assert took(stack) == [PRICE, PRICE]


def test_the_shop_does_not_subscribe_a_user_twice_either(stack: UnkindStack) -> None:
    first = begun(stack)

    second = subscribed_by_shop(stack)

    assert second.status == 409, second.body
    assert taken_by(second) == (409, "already_subscribed", first)


def test_a_plan_change_does_not_lead_into_a_group_one_is_in(stack: UnkindStack) -> None:
    sold(stack, **MEMBERSHIP)
    sold(stack, "news", group="news")
    begun(stack)
    news = begun(stack, request="request-2", planId="news")

    for when in ("now", "period_end"):
        assert change(stack, news, "plan-1", when=when).status == 409
    assert view(stack, news)["planId"] == "news"


def test_groups_and_users_do_not_stand_in_each_others_way(stack: UnkindStack) -> None:
    sold(stack, **MEMBERSHIP)
    sold(stack, "news", group="news")
    begun(stack)
    begun(stack, request="request-2", planId="news")
    begun(stack, "user-2")

    assert took(stack) == [PRICE] * 3


def test_who_has_cancelled_may_subscribe_again(stack: UnkindStack) -> None:
    cancel(stack, begun(stack))

    again = begun(stack, request="request-2")

    assert status(stack, again) == "ACTIVE"


def test_with_the_setting_off_a_user_may_have_several(stack: UnkindStack) -> None:
    stack.operated(one_subscription="off")

    begun(stack)
    begun(stack, request="request-2")

    assert took(stack) == [PRICE, PRICE]


def test_a_subscription_whose_first_charge_was_declined_stands_in_nobodys_way(stack: UnkindStack) -> None:
    key_saved(stack)
    sold(stack)
    stack.portone.pg.decline(times=1, readable=True)
    assert subscribe(stack).status == 402

    again = begun(stack, request="request-2")

    assert (status(stack, again), took(stack)) == ("ACTIVE", [PRICE])


@pytest.mark.parametrize("plan_id", ["plan-1", "other"])
@pytest.mark.parametrize("at_period_end", [False, True])
def test_a_user_has_one_trial_of_a_plan_group(
    stack: UnkindStack, plan_id: str, *, at_period_end: bool
) -> None:
    sold(stack, **MEMBERSHIP, **TRIAL)
    sold(stack, "other", **MEMBERSHIP, **TRIAL)
    first = begun(stack, consent=True)
    cancel(stack, first, at_period_end=at_period_end)
    days_pass(stack, 8)

    again = subscribe(stack, request="request-2", planId=plan_id, consent=True)

    assert ended(stack, first)[0] == "ENDED"
    if again.status == 200:
        assert again.json()["status"] == "ACTIVE"
        assert took(stack) == [PRICE]
    else:
        assert again.json()["error"]["code"] == "trial_used"


def test_who_had_a_trial_of_another_group_has_one(stack: UnkindStack) -> None:
    sold(stack, **TRIAL)
    sold(stack, "news", **TRIAL)
    cancel(stack, begun(stack, consent=True))

    again = begun(stack, request="request-2", planId="news", consent=True)

    assert status(stack, again).startswith("TRIAL")


def test_the_shop_gives_a_subscription_a_trial_of_its_own_length(stack: UnkindStack) -> None:
    key_saved(stack)
    sold(stack, **TRIAL)

    answer = subscribed_by_shop(stack, trialDays=20)
    assert answer.status == 200, answer.body

    assert answer.json()["status"] == "TRIAL"
    assert answer.json()["paidUntil"] == "2026-01-21T15:00:00Z"


def test_the_shop_too_gives_a_user_one_trial_of_a_plan_group(stack: UnkindStack) -> None:
    sold(stack, **TRIAL)
    cancel(stack, begun(stack, consent=True))

    again = subscribed_by_shop(stack, trialDays=20)

    assert (again.status, again.json()["error"]["code"]) == (409, "trial_used")
    assert subscribed_by_shop(stack, trialDays=0).status in {200, 202}


@pytest.mark.parametrize("changed", ["back", "for_good"])
def test_a_trial_carried_into_another_group_is_the_one_trial_there(stack: UnkindStack, changed: str) -> None:
    sold(stack, **TRIAL)
    sold(stack, "news", **TRIAL)
    first = begun(stack, consent=True)
    assert change(stack, first, "news", when="now").status == 200
    if changed == "back":
        assert change(stack, first, "plan-1", when="now").status == 200
    cancel(stack, first)

    again = subscribe(stack, request="request-2", planId="news", consent=True)

    assert (again.status, again.json()["error"]["code"]) == (409, "trial_used")


def test_no_plan_change_continues_a_trial_where_the_user_had_one(stack: UnkindStack) -> None:
    sold(stack, **TRIAL)
    sold(stack, "news", **TRIAL)
    cancel(stack, begun(stack, planId="news", consent=True))
    second = begun(stack, request="request-2", consent=True)

    now, later = (change(stack, second, "news", when=when) for when in ("now", "period_end"))
    days_pass(stack, 8)

    assert (now.status, now.json()["error"]["code"], later.status) == (409, "trial_used", 200)
    assert view(stack, second)["planId"] == "news"


@pytest.mark.parametrize("before", [{}, {"group": "news"}])
def test_the_group_of_a_plan_stays_so_that_nobody_has_it_twice(
    stack: UnkindStack, before: dict[str, Any]
) -> None:
    sold(stack, **before, **TRIAL)
    begun(stack, consent=True)

    moved = plan_stored(stack, "plan-1", PRICE, **MEMBERSHIP, **TRIAL)

    assert (moved.status, moved.json()["error"]["details"]["reason"]) == (409, "group")
    assert plan_stored(stack, "plan-1", 2 * PRICE, **before, **TRIAL).status == 200
    assert subscribe(stack, request="request-2").json()["error"]["code"] == "already_subscribed"


def test_a_plan_for_named_users_is_taken_by_nobody_else(stack: UnkindStack) -> None:
    sold(stack, "partner", 1_000, userIds=["partner-1"])
    sold(stack)
    held = begun(stack)
    begun(stack, "partner-1", planId="partner")

    taken = subscribe(stack, request="request-2", planId="partner")
    changes = [change(stack, held, "partner", when=when).status for when in ("now", "period_end")]
    preview = stack.app(USER).post(f"/subscriptions/{held}/preview", {"planId": "partner"})
    days_pass(stack, 32)

    assert {taken.status, *changes, preview.status} <= {403, 404, 409}
    assert taken.status == subscribe(stack, request="request-3", planId="nothing").status
    assert stack.app(USER).get("/plans/partner").status == 404
    assert sorted(took(stack)) == [1_000, 1_000, PRICE, PRICE]


def test_a_plan_off_sale_renews_and_is_sold_to_nobody_new(stack: UnkindStack) -> None:
    sold(stack, "old", 1_000)
    sold(stack)
    begun(stack, planId="old")
    other = begun(stack, "user-2")
    sold(stack, "old", 1_000, onSale=False)
    key_saved(stack, "user-3")

    refused = subscribe(stack, "user-3", planId="old")
    body = {"planId": "old", "when": "period_end"}
    changed = stack.app("user-2").put(f"/subscriptions/{other}/plan", body)
    days_pass(stack, 32)

    assert 400 <= refused.status < 500
    assert 400 <= changed.status < 500
    assert sorted(took(stack)) == [1_000, 1_000, PRICE, PRICE]
    assert told(stack, "subscription.unpaid", "invoice.withheld") == []
