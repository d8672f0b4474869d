"""Errors of ours are no declines: sending stops, nothing is lost or counted, and a probe restarts it."""

from collections.abc import Iterator
from itertools import pairwise

import pytest

from portone_local.actors.shop import USER, pay, prepare, verify
from portone_local.actors.subscribers import (
    CHARGE,
    cancel,
    charged_at,
    days_pass,
    held,
    invoice,
    key_saved,
    plan_stored,
    subscribe,
    subscribed,
)
from portone_local.oracle import ObservedStack, assert_clean, converge
from portone_local.portone import Fault
from portone_local.stack.passing import let_pass
from portone_local.stories.telling import at_noon
from portone_local.stories.world import MINUTE
from portone_payments.domain.records.subscriptions import InvoiceState, SubscriptionStatus
from portone_payments.domain.shared.calendar import DAY, HOUR
from portone_payments.ports.world import Metric


@pytest.fixture
def stack() -> Iterator[ObservedStack]:
    with at_noon() as stack:
        yield stack


def refuse(stack: ObservedStack, operation: str) -> None:
    stack.portone.inject(operation=operation, fault=Fault.UNAUTHORIZED, times=None)


def mutations(stack: ObservedStack, operation: str) -> int:
    return sum(call.operation == operation for call in stack.portone.calls())


def test_a_renewal_refused_for_an_error_of_ours_is_no_attempt_and_is_paid_later(
    stack: ObservedStack,
) -> None:
    subscription_id = subscribed(stack)
    days_pass(stack, 30)
    refuse(stack, CHARGE)
    before = len(charged_at(stack))

    days_pass(stack, 1)
    during, stopped = held(stack, subscription_id), invoice(stack, subscription_id)
    asked = charged_at(stack)[before:]
    told = stack.metrics[Metric.SENDING_STOPPED]
    stack.run_for(HOUR)
    told = stack.metrics[Metric.SENDING_STOPPED] - told
    stack.portone.clear_faults()
    let_pass(stack, HOUR)

    assert (during.status, stopped.state, stopped.tries, stopped.failed_at) == (
        SubscriptionStatus.ACTIVE,
        InvoiceState.OPEN,
        0,
        None,
    )
    assert 1 <= len(asked) <= DAY // 600
    assert all(later - earlier >= 600 for earlier, later in pairwise(asked))
    assert told >= HOUR / MINUTE
    assert Metric.CHARGE_DECLINED not in stack.metrics or not stack.metrics[Metric.CHARGE_DECLINED]
    assert invoice(stack, subscription_id).state is InvoiceState.PAID
    converge(stack)
    assert_clean(stack)


def test_retry_days_and_grace_stand_still_while_nothing_is_sent(stack: ObservedStack) -> None:
    subscription_id = subscribed(stack)
    days_pass(stack, 29)
    stack.portone.pg.decline(times=None)
    days_pass(stack, 3)
    failed = invoice(stack, subscription_id)
    assert failed.failed_at is not None
    refuse(stack, CHARGE)

    stack.run_for(15 * DAY, step=HOUR)
    during = held(stack, subscription_id)
    stack.portone.clear_faults()
    stack.portone.pg.accept()
    days_pass(stack, 7)

    after = invoice(stack, subscription_id)
    assert during.status is SubscriptionStatus.PAST_DUE
    assert (after.state, held(stack, subscription_id).status) == (
        InvoiceState.PAID,
        SubscriptionStatus.ACTIVE,
    )


def test_a_first_charge_refused_for_an_error_of_ours_is_not_declined_and_may_be_cancelled(
    stack: ObservedStack,
) -> None:
    key_saved(stack)
    subscribed_before = subscribed(stack)
    refuse(stack, CHARGE)

    plan_stored(stack, "plan-2")
    answer = subscribe(stack, request="request-2", planId="plan-2")
    second = answer.json()["subscriptionId"]
    left = cancel(stack, second)

    assert answer.status in {200, 202}
    assert held(stack, subscribed_before).status is SubscriptionStatus.ACTIVE
    assert (left.status, held(stack, second).status) == (200, SubscriptionStatus.ENDED)


def test_a_charge_a_customer_requested_waits_and_is_made_once(stack: ObservedStack) -> None:
    key_saved(stack)
    path = f"/payments/{prepare(stack)['paymentId']}/charge"
    stack.portone.inject(operation=CHARGE, fault=Fault.UNAUTHORIZED)

    answered = stack.app(USER).post(path, {"chargeId": "charge-1"})
    again = stack.app(USER).post(path, {"chargeId": "charge-1"})
    stack.run_for(11 * MINUTE)
    paid = stack.app(USER).post(path, {"chargeId": "charge-1"})

    assert (answered.status, again.status) == (202, 202)
    assert (paid.status, paid.json()["status"]) == (200, "PAID")
    assert mutations(stack, CHARGE) == 2
    converge(stack)
    assert_clean(stack)


def test_a_refund_waits_for_hours_and_is_sent_once(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    pay(stack, prepared)
    verify(stack, prepared)
    refuse(stack, "cancel_payment")
    path = f"/payments/{prepared['paymentId']}"

    answer = stack.app(USER).post(
        f"{path}/cancel", {"refundId": "refund-1", "amount": 1_000, "reason": "too big"}
    )
    days_pass(stack, 0.4)
    during = stack.app(USER).get(f"{path}/refunds/refund-1").json()
    stack.portone.clear_faults()
    days_pass(stack, 0.05)

    assert answer.status == 202
    assert during["state"] not in {"FAILED", "SUCCEEDED"}
    assert stack.app(USER).get(f"{path}/refunds/refund-1").json()["state"] == "SUCCEEDED"
    assert stack.portone.books()[prepared["paymentId"]].cancelled == 1_000
    assert mutations(stack, "cancel_payment") <= 0.5 * DAY / 600
    converge(stack)
    assert_clean(stack)


def test_the_first_refusal_stops_all_sending_but_readings_continue(stack: ObservedStack) -> None:
    key_saved(stack)
    prepared, other = prepare(stack), prepare(stack, "order-2")
    pay(stack, other)
    verify(stack, other)
    stack.portone.inject(operation=CHARGE, fault=Fault.UNAUTHORIZED)
    stack.app(USER).post(f"/payments/{prepared['paymentId']}/charge", {"chargeId": "charge-1"})
    stack.run_for(2 * MINUTE)

    body = {"refundId": "refund-1", "amount": 1_000, "reason": "too big"}
    stack.app(USER).post(f"/payments/{other['paymentId']}/cancel", body)
    cancels = mutations(stack, "cancel_payment")
    read = verify(stack, prepared)
    stack.run_for(25 * MINUTE)

    assert cancels <= 1
    assert read.status == 200
    assert stack.portone.books()[other["paymentId"]].cancelled == 1_000
