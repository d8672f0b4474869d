"""The one table of status changes. A reading that asks for another one is behind what we hold."""

from collections.abc import Mapping

from portone_payments.domain.records import Seen, Status
from portone_payments.domain.snapshot import RemoteStatus, Snapshot

_MONEY = frozenset({Status.PAID, Status.PARTIAL_CANCELLED, Status.CANCELLED, Status.MISMATCH})
_TRYING = frozenset({Status.PAY_PENDING, Status.VIRTUAL_ACCOUNT_ISSUED, Status.FAILED})

MOVES: Mapping[Status, frozenset[Status]] = {
    Status.READY: _TRYING | _MONEY | {Status.EXPIRED},
    # a failed or expired payment may still be tried and paid under the same id (PortOne facts 3.1)
    Status.FAILED: _TRYING | _MONEY | {Status.READY, Status.EXPIRED},
    Status.EXPIRED: _TRYING | _MONEY | {Status.READY},
    Status.PAY_PENDING: _TRYING | _MONEY | {Status.READY, Status.EXPIRED},
    Status.VIRTUAL_ACCOUNT_ISSUED: _TRYING | _MONEY | {Status.READY, Status.EXPIRED},
    Status.PAID: _MONEY,
    Status.PARTIAL_CANCELLED: frozenset({Status.CANCELLED, Status.MISMATCH}),
    Status.MISMATCH: _MONEY | {Status.VIRTUAL_ACCOUNT_ISSUED, Status.FAILED},
    Status.CANCELLED: frozenset(),
}

PAYABLE = frozenset({Status.READY, Status.FAILED, Status.EXPIRED, Status.PAY_PENDING})
_SECOND = 1_000_000


def holds_money(status: Status) -> bool:
    """Whether PortOne has taken money for a payment in this status, given back or not."""
    return status in _MONEY


def behind(held: Status, seen: Seen | None, snapshot: Snapshot) -> bool:
    """Whether `snapshot` is older than what we already believed: by time, by totals or by MOVES."""
    if seen is None:
        return False
    if older(snapshot.updated_at, seen.updated_at):
        return True
    if snapshot.cancelled < seen.cancelled or not set(seen.cancellations) <= {
        c.id for c in snapshot.cancellations
    }:
        return True
    if snapshot.status is RemoteStatus.UNRECOGNISED:
        return False
    return _regresses(held, seen, snapshot)


def older(left: int, right: int) -> bool:
    """Whether `left` is before `right`, both in epoch microseconds.

    PortOne mixes whole seconds and fractions (facts 1.1): where either has none, seconds are compared.
    """
    if left % _SECOND == 0 or right % _SECOND == 0:
        return left // _SECOND < right // _SECOND
    return left < right


def _regresses(held: Status, seen: Seen, snapshot: Snapshot) -> bool:
    claimed = Status(snapshot.status.value)
    if claimed is held:
        return False
    if claimed not in MOVES.get(held, frozenset()):
        return True
    if claimed is Status.READY and held is not Status.EXPIRED:
        # only a new attempt goes back to READY; the same one shown as READY is an old reading
        return snapshot.transaction_id == seen.transaction_id
    return False
