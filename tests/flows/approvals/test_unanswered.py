"""An approval without an answer is finished by readings and resends: one charge, or a release."""

import pytest

from portone_local.actors.approver import (
    UNANSWERED,
    approval,
    authenticate,
    confirm,
    confirms,
    events_released,
)
from portone_local.actors.shop import prepare, status
from portone_local.oracle import ObservedStack
from portone_local.portone import Fault
from portone_payments.domain.records.instructions import ApprovalState

MINUTE = 60

HOUR = 3600


# charged, and there was time left to read it
SEEN_AT_ONCE = {Fault.RESET_AFTER_COMMIT, Fault.TRUNCATED_JSON, Fault.HTML_504}


def test_an_approval_refused_for_an_error_of_ours_waits_for_the_probe(stack: ObservedStack) -> None:
    stack.portone.pg.token_life = HOUR
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    stack.portone.inject(operation="confirm_payment", fault=Fault.UNAUTHORIZED)

    answered = confirm(stack, prepared, token)
    stack.run_for(11 * MINUTE)

    assert answered.status == 202
    assert status(stack, prepared) == "PAID"
    assert stack.portone.books()[prepared["paymentId"]].times_paid == 1


@pytest.mark.parametrize("fault", [fault for fault in UNANSWERED if fault is not Fault.UNAUTHORIZED])
def test_an_unknown_outcome_is_202_and_finished_by_the_worker(stack: ObservedStack, fault: Fault) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    stack.portone.inject(operation="confirm_payment", fault=fault)

    answered = confirm(stack, prepared, token)
    stack.run_for(10 * MINUTE)

    assert answered.status == (200 if fault in SEEN_AT_ONCE else 202)
    assert status(stack, prepared) == "PAID"
    assert stack.portone.books()[prepared["paymentId"]].times_paid == 1
    assert approval(stack, prepared).token is None


@pytest.mark.parametrize("fault", UNANSWERED)
def test_ten_minutes_of_unknown_outcomes_end_in_one_charge_or_in_released_stock(
    stack: ObservedStack, fault: Fault
) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    stack.portone.inject(operation="confirm_payment", fault=fault, times=None)
    confirm(stack, prepared, token)
    stack.run_for(10 * MINUTE)

    stack.portone.clear_faults()
    stack.run_for(30 * MINUTE)

    paid = stack.portone.books()[prepared["paymentId"]].times_paid
    assert approval(stack, prepared).state is (ApprovalState.APPROVED if paid else ApprovalState.FAILED)
    assert (status(stack, prepared) == "PAID", len(events_released(stack, prepared))) == (paid == 1, 1 - paid)


def test_a_resend_keeps_the_key_and_charges_once(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    stack.portone.inject(operation="confirm_payment", fault=Fault.LATE_COMMIT)
    confirm(stack, prepared, token)
    key = approval(stack, prepared).key

    stack.run_for(10 * MINUTE)

    assert approval(stack, prepared).key == key
    assert stack.portone.books()[prepared["paymentId"]].times_paid == 1


def test_after_the_key_window_it_only_reads_and_gives_up_after_two_readings_without_a_trace(
    stack: ObservedStack,
) -> None:
    prepared = prepare(stack)
    stack.portone.pg.token_life = 24 * HOUR
    token = authenticate(stack, prepared)
    stack.portone.inject(operation="confirm_payment", fault=Fault.RESET_BEFORE_COMMIT, times=None)
    stack.portone.inject(operation="get_payment", fault=Fault.HTML_502, times=None)
    confirm(stack, prepared, token)
    stack.run_for(2.7 * HOUR)
    stack.portone.clear_faults()
    stack.portone.inject(operation="confirm_payment", fault=Fault.RESET_BEFORE_COMMIT, times=None)
    stack.run_for(0.1 * HOUR)
    sent = confirms(stack)

    stack.portone.clear_faults()
    stack.run_for(3 * HOUR)

    assert sent == confirms(stack)
    assert events_released(stack, prepared) == ["not_executed"]
    assert stack.portone.books()[prepared["paymentId"]].times_paid == 0


def test_an_outcome_unknown_for_half_an_hour_raises_an_attention(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    stack.portone.inject(operation="confirm_payment", fault=Fault.RESET_BEFORE_COMMIT, times=None)
    confirm(stack, prepared, token)

    stack.run_for(40 * MINUTE)

    waiting = stack.staff.get("/ops/attention?kind=unknown").json()["items"]
    assert [each["paymentId"] for each in waiting] == [prepared["paymentId"]]
