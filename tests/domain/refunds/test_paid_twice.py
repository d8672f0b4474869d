"""A reversed refund was repaid by hand; a further refund at PortOne raises one attention."""

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
def test_a_refund_above_what_was_left_to_repay_raises_an_attention(
    more: int, calls: list[AttentionKind]
) -> None:
    read = after_reading(paid_by_hand(), showing(BACK, a_cancellation(2, total=more)), at=400)

    assert calls_of(read) == calls


def test_a_reversed_refund_its_bank_pays_after_all_raises_an_attention() -> None:
    read = after_reading(paid_by_hand(), showing(a_cancellation(total=300)), at=400)

    assert calls_of(read) == [AttentionKind.AMBIGUOUS]


def test_money_paid_twice_raises_one_attention() -> None:
    twice = showing(BACK, a_cancellation(2, total=900))
    read = after_reading(paid_by_hand(), twice, at=400)

    again = after_reading(replace(read, attentions=()), twice, at=500)

    assert calls_of(again) == []


def test_a_reversal_refunded_again_in_the_same_reading_raises_an_attention_too() -> None:
    given_back = after_reading(paid(), showing(a_cancellation(total=300)), at=90)
    both = showing(BACK, a_cancellation(2, total=1_000))

    read = after_reading(judged_by(given_back, BY_HAND), both, at=300)

    assert calls_of(read) == [AttentionKind.AMBIGUOUS]
