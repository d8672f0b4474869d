"""What a reading settles about a cash receipt under way, and how long silence must last to be believed."""

from dataclasses import replace

import pytest

from portone_payments.domain.readings.payment import ReceiptReading, ReceiptStatus, RemoteStatus
from portone_payments.domain.receipts.rules import intend_issue, latest, remaining
from portone_payments.domain.receipts.settlement import aged, answered, overdue, settle_receipt
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.instructions import ReceiptState
from portone_payments.domain.records.payments import AttentionKind, Payment
from portone_payments.domain.shared.times import UNKNOWN_AFTER
from tests.support.records import a_payment, called, calls_of
from tests.support.snapshots import a_snapshot, after_reading

ISSUED = ReceiptReading(status=ReceiptStatus.ISSUED, amount=1_000, issue_number="1")


def at(now: float) -> Moment:
    return Moment(now=now, by="sweep")


def issuing() -> Payment:
    return intend_issue(a_payment("payment1"), "PERSONAL", "sealed", at(0), channel_key="channel-1")


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


def test_a_reading_of_an_earlier_receipt_settles_no_newer_one() -> None:
    first = settle_receipt(issuing(), ISSUED, at(1))
    cancelled = replace(first, receipts=(replace(first.receipts[0], state=ReceiptState.CANCELLED),))
    second = intend_issue(cancelled, "PERSONAL", "sealed", at(2), channel_key="channel-1")

    payment = settle_receipt(second, ISSUED, at(3))

    assert state(payment) is ReceiptState.ISSUING


def test_an_outcome_unknown_for_half_an_hour_raises_an_attention() -> None:
    young, old = aged(issuing(), at(UNKNOWN_AFTER - 1)), aged(issuing(), at(UNKNOWN_AFTER))

    assert (calls_of(young), calls_of(old)) == ([], [AttentionKind.RECEIPT])


def test_the_attention_of_a_receipt_stands_beside_any_other() -> None:
    differing = replace(issuing(), attentions=called(AttentionKind.MISMATCH))

    both = [AttentionKind.MISMATCH, AttentionKind.RECEIPT]
    assert calls_of(aged(differing, at(UNKNOWN_AFTER))) == both
    assert overdue(differing, UNKNOWN_AFTER)


def test_a_known_outcome_clears_the_attention() -> None:
    waiting = aged(issuing(), at(UNKNOWN_AFTER))

    known = settle_receipt(waiting, ISSUED, at(UNKNOWN_AFTER + 60))

    assert calls_of(aged(known, at(UNKNOWN_AFTER + 60))) == []


@pytest.mark.parametrize("paid", [800, 500], ids=["stays", "shrinks"])
def test_the_amount_still_paid_is_the_same_whether_or_not_amount_paid_shrinks(paid: int) -> None:
    whole = after_reading(a_payment(), a_snapshot(paid=800, discount=200))
    part = a_snapshot(RemoteStatus.PARTIAL_CANCELLED, after=90, paid=paid, discount=200, cancelled=300)

    assert remaining(after_reading(whole, part, 120)) == (700, 0)
