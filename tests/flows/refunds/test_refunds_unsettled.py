"""Money back that is not answered, asynchronous, refused, or disturbed behind our back: known in the end."""

import hashlib
import json

import pytest

from portone_local.actors.shop import USER, seen_by_staff, status
from portone_local.oracle import ObservedStack
from portone_local.portone import CancellationStatus, Fault
from tests.support.refunding import (
    cancelled_at_portone,
    paid,
    refund,
    refund_state,
    settle_what_is_requested,
)

MINUTE, HOUR = 60, 3600

ACCOUNT = {"bank": "SHINHAN_BANK", "number": "110-123-456789", "holderName": "홍길동"}

LOST = [Fault.TIMEOUT_AFTER_COMMIT, Fault.RESET_AFTER_COMMIT, Fault.HTML_504, Fault.TRUNCATED_JSON]

UNSENT = [Fault.TIMEOUT_BEFORE_COMMIT, Fault.RESET_BEFORE_COMMIT, Fault.HTML_500, Fault.HTML_502]


@pytest.mark.parametrize("fault", LOST)
def test_a_refund_whose_answer_is_lost_is_found_by_its_token(stack: ObservedStack, fault: Fault) -> None:
    prepared = paid(stack)
    stack.portone.inject(operation="cancel_payment", fault=fault)

    answered = refund(stack, prepared, amount=3_000)
    stack.run_for(10 * MINUTE)

    assert answered.status in {200, 202}
    assert (refund_state(stack, prepared), cancelled_at_portone(stack, prepared)) == ("SUCCEEDED", 3_000)


@pytest.mark.parametrize("fault", UNSENT)
def test_a_refund_that_never_arrived_is_sent_again_under_the_same_key(
    stack: ObservedStack, fault: Fault
) -> None:
    prepared = paid(stack)
    stack.portone.inject(operation="cancel_payment", fault=fault)

    answered = refund(stack, prepared, amount=3_000)
    stack.run_for(10 * MINUTE)

    keys = {call.idempotency_key for call in stack.portone.calls() if call.operation == "cancel_payment"}
    assert (answered.status, answered.json()["state"]) == (202, "UNKNOWN")
    assert (refund_state(stack, prepared), cancelled_at_portone(stack, prepared)) == ("SUCCEEDED", 3_000)
    assert len(keys) == 1


@pytest.mark.parametrize("fault", [Fault.TIMEOUT_BEFORE_COMMIT, Fault.TIMEOUT_AFTER_COMMIT])
def test_after_the_key_window_only_a_reading_decides(stack: ObservedStack, fault: Fault) -> None:
    prepared = paid(stack)
    stack.portone.inject(operation="cancel_payment", fault=fault, times=None)
    stack.portone.inject(operation="get_payment", fault=Fault.HTML_500, times=None)

    refund(stack, prepared, amount=3_000)
    stack.run_for(4 * HOUR, step=5 * MINUTE)
    stack.portone.clear_faults()
    sent = sum(call.operation == "cancel_payment" for call in stack.portone.calls())
    stack.run_for(3 * HOUR, step=5 * MINUTE)

    happened = fault is Fault.TIMEOUT_AFTER_COMMIT
    # without a list of cancellations nothing shows that none was made
    assert refund_state(stack, prepared) == ("SUCCEEDED" if happened else "AMBIGUOUS")
    assert cancelled_at_portone(stack, prepared) == (3_000 if happened else 0)
    assert sum(call.operation == "cancel_payment" for call in stack.portone.calls()) == sent


def test_while_one_refund_is_open_another_waits_and_keeps_its_id(stack: ObservedStack) -> None:
    prepared = paid(stack)
    stack.portone.inject(operation="cancel_payment", fault=Fault.TIMEOUT_BEFORE_COMMIT)
    refund(stack, prepared, "refund-1", amount=3_000)

    waiting = refund(stack, prepared, "refund-2", amount=1_000)
    stack.run_for(10 * MINUTE)
    later = refund(stack, prepared, "refund-2", amount=1_000)

    assert (waiting.status, waiting.json()["error"]["code"]) == (409, "refund_in_progress")
    assert "retry-after" in waiting.headers
    assert (later.status, cancelled_at_portone(stack, prepared)) == (200, 4_000)


def test_a_console_cancel_meanwhile_changes_the_balance_and_refunds_nothing_twice(
    stack: ObservedStack,
) -> None:
    prepared = paid(stack)
    stack.portone.console.cancel(prepared["paymentId"], 12_000)

    answered = refund(stack, prepared, amount=3_000)
    stack.run_for(10 * MINUTE)

    assert answered.status in {202, 409}
    assert (refund_state(stack, prepared), cancelled_at_portone(stack, prepared)) == ("FAILED", 12_000)


def test_a_foreign_cancel_of_the_same_amount_is_for_staff_to_decide(stack: ObservedStack) -> None:
    prepared = paid(stack)
    stack.portone.inject(operation="cancel_payment", fault=Fault.TIMEOUT_BEFORE_COMMIT, times=None)
    refund(stack, prepared, amount=3_000)
    stack.portone.console.cancel(prepared["paymentId"], 3_000)

    stack.run_for(10 * MINUTE)

    assert refund_state(stack, prepared) == "AMBIGUOUS"
    assert [each["paymentId"] for each in seen_by_staff(stack, "ambiguous")] == [prepared["paymentId"]]
    stack.portone.clear_faults()
    body = {"reason": "the console's was another one", "decision": "not_refunded"}
    resolved = stack.staff.post(f"/ops/payments/{prepared['paymentId']}/resolve", body)
    assert (resolved.status, refund_state(stack, prepared)) == (200, "FAILED")


def test_an_asynchronous_refund_is_requested_and_then_done(stack: ObservedStack) -> None:
    prepared = paid(stack)
    stack.portone.console.end_next_cancel(CancellationStatus.REQUESTED)

    answered = refund(stack, prepared, amount=3_000)
    book = stack.portone.books()[prepared["paymentId"]]
    stack.portone.console.settle_cancellation(prepared["paymentId"], book.cancellation_ids[0])
    stack.run_for(2 * HOUR, step=5 * MINUTE)

    assert (answered.status, answered.json()["state"]) == (202, "REQUESTED")
    assert refund_state(stack, prepared) == "SUCCEEDED"


def test_a_refund_that_failed_with_a_200_is_a_failure(stack: ObservedStack) -> None:
    prepared = paid(stack)
    stack.portone.console.end_next_cancel(CancellationStatus.FAILED)

    answered = refund(stack, prepared, amount=3_000)

    assert (answered.status, answered.json()["error"]["code"]) == (409, "refund_failed")
    assert (status(stack, prepared), cancelled_at_portone(stack, prepared)) == ("PAID", 0)


def test_a_virtual_account_is_refunded_to_a_bank_account_that_is_then_dropped(
    stack: ObservedStack,
) -> None:
    prepared = paid(stack, method="VIRTUAL_ACCOUNT")
    stack.portone.buyer.deposit(prepared["paymentId"])
    stack.run_for(2 * HOUR, step=5 * MINUTE)

    without = refund(stack, prepared, amount=3_000)
    stack.portone.inject(operation="cancel_payment", fault=Fault.TIMEOUT_BEFORE_COMMIT)
    answered = refund(stack, prepared, amount=3_000, refundAccount=ACCOUNT)
    stack.run_for(HOUR, step=5 * MINUTE)
    settle_what_is_requested(stack, prepared)
    stack.run_for(2 * HOUR, step=5 * MINUTE)

    assert (without.status, without.json()["error"]["code"]) == (409, "refund_account_required")
    assert (answered.status, cancelled_at_portone(stack, prepared)) == (202, 3_000)
    told = str(stack.dump()) + "".join(stack.logs)
    assert "110123456789" not in told


def test_the_stored_trace_of_a_refund_does_not_reveal_its_account(stack: ObservedStack) -> None:
    prepared = paid(stack, method="VIRTUAL_ACCOUNT")
    stack.portone.buyer.deposit(prepared["paymentId"])
    stack.run_for(2 * HOUR, step=5 * MINUTE)
    asked = {"refundId": "refund-1", "reason": "changed my mind", "amount": 3_000, "refundAccount": ACCOUNT}
    canonical = json.dumps(asked, sort_keys=True, separators=(",", ":")).encode()

    stack.app(USER).post(f"/payments/{prepared['paymentId']}/cancel", asked)

    assert '"body_hash"' in json.dumps(stack.dump())
    assert hashlib.sha256(canonical).hexdigest() not in json.dumps(stack.dump())
