"""Subscriptions and saved methods through time: what is charged, when, and what never is."""

import json
from collections.abc import Iterator

import pytest

from portone_local.actors.subscribers import (
    CHARGE,
    PRICE,
    ask,
    cancel,
    charged_at,
    days_pass,
    held,
    id_in,
    invoice,
    key_deleted,
    key_saved,
    order_in_parts,
    plan_stored,
    schedule,
    subscribe,
    subscribed,
    to_hour,
)
from portone_local.oracle import ObservedStack
from portone_local.portone import Fault
from portone_local.stack.passing import clock_of, let_pass
from portone_local.stories.telling import at_noon
from portone_local.stories.world import MINUTE, USER
from portone_payments.domain.records.subscriptions import InvoiceState, SubscriptionStatus
from portone_payments.domain.shared.calendar import HOUR, KST, kst_seconds


@pytest.fixture
def stack() -> Iterator[ObservedStack]:
    with at_noon() as stack:
        yield stack


def hours(stack: ObservedStack) -> list[int]:
    return [kst_seconds(at) // HOUR for at in charged_at(stack)]


@pytest.mark.parametrize("hour", [1, 8, 23])
def test_a_new_subscriber_is_charged_at_once_at_any_hour(stack: ObservedStack, hour: int) -> None:
    to_hour(stack, hour)

    subscription_id = subscribed(stack)

    assert hours(stack) == [hour]
    assert invoice(stack, subscription_id).state is InvoiceState.PAID


def test_a_pause_does_not_make_an_unpaid_period_free(stack: ObservedStack) -> None:
    subscription_id = subscribed(stack)
    stack.portone.pg.decline("example-card")
    days_pass(stack, 31)
    assert held(stack, subscription_id).status is SubscriptionStatus.PAST_DUE

    ask(stack, subscription_id, "pause")
    ask(stack, subscription_id, "resume")

    paid = [each.amount for each in held(stack, subscription_id).invoices.values() if each.paid_by]
    assert paid == [PRICE, PRICE]


def test_a_pause_that_ends_charges_in_the_allowed_hours(stack: ObservedStack) -> None:
    subscribed(stack)
    subscription_id = next(iter(stack.ports["store"].subscriptions(USER, cursor=None, limit=1).items))
    days_pass(stack, 20)
    ask(stack, subscription_id.subscription_id, "pause", {"until": "2026-03-10"})

    days_pass(stack, 60)

    assert len(charged_at(stack)) > 1
    assert set(hours(stack)[1:]) <= set(range(10, 21))


def test_after_a_trial_nothing_is_charged_without_a_consent_in_any_period(stack: ObservedStack) -> None:
    plan_stored(stack, trialDays=7)
    subscription_id = subscribed(stack)
    days_pass(stack, 1)
    ask(stack, subscription_id, "pause")
    days_pass(stack, 45)

    ask(stack, subscription_id, "resume")
    days_pass(stack, 5)
    charged = len(charged_at(stack))
    ask(stack, subscription_id, "consent", {"amount": PRICE})
    days_pass(stack, 1)

    assert (charged, len(charged_at(stack))) == (0, 1)


def test_a_subscription_payment_is_charged_by_its_subscription_only(stack: ObservedStack) -> None:
    subscription_id = subscribed(stack)
    stack.portone.pg.decline("example-card")
    days_pass(stack, 31.5)
    payment_id = invoice(stack, subscription_id).payment_id

    answer = stack.app(USER).post(f"/payments/{payment_id}/charge", {"chargeId": "mine"})

    assert answer.status == 409
    assert invoice(stack, subscription_id).tries == 1


def test_the_price_of_an_order_in_parts_is_fixed_once_they_are_agreed(stack: ObservedStack) -> None:
    key_saved(stack)
    order_in_parts(stack, "order-1", [{"amount": 5_000}])
    schedule(stack, "order-1")

    answer = order_in_parts(stack, "order-1", [{"amount": 4_000}])

    assert answer.status == 409
    assert stack.ports["store"].order("order-1").total == 5_000


def test_a_part_waits_until_the_outcome_of_the_one_before_it_is_known(stack: ObservedStack) -> None:
    key_saved(stack)
    order_in_parts(stack, "order-1", [{"amount": 5_000}, {"amount": 4_000}])
    stack.portone.inject(operation=CHARGE, fault=Fault.TIMEOUT_AFTER_COMMIT)
    stack.portone.inject(operation="get_payment", fault=Fault.RESET_BEFORE_COMMIT, times=None)
    subscription_id = id_in(schedule(stack, "order-1"))

    let_pass(stack, 2 * HOUR)
    unknown = held(stack, subscription_id)
    stack.portone.clear_faults()
    let_pass(stack, 2 * HOUR)

    assert (unknown.in_flight, unknown.invoices["2"].tries) == ("1", 0)
    assert {each.state for each in held(stack, subscription_id).invoices.values()} == {InvoiceState.PAID}


def test_a_cancelled_subscription_with_a_deleted_method_is_never_charged_again(stack: ObservedStack) -> None:
    subscription_id = subscribed(stack)
    billing_key_id = stack.ports["store"].wallet(USER).default

    answers = (cancel(stack, subscription_id).status, key_deleted(stack, billing_key_id).status)
    days_pass(stack, 70)

    assert answers == (200, 200)
    assert len(charged_at(stack)) == 1


def test_subscribing_again_under_one_key_is_the_same_subscription(stack: ObservedStack) -> None:
    first = subscribed(stack)

    again = subscribe(stack).json()["subscriptionId"]

    assert again == first
    assert len(charged_at(stack)) == 1
    assert int(clock_of(stack).now() + KST) // HOUR % 24 == 12


def test_a_charge_sent_again_respects_the_rate_of_the_pg(stack: ObservedStack) -> None:
    stack.portone.inject(operation=CHARGE, fault=Fault.TIMEOUT_BEFORE_COMMIT)
    subscription_id = subscribed(stack)
    payment_id = invoice(stack, subscription_id).payment_id

    let_pass(stack, 5 * MINUTE)

    again = [json.loads(body) for body in stack.ports["charge_queue"].bodies if payment_id in body]
    assert [(each["kind"], "slot" in each) for each in again] == [("charge", True)]
    assert not [body for body in stack.ports["queue"].bodies if payment_id in body]
    assert invoice(stack, subscription_id).state is InvoiceState.PAID


def test_a_decline_without_a_trace_is_recognised_within_minutes(stack: ObservedStack) -> None:
    subscription_id = subscribed(stack)
    stack.portone.pg.decline(times=None, readable=False, silent=True)

    days_pass(stack, 31.5)

    assert held(stack, subscription_id).status is SubscriptionStatus.PAST_DUE
    assert dict(stack.metrics).get("OutcomeUnknown", 0) == 0
    assert len(charged_at(stack)) == 2
