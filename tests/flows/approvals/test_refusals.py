"""Refusals of PortOne and of the PG: believed when readings bear them out, and release the attempt."""

import pytest

from portone_local.actors.approver import (
    approval,
    authenticate,
    code_of,
    confirm,
    confirms,
    events_released,
    facts,
)
from portone_local.actors.shop import prepare, status
from portone_local.oracle import ObservedStack
from portone_local.portone import Fault
from portone_local.stack.passing import clock_of
from portone_payments.domain.records.instructions import ApprovalState

MINUTE = 60


def test_an_unknown_token_fails_the_attempt_and_releases_its_stock(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    authenticate(stack, prepared)

    answered = confirm(stack, prepared, "example-token-nobody-gave")

    assert (answered.status, code_of(answered)) == (409, "invalid_payment_token")
    assert events_released(stack, prepared) == ["invalid_payment_token"]


def test_a_pg_refusal_shown_by_a_reading_is_a_definite_failure(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    stack.portone.console.refuse_next("confirm_payment", leaves="FAILED")

    answered = confirm(stack, prepared, token)

    assert (answered.status, code_of(answered)) == (409, "approval_failed")
    assert answered.json()["error"]["details"] == {"reason": "pg_provider"}
    assert events_released(stack, prepared) == ["pg_provider"]
    assert status(stack, prepared) == "FAILED"


def test_a_pg_refusal_that_charged_nevertheless_is_paid(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    stack.portone.console.refuse_next("confirm_payment", leaves="PAID")

    answered = confirm(stack, prepared, token)

    assert (answered.status, answered.json()["status"]) == (200, "PAID")
    assert events_released(stack, prepared) == []


def test_a_pg_refusal_without_a_trace_is_believed_after_two_readings(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    stack.portone.console.refuse_next("confirm_payment")
    answered = confirm(stack, prepared, token)
    at_once = approval(stack, prepared).state

    stack.run_for(5 * MINUTE)

    assert (answered.status, at_once) == (202, ApprovalState.RESERVED)
    assert events_released(stack, prepared) == ["pg_provider"]
    assert confirms(stack) == 1


def test_an_earlier_decline_does_not_settle_the_attempt_under_way(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    stack.portone.buyer.decline(prepared["paymentId"])
    clock_of(stack).advance(30)
    token = authenticate(stack, prepared)
    stack.portone.inject(operation="confirm_payment", fault=Fault.RESET_BEFORE_COMMIT)

    answered = confirm(stack, prepared, token)
    stack.run_for(10 * MINUTE)

    assert answered.status == 202
    assert status(stack, prepared) == "PAID"
    assert events_released(stack, prepared) == []


def test_a_payment_paid_by_other_means_settles_the_attempt(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    stack.portone.before_next("confirm_payment", lambda: stack.portone.buyer.pay(prepared["paymentId"]))

    answered = confirm(stack, prepared, token)

    assert (answered.status, approval(stack, prepared).state) == (200, ApprovalState.APPROVED)
    assert stack.portone.books()[prepared["paymentId"]].times_paid == 1


@pytest.mark.parametrize("fault", [Fault.LAGGING, Fault.STALE, Fault.NOT_FOUND])
def test_a_lagging_reading_does_not_undo_portones_own_approval(stack: ObservedStack, fault: Fault) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    stack.portone.inject(operation="get_payment", fault=fault, times=3)

    answered = confirm(stack, prepared, token)
    state = approval(stack, prepared).state
    stack.run_for(15 * MINUTE)

    assert answered.status in {200, 202}
    assert state in {ApprovalState.CONFIRMED, ApprovalState.APPROVED}
    assert status(stack, prepared) == "PAID"
    assert events_released(stack, prepared) == []


def test_an_older_decline_read_after_portones_approval_is_not_believed(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    stack.portone.buyer.decline(prepared["paymentId"])
    clock_of(stack).advance(90)
    token = authenticate(stack, prepared)
    stack.portone.inject(operation="get_payment", fault=Fault.STALE, seconds=60)

    answered = confirm(stack, prepared, token)

    assert (answered.status, answered.json()["status"]) == (202, "READY")
    assert "failed" not in facts(stack, prepared)
    assert approval(stack, prepared).state is ApprovalState.CONFIRMED


def test_two_readings_in_one_minute_count_as_one(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    stack.portone.console.refuse_next("confirm_payment")
    confirm(stack, prepared, token)

    clock_of(stack).advance(10)
    stack.staff.post(f"/ops/payments/{prepared['paymentId']}/catch-up")

    assert approval(stack, prepared).state is ApprovalState.RESERVED


def test_a_refusal_of_a_second_send_does_not_settle_the_first(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    stack.portone.inject(operation="confirm_payment", fault=Fault.RESET_BEFORE_COMMIT)
    confirm(stack, prepared, token)
    stack.portone.console.refuse_next("confirm_payment", "INVALID_PAYMENT_TOKEN")
    stack.run_for(MINUTE)
    refused = approval(stack, prepared)

    stack.portone.buyer.pay(prepared["paymentId"])
    stack.run_for(5 * MINUTE)

    assert (refused.state, refused.answered) == (ApprovalState.RESERVED, "invalid_payment_token")
    assert approval(stack, prepared).state is ApprovalState.APPROVED
    assert events_released(stack, prepared) == []
