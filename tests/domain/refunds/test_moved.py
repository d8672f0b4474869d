"""A refund of another amount than requested: the books follow PortOne, one attention is raised."""

from dataclasses import replace

import pytest

from portone_payments.domain.readings.payment import CancellationStatus
from portone_payments.domain.records.instructions import RefundState
from portone_payments.domain.records.payments import AttentionKind, Payment
from portone_payments.domain.refunds.reserve import cancellable
from portone_payments.domain.refunds.settlement import as_moved
from tests.support.records import calls_of
from tests.support.refund_records import (
    REQUESTED,
    SUCCEEDED,
    booked,
    changed,
    reserved,
    showing,
    the_refund,
)
from tests.support.snapshots import after_reading, moment

SUMS = [100, 299, 301, 1_000]


def told_done() -> Payment:
    """An answer reports the 300 won as refunded, and no reading has shown it."""
    return changed(reserved(), state=RefundState.SUCCEEDED, cancellation_id="cancellation-1")


@pytest.mark.parametrize("held", [reserved(), told_done()])
@pytest.mark.parametrize("total", SUMS)
def test_a_refund_of_another_amount_than_requested_raises_an_attention(held: Payment, total: int) -> None:
    read = after_reading(held, showing(booked(the_refund(held), total=total)), at=200)

    refund = the_refund(read)
    assert (refund.state, refund.amount, refund.went_back) == (RefundState.SUCCEEDED, 300, total)
    assert (read.lagging, cancellable(read), calls_of(read)) == (0, 1_000 - total, [AttentionKind.AMBIGUOUS])


def test_a_refund_of_the_requested_amount_raises_no_attention() -> None:
    held = reserved()

    read = after_reading(held, showing(booked(the_refund(held))), at=200)

    assert (the_refund(read).moved, calls_of(read)) == (None, [])


def test_each_different_amount_raises_one_attention() -> None:
    held = reserved()
    more, still_more = (showing(booked(the_refund(held), total=total)) for total in (400, 500))
    read = replace(after_reading(held, more, at=200), attentions=())

    assert calls_of(after_reading(read, more, at=300)) == []
    assert calls_of(after_reading(read, still_more, at=300)) == [AttentionKind.AMBIGUOUS]


@pytest.mark.parametrize("shown", [SUCCEEDED, REQUESTED])
def test_an_answer_with_another_amount_raises_an_attention_although_readings_differ(
    shown: CancellationStatus,
) -> None:
    held = reserved()
    answer = replace(booked(the_refund(held), total=1_000), status=shown)

    called, refund = as_moved(held, the_refund(held), answer, moment())

    assert (refund.moved, calls_of(called)) == (1_000, [AttentionKind.AMBIGUOUS])
