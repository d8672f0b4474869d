"""The facts that a believed reading adds to the history; one reading may add several."""

from portone_payments.domain.payments.check import Findings
from portone_payments.domain.readings.payment import CHARGEBACK, CancellationStatus, Snapshot
from portone_payments.domain.records.booked import booked
from portone_payments.domain.records.history import Fact, Moment, raise_attention, record
from portone_payments.domain.records.payments import TAKEN, AttentionKind, Payment, Status, holds_money

_CANCELLATION_FACTS = {
    CancellationStatus.SUCCEEDED: Fact.CANCELLED,
    CancellationStatus.REQUESTED: Fact.CANCELLATION_REQUESTED,
    CancellationStatus.FAILED: Fact.CANCELLATION_FAILED,
}
_STATUS_FACTS = {
    Status.READY: Fact.READY,
    Status.PAY_PENDING: Fact.PAY_PENDING,
    Status.VIRTUAL_ACCOUNT_ISSUED: Fact.ACCOUNT_ISSUED,
    Status.FAILED: Fact.FAILED,
    Status.EXPIRED: Fact.ACCOUNT_EXPIRED,
}


def tell_status(
    before: Payment, after: Payment, snapshot: Snapshot, findings: Findings, moment: Moment
) -> Payment:
    """The payment with the facts of its status change, a second decline included."""
    tx = snapshot.transaction_id
    moved = after.status is not before.status
    if after.status is Status.MISMATCH:
        return _tell_mismatch(before, after, snapshot, findings, moment)
    if snapshot.status in TAKEN and not _told_paid(before, after):
        sums = {"total": snapshot.total, "paid": after.seen.charged if after.seen else snapshot.paid}
        after = record(after, Fact.PAID, moment, **sums, transaction=tx, late=after.late or None)
    again = before.seen is not None and before.seen.transaction_id != tx
    fact = _STATUS_FACTS.get(after.status)
    if fact is Fact.FAILED and _told_failed(before, tx):
        return after
    if fact is not None and (moved or (again and fact is Fact.FAILED)):
        after = record(after, fact, moment, transaction=tx, pg_code=snapshot.pg_code)
    return after


def _told_failed(before: Payment, transaction: str) -> bool:
    """Whether the history has this decline already: a stale reading may show it once more."""
    return any(
        line.fact == Fact.FAILED and line.data.get("transaction") == transaction for line in before.history
    )


def _told_paid(before: Payment, after: Payment) -> bool:
    """Whether the payment was recorded already; of a mismatch never, unless an honest attempt follows."""
    if before.status is Status.MISMATCH:
        return after.status is Status.CANCELLED
    return holds_money(before.status)


def _tell_mismatch(
    before: Payment, after: Payment, snapshot: Snapshot, findings: Findings, moment: Moment
) -> Payment:
    """The payment with an attention once the mismatch is seen, and another once it is paid."""
    moved = after.status is not before.status
    unpaid = before.seen is None or before.seen.status not in TAKEN
    if moved or (unpaid and snapshot.status in TAKEN):
        after = raise_attention(after, AttentionKind.MISMATCH, at=moment.now)
    if not moved:
        return after
    fields = ",".join(findings.proven)
    return record(
        after, Fact.MISMATCH, moment, fields=fields, total=snapshot.total, transaction=snapshot.transaction_id
    )


def tell_cancellations(before: Payment, after: Payment, snapshot: Snapshot, moment: Moment) -> Payment:
    """The payment with the facts of cancellations and disputes that are new or changed."""
    after = _tell_taken(before, after, snapshot, moment)
    for cancellation in snapshot.shown:
        fact = _CANCELLATION_FACTS.get(cancellation.status)
        if fact is None or booked(before.seen, cancellation.id) == cancellation.status:
            continue
        trigger, amount = cancellation.trigger, cancellation.total
        after = record(after, fact, moment, cancellation=cancellation.id, amount=amount, trigger=trigger)
    return after


def _tell_taken(before: Payment, after: Payment, snapshot: Snapshot, moment: Moment) -> Payment:
    """The payment with an attention for each chargeback, dispute or refund that is not ours.

    Where PortOne names no requester, no fact calls it a charge-back: staff finds out.
    """
    certain = {each.id for each in snapshot.shown if each.trigger == CHARGEBACK}
    known = before.seen.charged_back if before.seen else ()
    back = after.seen.charged_back if after.seen else ()
    disputed = after.seen is not None and after.seen.disputed
    if disputed and not (before.seen and before.seen.disputed):
        after = record(after, Fact.DISPUTED, moment)
        after = raise_attention(after, AttentionKind.CHARGEBACK, at=moment.now)
    for cancellation in back:
        if cancellation not in known:
            if cancellation in certain:
                after = record(after, Fact.CHARGED_BACK, moment, cancellation=cancellation)
            after = raise_attention(after, AttentionKind.CHARGEBACK, at=moment.now)
    return after
