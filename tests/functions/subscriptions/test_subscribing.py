"""Subscribing over HTTP: the first charge, trials, and what makes no sense."""

from typing import Any

import pytest

from portone_local.actors.subscribers import CHARGE
from portone_local.portone import Fault
from portone_local.stack.passing import clock_of
from portone_local.stack.stack import Stack
from portone_payments.domain.shared.calendar import HOUR
from tests.support.billing_app import PRICE, code_of, put_plan, save_key, subscribe
from tests.support.subscriber_app import charged, post, shown, subscribed
from tests.support.world import STRANGER, USER


def test_the_first_period_is_paid_at_once(stack: Stack) -> None:
    started = subscribe(stack, amount=PRICE)

    assert started.status == 200
    view = started.json()
    (invoice,) = view["invoices"]
    assert (view["status"], view["nextChargeAt"]) == ("ACTIVE", "2026-02-02T01:00:00Z")
    assert (invoice["kind"], invoice["state"], invoice["amount"]) == ("period", "PAID", PRICE)
    assert stack.app(USER).get(f"/payments/{invoice['paymentId']}").json()["status"] == "PAID"


def test_subscribing_at_night_charges_at_once_too(stack: Stack) -> None:
    clock_of(stack).advance(14 * HOUR)

    assert subscribe(stack).json()["invoices"][0]["state"] == "PAID"


def test_the_same_key_is_the_same_subscription_in_its_present_state(stack: Stack) -> None:
    first = subscribed(stack)
    post(stack, first, "cancel", {"atPeriodEnd": False})

    again = subscribe(stack)

    assert (again.status, again.json()["subscriptionId"]) == (200, first)
    assert again.json()["status"] == "ENDED"
    assert charged(stack) == 1


def test_the_same_key_with_another_body_is_refused(stack: Stack) -> None:
    subscribed(stack)

    assert code_of(subscribe(stack, anchorDay=5)) == (422, "idempotency_key_reused")


def test_subscribing_needs_a_key(stack: Stack) -> None:
    refused = subscribe(stack, key=None)

    assert code_of(refused) == (400, "invalid_request")
    assert refused.json()["error"]["details"] == {"field": "Idempotency-Key", "reason": "missing"}


def test_a_price_the_app_did_not_show_is_not_charged(stack: Stack) -> None:
    refused = subscribe(stack, amount=9_000)

    assert code_of(refused) == (409, "price_changed")
    assert refused.json()["error"]["details"] == {"amount": PRICE}
    assert charged(stack) == 0


def test_a_first_charge_without_an_outcome_is_open(stack: Stack) -> None:
    stack.portone.inject(operation=CHARGE, fault=Fault.TIMEOUT_BEFORE_COMMIT)

    open_ = subscribe(stack)

    subscription_id = open_.json()["subscriptionId"]
    assert (open_.status, open_.json()["statusUrl"]) == (202, f"/subscriptions/{subscription_id}")
    assert open_.json()["invoices"][0]["state"] == "UNKNOWN"
    stack.run_for(300)
    assert subscribe(stack).status == 200
    assert shown(stack, subscription_id)["invoices"][0]["state"] == "PAID"


def test_a_declined_first_charge_ends_the_subscription(stack: Stack) -> None:
    stack.portone.pg.decline(readable=True)

    declined = subscribe(stack)

    assert code_of(declined) == (402, "charge_declined")
    assert declined.json()["error"]["details"]["reason"] == "retry_later"
    (held,) = stack.app(USER).get("/subscriptions").json()["items"]
    assert (held["status"], held["invoices"][0]["state"]) == ("ENDED", "VOID")
    assert code_of(subscribe(stack)) == (402, "charge_declined")
    assert charged(stack) == 1


def test_a_hard_decline_of_the_first_charge_requires_another_method() -> None:
    with Stack.in_memory(dunning='{"hardCodes":{"*":["LOST"]}}') as stack:
        save_key(stack)
        put_plan(stack)
        stack.portone.pg.decline(code="LOST", readable=True)

        declined = subscribe(stack)

    assert declined.json()["error"]["details"]["reason"] == "other_method"


def test_a_trial_charges_nothing_yet(stack: Stack) -> None:
    put_plan(stack, "plan-2", trialDays=7)

    trial = subscribe(stack, planId="plan-2", consent=True)

    assert (trial.status, trial.json()["status"], trial.json()["invoices"]) == (200, "TRIAL", [])
    assert trial.json()["trialEndsAt"] == "2026-01-08T15:00:00Z"
    assert trial.json()["consentedAt"] == "2026-01-02T03:04:05Z"


def test_a_start_in_the_future_charges_nothing_yet(stack: Stack) -> None:
    put_plan(stack, "plan-2", startAheadDays=60)

    later = subscribe(stack, planId="plan-2", start="2026-02-28", anchorDay=31)

    assert (later.status, later.json()["invoices"]) == (200, [])
    assert later.json()["nextChargeAt"] == "2026-02-28T01:00:00Z"


@pytest.mark.parametrize("start", ["2026-01-01", "2028-01-01"])
def test_a_start_lies_in_the_coming_year(stack: Stack, start: str) -> None:
    assert code_of(subscribe(stack, start=start)) == (409, "change_not_allowed")


def test_an_anchor_day_needs_months(stack: Stack) -> None:
    put_plan(stack, "plan-2", interval={"unit": "WEEK", "count": 1})

    assert code_of(subscribe(stack, planId="plan-2", anchorDay=3)) == (409, "change_not_allowed")


@pytest.mark.parametrize(
    "wrong",
    [
        {"planId": ""},
        {"planId": 7},
        {"amount": -1},
        {"amount": "9900"},
        {"start": "2026-02-30"},
        {"start": "tomorrow"},
        {"start": "2026-02-01T00:00:00Z"},
        {"anchorDay": 0},
        {"anchorDay": 32},
        {"consent": "yes"},
        {"billingKeyId": "a b"},
        {"trialDays": 30},
    ],
    ids=str,
)
def test_an_impossible_subscription_is_refused(stack: Stack, wrong: dict[str, Any]) -> None:
    assert code_of(subscribe(stack, **wrong)) == (400, "invalid_request")


def test_an_unknown_plan_is_not_found(stack: Stack) -> None:
    assert code_of(subscribe(stack, planId="plan-absent")) == (404, "plan_not_found")


def test_subscribing_needs_a_saved_method(stack: Stack) -> None:
    assert code_of(subscribe(stack, STRANGER)) == (409, "no_billing_key")


def test_another_users_method_is_as_unknown_as_an_absent_one(stack: Stack) -> None:
    theirs = save_key(stack, STRANGER)

    answers = [subscribe(stack, billingKeyId=key) for key in (theirs, "0123456789absent")]

    assert {code_of(answer) for answer in answers} == {(404, "billing_key_not_found")}
