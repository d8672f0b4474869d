"""A refund that was done and came back: the next reading is judged by what a person says of it."""

from dataclasses import replace

import pytest

from portone_local.testing.records import called
from portone_local.testing.refund_records import paid
from portone_local.testing.snapshots import a_cancellation, a_snapshot, after_reading
from portone_payments.domain.records import AttentionKind, Payment, Status
from portone_payments.domain.refunds import cancellable
from portone_payments.domain.reversals import BY_HAND, NEVER_ARRIVED, judged_by, may_have_come_back
from portone_payments.domain.snapshot import CancellationStatus, RemoteStatus, Snapshot


def given_back() -> Payment:
    """300 of 1,000 won were cancelled in the console."""
    done = a_cancellation(total=300)
    reading = a_snapshot(RemoteStatus.PARTIAL_CANCELLED, after=50, cancelled=300, cancellations=(done,))
    return after_reading(paid(), reading, at=90)


def come_back() -> Snapshot:
    failed = a_cancellation(status=CancellationStatus.FAILED, total=300)
    return a_snapshot(after=200, cancellations=(failed,))


def test_without_a_word_the_reading_lags() -> None:
    read = after_reading(given_back(), come_back(), at=300)

    assert (read.status, read.lagging, cancellable(read)) == (Status.PARTIAL_CANCELLED, 1, 700)


def test_what_never_arrived_may_be_refunded_anew() -> None:
    read = after_reading(judged_by(given_back(), NEVER_ARRIVED), come_back(), at=300)

    assert (read.status, read.lagging, cancellable(read), read.reversal) == (Status.PAID, 0, 1_000, "")


def test_what_was_paid_by_hand_stays_given_back_at_every_later_reading() -> None:
    read = after_reading(judged_by(given_back(), BY_HAND), come_back(), at=300)
    again = after_reading(read, come_back(), at=400)

    assert (again.status, again.lagging, cancellable(again)) == (Status.PARTIAL_CANCELLED, 0, 700)


def test_a_word_is_for_the_next_reading_only() -> None:
    held = given_back()
    as_before = a_snapshot(
        RemoteStatus.PARTIAL_CANCELLED, after=50, cancelled=300, cancellations=(a_cancellation(total=300),)
    )

    read = after_reading(
        after_reading(judged_by(held, NEVER_ARRIVED), as_before, at=300), come_back(), at=400
    )

    assert (read.status, read.lagging) == (Status.PARTIAL_CANCELLED, 1)


@pytest.mark.parametrize("kind", [AttentionKind.UNKNOWN, AttentionKind.QUARANTINED])
def test_a_word_is_asked_for_only_where_readings_lag(kind: AttentionKind) -> None:
    assert not may_have_come_back(replace(given_back(), attentions=called(kind)))
    assert may_have_come_back(replace(given_back(), attentions=called(AttentionKind.LAGGING)))
    assert not may_have_come_back(replace(paid(), attentions=called(AttentionKind.LAGGING)))
