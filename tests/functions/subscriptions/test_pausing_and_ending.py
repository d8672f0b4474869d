"""Another method, a pause and an end, over HTTP."""

import pytest

from portone_local.actors.subscribers import CHARGE
from portone_local.portone import Fault
from portone_local.stack.passing import clock_of
from portone_local.stack.stack import Stack
from portone_payments.domain.shared.calendar import DAY, HOUR
from tests.support.billing_app import PRICE, code_of, save_key
from tests.support.subscriber_app import charged, past_due, post, put, shown, subscribed
from tests.support.world import STRANGER, USER


def test_a_new_method_is_charged_at_once(stack: Stack) -> None:
    subscription_id = past_due(stack)
    stack.portone.pg.accept()
    clock_of(stack).advance(14 * HOUR)

    changed = put(stack, subscription_id, "billing-key", {"billingKeyId": save_key(stack, card="card-2")})

    assert (changed.status, changed.json()["status"]) == (200, "ACTIVE")
    assert changed.json()["invoices"][0]["state"] == "PAID"


def test_a_new_method_that_is_declined_too_leaves_it_past_due(stack: Stack) -> None:
    subscription_id = past_due(stack)

    changed = put(stack, subscription_id, "billing-key", {"billingKeyId": None})

    assert (changed.status, changed.json()["status"]) == (200, "PAST_DUE")
    newest = changed.json()["invoices"][0]
    assert (newest["tries"], newest["advice"]) == (2, "retry_later")


def test_only_the_owners_living_method_is_charged(stack: Stack) -> None:
    subscription_id = subscribed(stack)
    theirs, deleted = save_key(stack, STRANGER), save_key(stack, card="card-2")
    stack.app(USER).delete(f"/billing-keys/{deleted}")

    answers = [
        code_of(put(stack, subscription_id, "billing-key", {"billingKeyId": key}))
        for key in (theirs, "0123456789absent", deleted)
    ]

    assert answers == [
        (404, "billing_key_not_found"),
        (404, "billing_key_not_found"),
        (409, "billing_key_gone"),
    ]


def test_a_pause_lasts_until_its_day(stack: Stack) -> None:
    subscription_id = subscribed(stack)

    paused = post(stack, subscription_id, "pause", {"until": "2026-03-15"})

    assert (paused.status, paused.json()["status"]) == (200, "PAUSED")
    assert paused.json()["resumesAt"] == "2026-03-14T15:00:00Z"
    stack.run_for(60 * DAY, step=DAY / 8)
    assert charged(stack) == 1
    stack.run_for(14 * DAY, step=DAY / 8)
    assert shown(stack, subscription_id)["status"] == "ACTIVE"
    assert charged(stack) == 2


def test_a_pause_may_have_no_end(stack: Stack) -> None:
    paused = post(stack, subscribed(stack), "pause")

    assert (paused.json()["status"], paused.json()["resumesAt"]) == ("PAUSED", None)


def test_a_pause_ends_in_the_future(stack: Stack) -> None:
    subscription_id = subscribed(stack)

    assert code_of(post(stack, subscription_id, "pause", {"until": "2026-01-02"})) == (
        409,
        "change_not_allowed",
    )
    assert code_of(post(stack, subscription_id, "pause", {"until": "2026-02-30"})) == (400, "invalid_request")


def test_resuming_charges_the_rest_of_the_period(stack: Stack) -> None:
    subscription_id = subscribed(stack)
    post(stack, subscription_id, "pause")
    clock_of(stack).advance(45 * DAY)

    resumed = post(stack, subscription_id, "resume")

    assert (resumed.status, resumed.json()["status"]) == (200, "ACTIVE")
    newest = resumed.json()["invoices"][0]
    assert newest["state"] == "PAID"
    assert 0 < newest["amount"] < PRICE


def test_only_a_paused_subscription_is_resumed(stack: Stack) -> None:
    assert code_of(post(stack, subscribed(stack), "resume")) == (409, "change_not_allowed")


def test_a_subscription_cancelled_at_once_is_never_charged_again(stack: Stack) -> None:
    subscription_id = subscribed(stack)

    cancelled = post(stack, subscription_id, "cancel", {"atPeriodEnd": False})

    assert (cancelled.status, cancelled.json()["status"]) == (200, "ENDED")
    stack.run_for(70 * DAY, step=DAY / 8)
    assert charged(stack) == 1


def test_a_subscription_cancelled_with_its_period_runs_until_its_end(stack: Stack) -> None:
    subscription_id = subscribed(stack)

    ending = post(stack, subscription_id, "cancel", {"atPeriodEnd": True})

    assert (ending.status, ending.json()["status"]) == (200, "ENDING")
    assert (ending.json()["endsAt"], ending.json()["nextChargeAt"]) == ("2026-02-01T15:00:00Z", None)
    stack.run_for(32 * DAY, step=DAY / 8)
    assert shown(stack, subscription_id)["status"] == "ENDED"
    assert charged(stack) == 1


def test_a_charge_under_way_finishes_before_the_end(stack: Stack) -> None:
    stack.portone.inject(operation=CHARGE, fault=Fault.TIMEOUT_BEFORE_COMMIT)
    subscription_id = subscribed(stack)

    waiting = post(stack, subscription_id, "cancel", {"atPeriodEnd": False})

    assert (waiting.status, waiting.json()["cancelling"]) == (202, True)
    assert post(stack, subscription_id, "cancel", {"atPeriodEnd": False}).status == 202
    stack.run_for(600)
    assert shown(stack, subscription_id)["status"] == "ENDED"


def test_the_shop_may_cancel_it_too(stack: Stack) -> None:
    subscription_id = subscribed(stack)

    ended = stack.shop.post(f"/ops/subscriptions/{subscription_id}/cancel", {"atPeriodEnd": False})

    assert (ended.status, ended.json()["status"]) == (200, "ENDED")
    assert (
        stack.shop.post(f"/ops/subscriptions/{subscription_id}/cancel", {"atPeriodEnd": True}).status == 200
    )


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "plan", {"planId": "plan-1", "when": "period_end"}),
        ("PUT", "plan", {"planId": "plan-1", "when": "now"}),
        ("PUT", "billing-key", {"billingKeyId": None}),
        ("POST", "pause", {}),
        ("POST", "resume", None),
        ("POST", "consent", {"amount": PRICE}),
    ],
)
def test_an_ended_subscription_does_not_change(stack: Stack, method: str, path: str, body: object) -> None:
    subscription_id = subscribed(stack)
    post(stack, subscription_id, "cancel", {"atPeriodEnd": False})

    refused = stack.app(USER).request(method, f"/subscriptions/{subscription_id}/{path}", json=body)

    assert code_of(refused) == (409, "subscription_ended")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "preview", {}),
        ("PUT", "plan", {"planId": "plan-1", "when": "soon"}),
        ("PUT", "plan", {"planId": "plan-1", "amount": 1}),
        ("PUT", "billing-key", {}),
        ("PUT", "billing-key", {"billingKeyId": ""}),
        ("POST", "pause", {"until": 20_260_301}),
        ("POST", "cancel", {}),
        ("POST", "cancel", {"atPeriodEnd": "yes"}),
        ("POST", "consent", {"amount": 0}),
        ("POST", "consent", {"amount": 9_900.5}),
        ("POST", "consent", {}),
    ],
)
def test_an_impossible_change_is_refused(stack: Stack, method: str, path: str, body: object) -> None:
    subscription_id = subscribed(stack)
    before = stack.dump()

    refused = stack.app(USER).request(method, f"/subscriptions/{subscription_id}/{path}", json=body)

    assert code_of(refused) == (400, "invalid_request")
    assert stack.dump() == before
