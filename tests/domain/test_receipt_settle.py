"""What a reading says of a cash receipt under way, and how long silence has to last to be believed."""

from dataclasses import replace

import pytest

from portone_local.testing.records import a_payment
from portone_payments.domain.cash_receipts import intend_issue, latest
from portone_payments.domain.facts import Moment
from portone_payments.domain.instruction_records import ReceiptState
from portone_payments.domain.ladder import UNKNOWN_AFTER
from portone_payments.domain.receipt_settle import aged, answered, overdue, settle_receipt
from portone_payments.domain.records import Attention, Payment
from portone_payments.domain.snapshot import ReceiptReading, ReceiptStatus

ISSUED = ReceiptReading(status=ReceiptStatus.ISSUED, amount=1_000, issue_number="1")


def at(now: float) -> Moment:
    return Moment(now=now, by="sweep")


def issuing() -> Payment:
    return intend_issue(a_payment("payment1"), "PERSONAL", "sealed", at(0))


def state(payment: Payment) -> ReceiptState | None:
    receipt = latest(payment)
    return receipt.state if receipt else None


def test_silence_without_an_answer_decides_nothing_within_three_hours() -> None:
    payment = settle_receipt(settle_receipt(issuing(), None, at(60)), None, at(3 * 3600))

    assert state(payment) is ReceiptState.ISSUING


@pytest.mark.parametrize(("apart", "expected"), [(59, ReceiptState.ISSUING), (60, ReceiptState.FAILED)])
def test_a_refusal_is_believed_after_two_readings_a_minute_apart(apart: int, expected: ReceiptState) -> None:
    told = answered(issuing(), 1, "pg_provider")

    payment = settle_receipt(settle_receipt(told, None, at(10)), None, at(10 + apart))

    assert state(payment) is expected


def test_a_reading_of_an_earlier_receipt_says_nothing_about_the_new_one() -> None:
    first = settle_receipt(issuing(), ISSUED, at(1))
    cancelled = replace(first, receipts=(replace(first.receipts[0], state=ReceiptState.CANCELLED),))
    second = intend_issue(cancelled, "PERSONAL", "sealed", at(2))

    payment = settle_receipt(second, ISSUED, at(3))

    assert state(payment) is ReceiptState.ISSUING


def test_what_is_unknown_for_half_an_hour_calls_a_person() -> None:
    young, old = aged(issuing(), at(UNKNOWN_AFTER - 1)), aged(issuing(), at(UNKNOWN_AFTER))

    assert (young.attention, old.attention) == (None, Attention.RECEIPT)


def test_a_graver_call_is_not_hidden_by_a_receipt() -> None:
    called = replace(issuing(), attention=Attention.MISMATCH)

    assert aged(called, at(UNKNOWN_AFTER)).attention is Attention.MISMATCH
    assert overdue(called, UNKNOWN_AFTER)


def test_once_its_outcome_is_known_nobody_is_called() -> None:
    called = aged(issuing(), at(UNKNOWN_AFTER))

    known = settle_receipt(called, ISSUED, at(UNKNOWN_AFTER + 60))

    assert aged(known, at(UNKNOWN_AFTER + 60)).attention is None
