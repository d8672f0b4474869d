"""Cash receipts without an answer, refused, or issued elsewhere: readings decide."""

import pytest

from portone_local.actors.approver import UNANSWERED, code_of, held
from portone_local.actors.shop import seen_by_staff
from portone_local.oracle import ObservedStack
from portone_local.portone import TEST_CHANNEL, Fault
from portone_payments.ports.portone import ReceiptCommand
from portone_payments.ports.world import Deadline, Metric
from tests.support.receipts import calls, cancel, issue, paid, read, receipts, standing

MINUTE = 60


@pytest.mark.parametrize("fault", UNANSWERED)
def test_an_issue_without_an_answer_is_finished_by_the_worker(stack: ObservedStack, fault: Fault) -> None:
    prepared = paid(stack)
    stack.portone.inject(operation="issue_cash_receipt", fault=fault)

    answered = issue(stack, prepared)
    stack.run_for(10 * MINUTE)

    assert answered.status in {200, 202}
    assert standing(stack, prepared) == [12_000]
    assert read(stack, prepared).json()["state"] == "ISSUED"


@pytest.mark.parametrize("fault", UNANSWERED)
def test_ten_minutes_without_answers_end_in_one_receipt_or_in_none(
    stack: ObservedStack, fault: Fault
) -> None:
    prepared = paid(stack)
    stack.portone.inject(operation="issue_cash_receipt", fault=fault, times=None)
    issue(stack, prepared)
    stack.run_for(10 * MINUTE)

    stack.portone.clear_faults()
    stack.run_for(30 * MINUTE)

    state = read(stack, prepared).json()["state"]
    assert standing(stack, prepared) == ([12_000] if state == "ISSUED" else [])
    assert state in {"ISSUED", "FAILED"}


@pytest.mark.parametrize("fault", UNANSWERED)
def test_a_cancel_without_an_answer_is_finished_by_the_worker(stack: ObservedStack, fault: Fault) -> None:
    prepared = paid(stack)
    issue(stack, prepared)
    stack.portone.inject(operation="cancel_cash_receipt", fault=fault)

    answered = cancel(stack, prepared)
    stack.run_for(15 * MINUTE)

    assert answered.status in {200, 202}
    assert standing(stack, prepared) == []
    assert read(stack, prepared).json()["state"] == "CANCELLED"


def test_a_receipt_issued_elsewhere_is_adopted(stack: ObservedStack) -> None:
    prepared = paid(stack)
    order = ReceiptCommand(
        identity="0100000000",
        kind="PERSONAL",
        amount=12_000,
        tax_free=0,
        currency="KRW",
        order_name="모자",
        channel_key=str(TEST_CHANNEL.key),
    )
    deadline = Deadline.after(stack.clock, 20)
    stack.ports["portone"].issue_cash_receipt(
        prepared["paymentId"], order, key="example-key-of-another-system", deadline=deadline
    )

    answered = issue(stack, prepared)

    [booked] = receipts(stack, prepared)
    assert (answered.status, answered.json()["issueNumber"]) == (200, booked.issue_number)


def test_a_receipt_whose_answer_was_lost_is_found_again(stack: ObservedStack) -> None:
    prepared = paid(stack)
    stack.portone.inject(operation="issue_cash_receipt", fault=Fault.RESET_AFTER_COMMIT)
    stack.portone.inject(operation="get_cash_receipt", fault=Fault.RESET_BEFORE_COMMIT)
    issue(stack, prepared)

    stack.run_for(10 * MINUTE)

    [booked] = receipts(stack, prepared)
    assert read(stack, prepared).json()["issueNumber"] == booked.issue_number


def test_an_unanswered_receipt_raises_an_attention_until_it_is_known(stack: ObservedStack) -> None:
    prepared = paid(stack)
    for operation in ("issue_cash_receipt", "get_cash_receipt"):
        stack.portone.inject(operation=operation, fault=Fault.HTML_504, times=None)
    issue(stack, prepared)

    stack.run_for(25 * MINUTE)
    early = stack.metrics.get(Metric.RECEIPT_UNKNOWN, 0)
    stack.run_for(15 * MINUTE)
    waiting = seen_by_staff(stack, "receipt")
    stack.portone.clear_faults()
    stack.run_for(15 * MINUTE)

    assert (early, [each["paymentId"] for each in waiting]) == (0, [prepared["paymentId"]])
    assert stack.metrics[Metric.RECEIPT_UNKNOWN] >= 1
    assert seen_by_staff(stack, "receipt") == []


def test_a_refusal_is_answered_and_the_number_dropped(stack: ObservedStack) -> None:
    prepared = paid(stack)
    stack.portone.console.refuse_next("issue_cash_receipt", "INVALID_REQUEST")

    refused = issue(stack, prepared)

    assert (refused.status, code_of(refused)) == (409, "cash_receipt_failed")
    assert refused.json()["error"]["details"] == {"reason": "invalid_request"}
    assert held(stack, prepared).receipts[-1].identity is None


def test_a_refused_receipt_may_be_requested_again(stack: ObservedStack) -> None:
    prepared = paid(stack)
    stack.portone.console.refuse_next("issue_cash_receipt", "INVALID_REQUEST")
    issue(stack, prepared)

    answered = issue(stack, prepared)

    assert (answered.status, standing(stack, prepared)) == (200, [12_000])


def test_a_pg_refusal_is_believed_after_two_readings(stack: ObservedStack) -> None:
    prepared = paid(stack)
    stack.portone.console.refuse_next("issue_cash_receipt")
    answered = issue(stack, prepared)

    stack.run_for(5 * MINUTE)

    assert answered.status == 202
    assert (read(stack, prepared).json()["state"], read(stack, prepared).json()["code"]) == (
        "FAILED",
        "pg_provider",
    )
    assert calls(stack, "issue_cash_receipt") == 1


def test_a_pg_refusal_that_issued_nevertheless_is_issued(stack: ObservedStack) -> None:
    prepared = paid(stack)
    stack.portone.console.refuse_next("issue_cash_receipt", leaves="ISSUED")

    answered = issue(stack, prepared)

    assert (answered.status, answered.json()["state"]) == (200, "ISSUED")


def test_a_failed_cancel_is_answered_and_the_receipt_still_stands(stack: ObservedStack) -> None:
    prepared = paid(stack)
    issue(stack, prepared)
    stack.portone.console.refuse_next("cancel_cash_receipt", "INVALID_REQUEST")

    refused, again = cancel(stack, prepared), issue(stack, prepared)

    assert (refused.status, code_of(refused)) == (409, "cash_receipt_failed")
    assert (again.status, again.json()["state"], standing(stack, prepared)) == (200, "ISSUED", [12_000])
