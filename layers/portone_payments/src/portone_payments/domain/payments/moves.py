"""The one table of status changes. A reading that shows any other change is behind the record."""

from collections.abc import Mapping

from portone_payments.domain.readings.payment import CancellationStatus, RemoteStatus, Snapshot
from portone_payments.domain.records.booked import booked, done_among
from portone_payments.domain.records.payments import _MONEY, TAKEN, Seen, Status, holds_money

_TRYING = frozenset({Status.PAY_PENDING, Status.VIRTUAL_ACCOUNT_ISSUED, Status.FAILED})

MOVES: Mapping[Status, frozenset[Status]] = {
    Status.READY: _TRYING | _MONEY | {Status.EXPIRED},
    # a failed or expired payment may still be attempted and paid under the same id (PortOne facts 3.1)
    Status.FAILED: _TRYING | _MONEY | {Status.READY, Status.EXPIRED},
    Status.EXPIRED: _TRYING | _MONEY | {Status.READY},
    Status.PAY_PENDING: _TRYING | _MONEY | {Status.READY, Status.EXPIRED},
    Status.VIRTUAL_ACCOUNT_ISSUED: _TRYING | _MONEY | {Status.READY, Status.EXPIRED},
    Status.PAID: _MONEY,
    Status.PARTIAL_CANCELLED: frozenset({Status.CANCELLED, Status.MISMATCH}),
    Status.MISMATCH: _MONEY | {Status.VIRTUAL_ACCOUNT_ISSUED, Status.FAILED},
    Status.CANCELLED: frozenset(),
}

_SECOND = 1_000_000
# microseconds by which the clocks of two of PortOne's machines may differ
CLOCKS = 5 * _SECOND
# how one attempt goes on until money is taken
_COURSE = (
    RemoteStatus.READY,
    RemoteStatus.PAY_PENDING,
    RemoteStatus.VIRTUAL_ACCOUNT_ISSUED,
    RemoteStatus.FAILED,
)
_DECIDED = frozenset({CancellationStatus.SUCCEEDED, CancellationStatus.FAILED})


def behind(held: Status, seen: Seen | None, snapshot: Snapshot) -> bool:
    """Whether `snapshot` shows less money moved than an earlier reading: by totals, cancellations, MOVES.

    Stamps do not count here: they come from several clocks (rule 10.4).
    """
    if seen is None:
        return False
    if snapshot.cancelled < seen.cancelled or _forgets(seen, snapshot):
        return True
    if snapshot.status is RemoteStatus.UNRECOGNISED:
        return False
    claimed = Status(snapshot.status.value)
    if claimed is not held and claimed not in MOVES.get(held, frozenset()):
        return True
    # a mismatch that awaits its deposit may expire without one, one that took money may not
    return seen.status in TAKEN and claimed in _TRYING


def outdated(held: Status, seen: Seen | None, snapshot: Snapshot) -> bool:
    """Whether `snapshot` looks older although the money agrees; one that persists long enough is not.

    Within one attempt its course decides, between two attempts the stamps, as far as two clocks agree.
    """
    if seen is None or snapshot.status not in _COURSE or holds_money(held) or held is Status.EXPIRED:
        return False
    if snapshot.transaction_id == seen.transaction_id:
        return _COURSE.index(snapshot.status) < _COURSE.index(RemoteStatus(held.value))
    return older(snapshot.updated_at + CLOCKS, seen.updated_at)


def older(left: int, right: int) -> bool:
    """Whether `left` is before `right`, both in epoch microseconds.

    PortOne mixes whole seconds and fractions (facts 1.1): where either has none, seconds are compared.
    """
    if left % _SECOND == 0 or right % _SECOND == 0:
        return left // _SECOND < right // _SECOND
    return left < right


def withdraws(seen: Seen | None, snapshot: Snapshot) -> bool:
    """Whether a requested cancellation is missing from the list: withdrawn, or not yet known there."""
    return seen is not None and bool(withdrawn(seen, snapshot))


def withdrawn(seen: Seen, snapshot: Snapshot) -> frozenset[str]:
    """Ids of requested cancellations that a list does not show.

    A reading with more refunded than recorded is no older one, and proves nothing by what it lacks.
    """
    if snapshot.cancellations is None or snapshot.cancelled > seen.cancelled:
        return frozenset()
    asked = {id_ for id_, status in seen.cancellations.items() if status == CancellationStatus.REQUESTED}
    return frozenset(asked - {each.id for each in snapshot.cancellations})


def _forgets(seen: Seen, snapshot: Snapshot) -> bool:
    """Whether a cancellation we know as carried out is missing from the list, failed, or undecided again.

    A failed one moved no money, so PortOne need not list it for ever.
    """
    if snapshot.cancellations is None:
        return False
    failed = CancellationStatus.FAILED
    if not done_among(seen, (each.id for each in snapshot.cancellations if each.status is not failed)):
        return True
    asked = (each.id for each in snapshot.cancellations if each.status is CancellationStatus.REQUESTED)
    return any(booked(seen, id_) in _DECIDED for id_ in asked)
