"""What a webhook promises a reading will show, and whether a reading shows it (rule 2.3)."""

from collections.abc import Collection
from enum import StrEnum

from portone_payments.domain.payments.moves import CLOCKS
from portone_payments.domain.readings.payment import CancellationStatus, RemoteStatus, Snapshot
from portone_payments.domain.readings.webhook import Delivery
from portone_payments.domain.records.booked import booked
from portone_payments.domain.records.payments import Seen
from portone_payments.domain.records.webhooks import Hint

_TAKEN = frozenset({RemoteStatus.PAID, RemoteStatus.PARTIAL_CANCELLED, RemoteStatus.CANCELLED})
_CANCELLED = frozenset({RemoteStatus.PARTIAL_CANCELLED, RemoteStatus.CANCELLED})


class EventType(StrEnum):
    """Every event type PortOne documents (facts 8.2); others are accepted and counted."""

    READY = "Transaction.Ready"
    PAID = "Transaction.Paid"
    VIRTUAL_ACCOUNT_ISSUED = "Transaction.VirtualAccountIssued"
    PARTIAL_CANCELLED = "Transaction.PartialCancelled"
    CANCELLED = "Transaction.Cancelled"
    CANCEL_PENDING = "Transaction.CancelPending"
    FAILED = "Transaction.Failed"
    PAY_PENDING = "Transaction.PayPending"
    DISPUTE_CREATED = "Transaction.DisputeCreated"
    DISPUTE_RESOLVED = "Transaction.DisputeResolved"
    CONFIRM = "Transaction.Confirm"
    BILLING_KEY_READY = "BillingKey.Ready"
    BILLING_KEY_ISSUED = "BillingKey.Issued"
    BILLING_KEY_FAILED = "BillingKey.Failed"
    BILLING_KEY_DELETED = "BillingKey.Deleted"
    BILLING_KEY_UPDATED = "BillingKey.Updated"


def hint_from(delivery: Delivery, *, now: float) -> Hint:
    """The hint to keep for a delivery; never its body."""
    return Hint(
        id=delivery.id,
        type=delivery.type,
        body_hash=delivery.body_hash,
        received_at=now,
        happened_at=delivery.happened_at,
        transaction_id=delivery.transaction_id,
        cancellation_id=delivery.cancellation_id,
    )


def borne_out(
    hint: Hint,
    snapshot: Snapshot | None,
    seen: Seen | None = None,
    answered: Collection[str] = (),
) -> bool:
    """Whether the reading shows at least what the hint promised; False: it lags behind the hint.

    `seen` is what was believed before it, `answered` the cancellations that PortOne's answers named.
    """
    if snapshot is None:
        return False
    if snapshot.status is RemoteStatus.UNRECOGNISED:
        return True
    match hint.type:
        case EventType.PAID:
            return snapshot.status in _TAKEN
        case EventType.CANCEL_PENDING if snapshot.cancellations is None:
            # it says only that a cancellation was requested: a list alone shows that, totals once it is done
            return snapshot.status in _TAKEN or hint.cancellation_id in answered
        case EventType.CANCELLED | EventType.PARTIAL_CANCELLED | EventType.CANCEL_PENDING:
            return _has_cancellation(hint, snapshot, seen)
        case EventType.VIRTUAL_ACCOUNT_ISSUED:
            return _past(hint, snapshot, frozenset({RemoteStatus.READY, RemoteStatus.PAY_PENDING}))
        case EventType.PAY_PENDING:
            return _past(hint, snapshot, frozenset({RemoteStatus.READY}))
        case EventType.FAILED:
            return (
                snapshot.status is RemoteStatus.FAILED
                or snapshot.status in _TAKEN
                or _later_attempt(hint, snapshot)
            )
        case _:
            return True


def _has_cancellation(hint: Hint, snapshot: Snapshot, seen: Seen | None) -> bool:
    if hint.cancellation_id is None:
        return snapshot.status in _CANCELLED or bool(snapshot.shown)
    if snapshot.cancellations is not None:
        return any(each.id == hint.cancellation_id for each in snapshot.cancellations)
    return _went_back(hint, snapshot, seen)


def _went_back(hint: Hint, snapshot: Snapshot, seen: Seen | None) -> bool:
    """Whether the totals show a refund where no list does: all of it is refunded, or more than before."""
    if snapshot.status is RemoteStatus.CANCELLED:
        return True
    known = booked(seen, hint.cancellation_id)
    if known == CancellationStatus.SUCCEEDED or (known and hint.type == EventType.CANCEL_PENDING):
        return True
    return snapshot.status in _CANCELLED and (seen is None or snapshot.cancelled > seen.cancelled)


def _past(hint: Hint, snapshot: Snapshot, before: frozenset[RemoteStatus]) -> bool:
    """Whether this attempt is beyond the states `before`; how an earlier attempt ended does not count."""
    same = hint.transaction_id in {None, snapshot.transaction_id}
    beyond = same and snapshot.status not in before
    return beyond or snapshot.status in _TAKEN or _later_attempt(hint, snapshot)


def _later_attempt(hint: Hint, snapshot: Snapshot) -> bool:
    """Whether the hint is about another attempt and the reading is no older, as far as clocks agree."""
    same = hint.transaction_id is None or hint.transaction_id == snapshot.transaction_id
    return not same and (snapshot.updated_at + CLOCKS) // 1_000_000 >= int(hint.happened_at)
