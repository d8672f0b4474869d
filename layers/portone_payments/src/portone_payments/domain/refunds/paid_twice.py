"""Money refunded by hand and by PortOne as well: only staff can reclaim it from the buyer (rule 10.6)."""

from portone_payments.domain.readings.payment import Cancellation, CancellationStatus, Snapshot
from portone_payments.domain.records.booked import booked
from portone_payments.domain.records.history import Moment, raise_attention
from portone_payments.domain.records.payments import AttentionKind, Payment
from portone_payments.domain.refunds.lost import BY_STAFF


def paid_twice(before: Payment, after: Payment, reading: Snapshot, moment: Moment) -> Payment:
    """The payment with staff called where a newly shown refund may have been paid by hand too.

    That holds where both exceed the amount paid, and where the very refund that was reversed has succeeded.
    """
    done = [each for each in reading.shown if each.status is CancellationStatus.SUCCEEDED]
    fresh = [each for each in done if booked(before.seen, each.id) != CancellationStatus.SUCCEEDED]
    if not after.by_hand or not fresh:
        return after
    too_much = sum(each.total for each in done) + after.by_hand > reading.total
    if too_much or any(_once_lost(before, each) for each in fresh):
        return raise_attention(after, AttentionKind.AMBIGUOUS, at=moment.now)
    return after


def _once_lost(before: Payment, cancellation: Cancellation) -> bool:
    """Whether this had failed or was reversed before staff decided that its money was paid by hand."""
    if booked(before.seen, cancellation.id) == CancellationStatus.FAILED:
        return True
    by_hand = [each for each in before.refunds.values() if each.code == BY_STAFF and not each.cancellation_id]
    return any(cancellation.reason.startswith(each.token) for each in by_hand)
