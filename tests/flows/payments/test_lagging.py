"""PortOne answers with a former state: nothing is lost, an attention is raised when it lasts."""

import pytest

from portone_local.actors.shop import pay, prepare, seen_by_staff, status, verify
from portone_local.oracle import ObservedStack
from portone_local.portone import Fault
from portone_payments.ports.world import Metric
from tests.support.letters import event, send

MINUTE = 60
webhooks_only = pytest.mark.parametrize("webhooks", [True])


@webhooks_only
@pytest.mark.parametrize("behind", [1, 2, 5])
def test_a_webhook_whose_reading_lags_is_stored_and_settled_by_a_later_reading(
    stack: ObservedStack, behind: int
) -> None:
    prepared = prepare(stack)
    stack.portone.inject(operation="get_payment", fault=Fault.LAGGING, times=behind)
    stack.portone.buyer.open_window(prepared["paymentId"])
    stack.portone.buyer.pay(prepared["paymentId"])

    stack.deliver()
    at_first = status(stack, prepared)
    stack.run_for(30 * MINUTE)

    assert (at_first, status(stack, prepared)) == ("READY", "PAID")
    assert stack.metrics[Metric.LAGGING] == behind


@webhooks_only
def test_six_lagging_readings_give_the_webhook_up_and_raise_an_attention(
    stack: ObservedStack,
) -> None:
    prepared = prepare(stack)

    send(stack, event("Transaction.Paid", prepared["paymentId"]))
    stack.run_for(60 * MINUTE)

    assert stack.metrics[Metric.HINT_GIVEN_UP] == 1
    assert [found["paymentId"] for found in seen_by_staff(stack, "lagging")] == [prepared["paymentId"]]


@webhooks_only
def test_a_payment_whose_hint_was_given_up_is_recognised_when_portone_shows_it(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    send(stack, event("Transaction.Paid", prepared["paymentId"]))
    stack.run_for(45 * MINUTE)

    pay(stack, prepared)
    stack.portone.webhooks.lose()
    stack.run_for(15 * MINUTE)

    assert status(stack, prepared) == "PAID"


def test_a_reading_behind_the_record_changes_nothing(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    stack.portone.buyer.open_window(prepared["paymentId"])
    stack.run_for(MINUTE)
    stack.portone.buyer.pay(prepared["paymentId"])
    verify(stack, prepared)
    stack.deliver()
    stack.run_for(MINUTE)
    stack.portone.inject(operation="get_payment", fault=Fault.LAGGING, times=3)

    answered = verify(stack, prepared)
    stack.run_for(15 * MINUTE)

    assert (answered.status, answered.json()["status"]) == (202, "PAID")
    assert status(stack, prepared) == "PAID"


def test_a_reading_that_briefly_lacks_a_payment_changes_nothing(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    pay(stack, prepared)
    verify(stack, prepared)
    stack.deliver()
    stack.run_for(MINUTE)
    stack.portone.inject(operation="get_payment", fault=Fault.NOT_FOUND)

    answered = verify(stack, prepared)

    assert (answered.status, answered.json()["status"]) == (202, "PAID")


@webhooks_only
def test_a_cancellation_is_recorded_only_from_a_reading_that_shows_it(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    pay(stack, prepared)
    stack.deliver()
    stack.run_for(MINUTE)
    stack.portone.inject(operation="get_payment", fault=Fault.LAGGING, times=2)
    stack.portone.console.cancel(prepared["paymentId"], 2_000)

    stack.deliver()
    at_first = status(stack, prepared)
    stack.run_for(10 * MINUTE)

    assert (at_first, status(stack, prepared)) == ("PAID", "PARTIAL_CANCELLED")
