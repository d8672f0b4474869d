"""PortOne's reading of a payment compared with our record: where the two disagree about money. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from portone_payments.domain.payments.moves import behind
from portone_payments.domain.readings.payment import RemoteStatus, Snapshot
from portone_payments.domain.records.audit import DiscrepancyKind
from portone_payments.domain.records.payments import TAKEN, Payment, Status, holds_money
from portone_payments.domain.refunds.reversals import outside
from portone_payments.domain.shared.marker import marked_order

SETTLED = 600  # seconds; PortOne may not show a later change yet
_MONEY = frozenset(
    {
        RemoteStatus.VIRTUAL_ACCOUNT_ISSUED,
        RemoteStatus.PAID,
        RemoteStatus.PARTIAL_CANCELLED,
        RemoteStatus.CANCELLED,
        RemoteStatus.UNRECOGNISED,
    }
)
_CHARGED = frozenset({RemoteStatus.VIRTUAL_ACCOUNT_ISSUED, RemoteStatus.PAID, RemoteStatus.PARTIAL_CANCELLED})
# every other status of ours is PortOne's own
_AGREES: Mapping[Status, frozenset[RemoteStatus]] = {
    Status.EXPIRED: frozenset({RemoteStatus.READY, RemoteStatus.FAILED}),
    Status.MISMATCH: _CHARGED | {RemoteStatus.CANCELLED},
}

type Evidence = Mapping[str, str | int | bool]


@dataclass(frozen=True, slots=True)
class Difference:
    """One kind of difference of one payment, with what both sides recorded (no personal data)."""

    payment_id: str
    kind: DiscrepancyKind
    ours: Evidence
    theirs: Evidence


def differences(held: Payment, snapshot: Snapshot | None) -> tuple[Difference, ...]:
    """Where the two disagree about money; `snapshot` None means PortOne knows no such payment."""
    snapshot = outside(held, snapshot)
    if snapshot is None:
        there = Difference(held.payment_id, DiscrepancyKind.MISSING_THERE, _ours(held), {})
        return (there,) if _must_exist(held) else ()
    kinds = [
        kind
        for kind, differs in (
            (DiscrepancyKind.AMOUNT, _amount_differs(held, snapshot)),
            (DiscrepancyKind.CANCELLED, _cancelled_differs(held, snapshot)),
            (DiscrepancyKind.STATUS, not _status_agrees(held, snapshot)),
        )
        if differs
    ]
    if DiscrepancyKind.CANCELLED in kinds and DiscrepancyKind.STATUS in kinds:
        kinds.remove(DiscrepancyKind.STATUS)
    return tuple(Difference(held.payment_id, kind, _ours(held), _theirs(snapshot)) for kind in kinds)


def heals(held: Payment, snapshot: Snapshot | None) -> bool:
    """Whether another reading may heal it: PortOne shows more than our record, not less."""
    return snapshot is not None and not behind(held.status, held.seen, snapshot)


def moving(held: Payment, snapshot: Snapshot | None, now: float) -> bool:
    """Whether our record changed too lately for this reading to prove anything; a later window repeats it."""
    last = max(held.status_at, held.history[-1].at if held.history else 0.0)
    return now - last < SETTLED and not heals(held, snapshot)


def missing_here(snapshot: Snapshot) -> Difference:
    """PortOne shows a payment of ours that is not stored; `orderId` is an order's or a subscription's."""
    theirs = {**_theirs(snapshot), "orderId": marked_order(snapshot.custom_data) or ""}
    return Difference(snapshot.payment_id, DiscrepancyKind.MISSING_HERE, {}, theirs)


def unreadable(held: Payment) -> Difference:
    """PortOne's answer about a payment of ours cannot be read."""
    return Difference(held.payment_id, DiscrepancyKind.UNREADABLE, _ours(held), {})


def orphaned(snapshot: Snapshot, *, live: bool, order_known: bool) -> bool:
    """Whether a payment missing here is ours and took money; a shared store contains others' markers too.

    Whoever opens a checkout can write the marker under an invented id. A declined payment, or an account
    without a deposit, costs them nothing and raises no attention. In live mode an order may have been lost
    with the payment, and TEST payments move no money.
    """
    test = snapshot.channel is not None and snapshot.channel.test
    marked = marked_order(snapshot.custom_data) is not None
    taken = snapshot.status in TAKEN or snapshot.status is RemoteStatus.UNRECOGNISED
    return marked and taken and (not test if live else order_known)


def _must_exist(held: Payment) -> bool:
    return holds_money(held.status) or held.status is Status.VIRTUAL_ACCOUNT_ISSUED


def _amount_differs(held: Payment, snapshot: Snapshot) -> bool:
    """Whether the amount that was or will be paid differs; a MISMATCH already recorded is no news."""
    seen = held.seen
    if seen is not None and snapshot.total != seen.total:
        return snapshot.status in _MONEY
    if held.status is Status.MISMATCH or snapshot.status not in _CHARGED:
        return False
    return (snapshot.total, snapshot.currency) != (held.total, held.currency)


def _cancelled_differs(held: Payment, snapshot: Snapshot) -> bool:
    seen = held.seen
    theirs = {each.id: each.status.value for each in snapshot.shown}
    if seen is None:
        return bool(theirs)
    # an omitted list proves nothing about the cancellations we know
    listed = snapshot.cancellations is None or dict(seen.cancellations) == theirs
    totals = (seen.cancelled, seen.cancelled_tax_free)
    return totals != (snapshot.cancelled, snapshot.cancelled_tax_free) or not listed


def _status_agrees(held: Payment, snapshot: Snapshot) -> bool:
    if held.status is Status.EXPIRED and snapshot.status is RemoteStatus.VIRTUAL_ACCOUNT_ISSUED:
        # PortOne goes on showing an account that is past its due date
        return held.seen is not None and held.seen.transaction_id == snapshot.transaction_id
    if not isinstance(held.status, Status):
        # a newer version wrote it and judges what it means
        return True
    if held.status in _AGREES:
        return snapshot.status in _AGREES[held.status]
    return held.status.value == snapshot.status.value


def _ours(held: Payment) -> Evidence:
    seen = held.seen
    return {
        "status": held.status.value,
        "total": held.total,
        "currency": held.currency,
        "cancelled": seen.cancelled if seen else 0,
        "quarantined": held.quarantined,
        "changedAt": int(held.status_at),
    }


def _theirs(snapshot: Snapshot) -> Evidence:
    return {
        "status": snapshot.status.value,
        "total": snapshot.total,
        "currency": snapshot.currency,
        "cancelled": snapshot.cancelled,
        "transactionId": snapshot.transaction_id,
    }
