"""One subscription and one trial per user and plan group: what takes the seat, gives it up, takes it back."""

from typing import Any

import pytest

from portone_local.stack.stack import Stack
from portone_payments.domain.shared.calendar import DAY, HOUR
from tests.support.billing_app import code_of, put_plan, save_key, subscribe
from tests.support.subscriber_app import charged, post, put, shown, subscribed
from tests.support.world import USER

GROUP = {"group": "membership"}
MARCH = "2026-03-01T15:00:00Z"  # the end of the second month


def refused_for(answer: Any) -> tuple[str, str]:
    """Why, and the subscription that stands in the way."""
    error = answer.json()["error"]
    return error["code"], error["details"]["subscriptionId"]


def given_up(stack: Stack) -> str:
    """A subscription whose second month was never paid."""
    subscription_id = subscribed(stack)
    stack.portone.pg.decline(times=None, readable=True)
    stack.run_for(50 * DAY, step=DAY / 4)
    stack.portone.pg.accept()
    assert shown(stack, subscription_id)["status"] == "UNPAID"
    return subscription_id


def test_what_was_given_up_gives_way_and_stays_as_it_is(stack: Stack) -> None:
    old = given_up(stack)
    before = charged(stack)

    new = subscribed(stack, key="request-2")
    stack.app(USER).put(f"/billing-keys/{save_key(stack)}/default")
    stack.run_for(3 * DAY, step=6 * HOUR)

    assert charged(stack) == before + 1
    assert [shown(stack, each)["status"] for each in (old, new)] == ["UNPAID", "ACTIVE"]


def test_what_gave_way_comes_back_only_once_the_seat_is_free(stack: Stack) -> None:
    old = given_up(stack)
    new = subscribed(stack, key="request-2")

    refused = post(stack, old, "resume")
    post(stack, new, "cancel", {"atPeriodEnd": False})
    back = post(stack, old, "resume")

    assert refused_for(refused) == ("already_subscribed", new)
    assert back.status in {200, 202}
    assert refused_for(subscribe(stack, key="request-3")) == ("already_subscribed", old)


def test_a_change_into_the_group_of_what_was_given_up_takes_its_place(stack: Stack) -> None:
    put_plan(stack, "news")
    old = given_up(stack)
    new = subscribed(stack, key="request-2", planId="news")

    changed = put(stack, new, "plan", {"planId": "plan-1", "when": "now"})
    stack.app(USER).put(f"/billing-keys/{save_key(stack, card='card-2')}/default")
    stack.run_for(3 * DAY, step=6 * HOUR)

    assert (changed.status, changed.json()["planId"]) == (200, "plan-1")
    assert [shown(stack, each)["status"] for each in (old, new)] == ["UNPAID", "ACTIVE"]
    assert refused_for(post(stack, old, "resume")) == ("already_subscribed", new)


def test_what_gave_way_ends_with_what_is_paid_of_it_and_takes_no_seat_by_that(stack: Stack) -> None:
    old = given_up(stack)
    new = subscribed(stack, key="request-2")
    post(stack, old, "invoices/2/pay", {})

    ending = post(stack, old, "cancel", {"atPeriodEnd": True})
    kept = post(stack, old, "keep")

    assert (ending.status, ending.json()["status"], ending.json()["endsAt"]) == (200, "ENDING", MARCH)
    assert (kept.status, kept.json()["status"]) == (200, "UNPAID")
    assert refused_for(subscribe(stack, key="request-3")) == ("already_subscribed", new)


def test_a_plan_chosen_for_later_takes_its_seat_now_and_frees_it_when_it_is_dropped(stack: Stack) -> None:
    put_plan(stack, "news", group="news")
    put_plan(stack, "sports", group="sports")
    first = subscribed(stack)
    put(stack, first, "plan", {"planId": "news"})
    refused = subscribe(stack, key="request-2", planId="news")

    put(stack, first, "plan", {"planId": "sports"})
    begun = subscribe(stack, key="request-3", planId="news")

    assert refused_for(refused) == ("already_subscribed", first)
    assert begun.status == 200


def test_a_change_that_an_end_dropped_keeps_its_seat_while_the_end_can_be_taken_back(stack: Stack) -> None:
    put_plan(stack, "news", group="news")
    first = subscribed(stack)
    put(stack, first, "plan", {"planId": "news"})
    post(stack, first, "cancel", {"atPeriodEnd": True})

    refused = subscribe(stack, key="request-2", planId="news")

    assert refused_for(refused) == ("already_subscribed", first)


def test_a_plan_change_within_the_group_keeps_the_seat(stack: Stack) -> None:
    put_plan(stack, "small", **GROUP)
    put_plan(stack, "large", amount=19_900, **GROUP)
    first = subscribed(stack, planId="small")

    assert put(stack, first, "plan", {"planId": "large", "when": "now"}).json()["planId"] == "large"
    assert refused_for(subscribe(stack, key="request-2", planId="small")) == ("already_subscribed", first)


@pytest.mark.parametrize("trial", [None, True])
def test_who_was_shown_a_trial_they_had_is_not_charged_instead(stack: Stack, trial: object) -> None:
    put_plan(stack, "plan-2", trialDays=7)
    post(stack, subscribed(stack, planId="plan-2"), "cancel", {"atPeriodEnd": False})
    body: dict[str, Any] = {} if trial is None else {"trial": trial}

    refused = subscribe(stack, key="request-2", planId="plan-2", **body)

    assert (code_of(refused), charged(stack)) == ((409, "trial_used"), 0)
    assert subscribe(stack, key="request-3", planId="plan-2", trial=False).json()["status"] == "ACTIVE"


def test_by_setting_a_user_has_as_many_trials_as_they_begin() -> None:
    with Stack.in_memory(one_trial="off") as stack:
        save_key(stack)
        put_plan(stack, trialDays=7)
        post(stack, subscribed(stack), "cancel", {"atPeriodEnd": False})

        assert subscribe(stack, key="request-2").json()["status"] == "TRIAL"


def test_a_start_costs_the_seat_one_read_and_one_item_in_its_transaction(stack: Stack) -> None:
    subscribed(stack)

    seats = [item for item in stack.dump() if item["sk"]["S"].startswith("seat#")]

    assert [item["pk"]["S"] for item in seats] == [f"wallet#{USER}"]
    assert "ttl" not in seats[0]
