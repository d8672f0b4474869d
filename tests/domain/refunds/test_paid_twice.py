"""A refund came back and was paid by hand; what goes back at PortOne then calls a person, once."""

from dataclasses import replace

import pytest

from portone_payments.domain.readings.payment import Cancellation, CancellationStatus, RemoteStatus, Snapshot
from portone_payments.domain.records.payments import AttentionKind, Payment
from portone_payments.domain.refunds.reversals import BY_HAND, judged_by
from tests.support.records import calls_of
from tests.support.refund_records import paid
from tests.support.snapshots import a_cancellation, a_snapshot, after_reading

BACK = a_cancellation(status=CancellationStatus.FAILED, total=300)


def showing(*cancellations: Cancellation) -> Snapshot:
    done = sum(each.total for each in cancellations if each.status is CancellationStatus.SUCCEEDED)
    status = RemoteStatus.PARTIAL_CANCELLED if done else RemoteStatus.PAID
    return a_snapshot(status, after=50, cancelled=done, cancellations=cancellations)


def paid_by_hand() -> Payment:
    """300 of 1,000 won were cancelled, came back, and were paid by hand."""
    given_back = after_reading(paid(), showing(a_cancellation(total=300)), at=90)
    return after_reading(judged_by(given_back, BY_HAND), showing(BACK), at=300)


@pytest.mark.parametrize(
    ("more", "calls"), [(700, []), (701, [AttentionKind.AMBIGUOUS]), (1_000, [AttentionKind.AMBIGUOUS])]
)
def test_more_than_was_paid_calls_a_person_and_what_is_left_does_not(
    more: int, calls: list[AttentionKind]
) -> None:
    read = after_reading(paid_by_hand(), showing(BACK, a_cancellation(2, total=more)), at=400)

    assert calls_of(read) == calls


def test_the_very_refund_that_came_back_calls_a_person_when_its_bank_pays_it_after_all() -> None:
    read = after_reading(paid_by_hand(), showing(a_cancellation(total=300)), at=400)

    assert calls_of(read) == [AttentionKind.AMBIGUOUS]


def test_a_person_is_called_once() -> None:
    twice = showing(BACK, a_cancellation(2, total=900))
    read = after_reading(paid_by_hand(), twice, at=400)

    again = after_reading(replace(read, attentions=()), twice, at=500)

    assert calls_of(again) == []


def test_what_came_back_in_a_word_and_went_back_in_the_same_reading_calls_too() -> None:
    given_back = after_reading(paid(), showing(a_cancellation(total=300)), at=90)
    both = showing(BACK, a_cancellation(2, total=1_000))

    read = after_reading(judged_by(given_back, BY_HAND), both, at=300)

    assert calls_of(read) == [AttentionKind.AMBIGUOUS]
