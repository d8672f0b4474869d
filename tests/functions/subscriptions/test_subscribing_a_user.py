"""The shop subscribes a user, with the trial, the discount and the start of its choice."""

from typing import Any

import pytest

from portone_local.actors.subscribers import CHARGE
from portone_local.gateway.messages import Response
from portone_local.portone import Fault
from portone_local.stack.stack import Stack
from portone_payments.domain.shared.calendar import DAY, HOUR
from tests.support.billing_app import PRICE, code_of, put_plan, subscribe
from tests.support.lives import took
from tests.support.subscriber_app import charged, post
from tests.support.world import STRANGER, USER


def given(stack: Stack, user: str = USER, key: str = "shop-1", **body: Any) -> Response:
    """The shop subscribes a user to plan-1, or another."""
    headers = {"idempotency-key": key}
    return stack.shop.post(
        "/ops/subscriptions", {"userId": user, "planId": "plan-1", **body}, headers=headers
    )


def test_the_users_default_method_pays_and_the_history_names_the_shop(stack: Stack) -> None:
    begun = given(stack, amount=PRICE)

    held = stack.ports["store"].subscription(begun.json()["subscriptionId"])
    assert (begun.status, begun.json()["status"], charged(stack)) == (200, "ACTIVE", 1)
    assert held.history[0].by.startswith("shop:")
    assert stack.app(USER).get("/subscriptions").json()["items"][0]["status"] == "ACTIVE"


def test_whoever_waits_for_an_outcome_may_read_the_address_that_is_given(stack: Stack) -> None:
    """An app's routes are closed to the shop and its staff, who ask by their own."""
    stack.portone.inject(operation=CHARGE, fault=Fault.TIMEOUT_BEFORE_COMMIT)
    open_ = given(stack).json()
    path = f"/subscriptions/{open_['subscriptionId']}"
    ending = stack.staff_app.post(f"/staff{path}/cancel", {"atPeriodEnd": False}).json()

    assert (open_["statusUrl"], ending["statusUrl"]) == (f"/ops{path}", f"/staff{path}")
    assert stack.shop.get(open_["statusUrl"]).status == 200
    assert stack.staff_app.get(ending["statusUrl"]).status == 200


def test_the_same_key_is_the_same_subscription_whatever_its_user_sent_under_it(stack: Stack) -> None:
    first = given(stack, key="request-1")
    put_plan(stack, "plan-2")

    again, own = given(stack, key="request-1"), subscribe(stack, key="request-1", planId="plan-2")

    assert again.json()["subscriptionId"] == first.json()["subscriptionId"]
    assert own.json()["subscriptionId"] != first.json()["subscriptionId"]
    assert code_of(given(stack, key="request-1", trialDays=1)) == (422, "idempotency_key_reused")


def test_no_offer_binds_the_shop_but_a_seat_that_is_taken_does(stack: Stack) -> None:
    put_plan(stack, "partner", onSale=False, userIds=["somebody"], trialDays=7)
    first = given(stack, planId="partner", start="2026-12-01")
    post(stack, first.json()["subscriptionId"], "cancel", {"atPeriodEnd": False})

    again = given(stack, key="shop-2", planId="partner", trialDays=0)
    refused = given(stack, key="shop-3", planId="partner")

    assert (first.status, first.json()["status"]) == (200, "PENDING")
    assert (again.status, again.json()["status"]) == (200, "ACTIVE")
    assert code_of(refused) == (409, "already_subscribed")


def test_a_trial_it_gives_is_as_long_as_it_says_and_uses_up_the_users_own(stack: Stack) -> None:
    put_plan(stack, trialDays=7)
    begun = given(stack, trialDays=400)
    subscription_id = begun.json()["subscriptionId"]
    post(stack, subscription_id, "cancel", {"atPeriodEnd": False})

    assert begun.json()["trialEndsAt"] == "2027-02-05T15:00:00Z"
    assert code_of(subscribe(stack)) == (409, "trial_used")
    assert charged(stack) == 0


def test_an_amount_off_for_two_periods_then_the_price_that_was_agreed(stack: Stack) -> None:
    begun = given(stack, discount={"amount": 1_000, "periods": 2})
    stack.run_for(63 * DAY, step=6 * HOUR)

    assert begun.json()["invoices"][0]["discount"] == 1_000
    assert took(stack) == [8_900, 8_900, PRICE]


@pytest.mark.parametrize(
    "wrong",
    [
        {"userId": ""},
        {"userId": "a b"},
        {"trialDays": -1},
        {"trialDays": 3661},
        {"consent": True},
        {"trial": False},
        {"discount": {"percent": 100, "periods": 1}},
        {"discount": {"percent": 10}},
        {"discount": {"periods": 1}},
        {"discount": {"percent": 10, "amount": 10, "periods": 1}},
        {"discount": {"amount": PRICE, "periods": 1}},
        {"start": "2026-02-30"},
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused(stack: Stack, wrong: dict[str, Any]) -> None:
    assert code_of(given(stack, **wrong)) == (400, "invalid_request")


def test_a_start_beyond_a_year_a_user_without_a_method_and_a_missing_key_are_refused(stack: Stack) -> None:
    keyless = stack.shop.post("/ops/subscriptions", {"userId": USER, "planId": "plan-1"})

    assert code_of(given(stack, start="2027-02-01")) == (409, "change_not_allowed")
    assert code_of(given(stack, STRANGER)) == (409, "no_billing_key")
    assert code_of(keyless) == (400, "invalid_request")


def test_it_is_not_counted_as_what_its_user_begins(stack: Stack) -> None:
    for number in range(15):
        put_plan(stack, f"plan-{number}")
        given(stack, key=f"shop-{number}", planId=f"plan-{number}", trialDays=9)

    assert subscribe(stack, key="own", planId="plan-1").status == 409
    put_plan(stack, "plan-x")
    assert subscribe(stack, key="own-2", planId="plan-x").status == 200
