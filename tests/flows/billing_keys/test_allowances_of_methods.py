"""What one user repeats of methods, subscriptions and receipts is bounded; what ends anything is not."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest

from portone_local.actors.shop import USER
from portone_local.actors.subscribers import (
    ask,
    cancel,
    change,
    key_chosen,
    key_deleted,
    key_issued,
    key_saved,
    key_started,
    plan_stored,
    registered,
    subscribe,
    subscribed,
    to_hour,
)
from portone_local.oracle import ObservedStack
from portone_local.portone import Fault
from portone_local.stack.passing import clock_of
from tests.support.receipts import issue
from tests.support.receipts import paid as paid_by_transfer

OK, ACCEPTED, TOO_MANY = HTTPStatus.OK, HTTPStatus.ACCEPTED, HTTPStatus.TOO_MANY_REQUESTS


@pytest.fixture
def stack() -> Iterator[ObservedStack]:
    """The whole stack in memory, at noon."""
    with ObservedStack.in_memory(seed=1) as observed:
        to_hour(observed, 12)
        yield observed


def named(answer: Any) -> str:
    """Which allowance a 429 names as used up."""
    assert answer.status == TOO_MANY
    return str(answer.json()["error"]["details"]["allowance"])


def test_an_app_that_polls_for_a_method_while_portone_is_silent_is_answered_from_the_record(
    stack: ObservedStack,
) -> None:
    billing_key_id = key_started(stack)
    told = key_issued(stack, billing_key_id)
    stack.portone.webhooks.lose()
    stack.portone.inject(operation="get_billing_key", fault=Fault.RESET_BEFORE_COMMIT, times=None)
    before = stack.calls.portone
    registered(stack, billing_key_id, told)

    answers = {registered(stack, billing_key_id, {}).status for _ in range(60)}

    assert answers == {ACCEPTED}
    assert stack.calls.portone - before <= 6


def test_a_user_who_reported_unknown_keys_saves_a_real_one_after_the_answered_wait(
    stack: ObservedStack,
) -> None:
    billing_key_id = key_started(stack)
    answers = [
        registered(stack, billing_key_id, {"billingKey": f"invented-{number}"}) for number in range(60)
    ]
    wait = int(answers[-1].headers["retry-after"])
    clock_of(stack).advance(wait)

    assert named(answers[-1]) == "registrations"
    assert registered(stack, billing_key_id, key_issued(stack, billing_key_id)).status == OK


def test_a_deletion_is_started_however_often_another_was_requested(stack: ObservedStack) -> None:
    first, second = key_saved(stack), key_saved(stack, card="other")
    stack.portone.console.refuse_next("delete_billing_key", times=100)
    before = stack.calls.portone
    again = {key_deleted(stack, first).status for _ in range(40)}
    cost = stack.calls.portone - before
    queued = len(stack.ports["queue"].bodies)
    key_deleted(stack, first)

    assert again == {ACCEPTED}
    assert cost <= 33
    assert len(stack.ports["queue"].bodies) == queued
    assert key_deleted(stack, second).status == ACCEPTED
    assert stack.calls.portone - before > cost


def test_cards_saved_and_deleted_repeatedly_are_limited(stack: ObservedStack) -> None:
    for _ in range(30):
        assert key_deleted(stack, key_saved(stack)).status == OK
    path, body = "/billing-keys", {"payMethod": "CARD", "platform": "ios"}
    refused = stack.app(USER).post(path, body)
    clock_of(stack).advance(int(refused.headers["retry-after"]))

    assert named(refused) == "save"
    assert stack.app(USER).post(path, body).status == OK


def test_the_subscriptions_a_user_starts_are_limited_and_a_known_request_always_answers(
    stack: ObservedStack,
) -> None:
    key_saved(stack)
    plan_stored(stack)
    stack.portone.pg.decline(times=None)
    answers = [subscribe(stack, request=f"request-{number}") for number in range(20)]

    assert named(answers[-1]) == "plan"
    assert [each.status for each in answers].count(TOO_MANY) == 10
    assert subscribe(stack, request="request-0").status != TOO_MANY


def test_ending_pausing_and_downgrading_are_never_limited(stack: ObservedStack) -> None:
    held = subscribed(stack)
    plan_stored(stack, "dearer", amount=19_900)
    plan_stored(stack, "cheaper", amount=100)
    dearer = [change(stack, held, "dearer", when="period_end") for _ in range(40)]
    refused = {
        named(dearer[-1]),
        named(ask(stack, held, "consent", {"amount": 19_900})),
        named(change(stack, held, "cheaper")),
    }
    cheaper = change(stack, held, "cheaper", when="period_end")

    assert refused == {"commands"}
    assert cheaper.status == OK
    assert ask(stack, held, "pause").status == OK
    assert named(ask(stack, held, "resume")) == "commands"
    assert cancel(stack, held).status == OK


def test_the_shop_changes_a_plan_however_often_its_customer_did(stack: ObservedStack) -> None:
    held = subscribed(stack)
    plan_stored(stack, "dearer", amount=19_900)
    plan_stored(stack, "dearest", amount=29_900)
    asked = [change(stack, held, plan, when="now") for plan in ["dearer", "dearest"] * 20]
    path = f"/ops/subscriptions/{held}/plan"

    # one of the two is the plan it has
    assert [each.status for each in asked[-2:]] == [TOO_MANY, OK]
    assert stack.shop.put(path, {"planId": "dearer", "when": "period_end"}).status == OK


def test_changing_the_default_is_limited_and_repeating_the_same_choice_is_not(stack: ObservedStack) -> None:
    cards = [key_saved(stack), key_saved(stack, card="other")]
    answers = [key_chosen(stack, cards[number % 2]) for number in range(60)]

    assert named(answers[-1]) == "choices"
    assert {key_chosen(stack, card).status for card in cards} == {OK, TOO_MANY}


def test_staff_issues_a_receipt_however_often_the_buyer_was_refused(stack: ObservedStack) -> None:
    prepared = paid_by_transfer(stack)
    stack.portone.console.refuse_next("issue_cash_receipt", "INVALID_REQUEST", times=10)
    answers = [issue(stack, prepared) for _ in range(12)]
    body = {"type": "PERSONAL", "identityNumber": "01098765432"}

    assert named(answers[-1]) == "receipts"
    assert stack.staff.post(f"/ops/payments/{prepared['paymentId']}/cash-receipt", body).status == OK
