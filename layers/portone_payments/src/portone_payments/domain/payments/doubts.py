"""Readings that can neither be believed nor refuted, and what is strange about believed money (rule 10.3)."""

from dataclasses import replace

from portone_payments.domain.payments.check import Findings
from portone_payments.domain.payments.expiry import closed_in_time, lapsed
from portone_payments.domain.payments.known import seen_from
from portone_payments.domain.readings.payment import CancellationStatus, RemoteStatus, Snapshot
from portone_payments.domain.records.history import Fact, Moment, clear_attention, raise_attention, record
from portone_payments.domain.records.payments import TAKEN, AttentionKind, Payment, Seen, Status, holds_money
from portone_payments.domain.refunds.settlement import promised_done

UNPAID = frozenset(
    {
        RemoteStatus.READY,
        RemoteStatus.PAY_PENDING,
        RemoteStatus.VIRTUAL_ACCOUNT_ISSUED,
        RemoteStatus.FAILED,
    }
)
_PAID = frozenset({Status.PAID, Status.PARTIAL_CANCELLED})
# no setting of ours can have caused another amount or currency
_UNHEARD_OF = frozenset({"total", "currency"})


def judged(payment: Payment, snapshot: Snapshot, findings: Findings, now: float) -> Status | None:
    """Our status after this reading; None where it settles nothing.

    A payment stored as PAID never becomes a MISMATCH: staff decides, and its money is followed all the same.
    """
    if snapshot.status is RemoteStatus.UNRECOGNISED:
        return None
    claimed = Status(snapshot.status.value)
    if payment.status is Status.CANCELLED:
        return claimed
    if payment.status in _PAID:
        return None if _UNHEARD_OF & set(findings.proven) and not payment.accepted else claimed
    if findings.proven:
        return claimed if _sent_back(payment, claimed) else Status.MISMATCH
    if findings.doubts and not payment.accepted:
        return None
    return _offered(payment, snapshot, claimed, now)


def _offered(payment: Payment, snapshot: Snapshot, claimed: Status, now: float) -> Status:
    if claimed is Status.FAILED and closed_in_time(payment, snapshot, now):
        return Status.EXPIRED
    if payment.status is Status.EXPIRED and (claimed is Status.READY or lapsed(snapshot, now)):
        return Status.EXPIRED
    return claimed


def _sent_back(payment: Payment, claimed: Status) -> bool:
    """Whether the money of a mismatch was refunded; one already refunded when first seen stays a mismatch."""
    held = payment.status is Status.MISMATCH and not mismatch_is_back(payment)
    return held and claimed is Status.CANCELLED


def mismatch_is_back(payment: Payment) -> bool:
    """Whether this is a mismatch whose money was refunded."""
    back = payment.seen is not None and payment.seen.status is RemoteStatus.CANCELLED
    return back and payment.status is Status.MISMATCH


def doubt(payment: Payment, snapshot: Snapshot, findings: Findings, moment: Moment) -> Payment:
    """The payment with a reading in doubt: the reading settles nothing, staff is called."""
    paid = payment.quarantined_paid or snapshot.status in TAKEN
    quarantined = replace(payment, quarantined=True, quarantined_paid=paid)
    quarantined = raise_attention(quarantined, AttentionKind.QUARANTINED, at=moment.now)
    if payment.quarantined:
        return quarantined
    if findings.proven and not holds_money(payment.status):
        # whatever its state means, it is not the payment that was prepared
        quarantined = raise_attention(quarantined, AttentionKind.MISMATCH, at=moment.now)
    doubts = ",".join((*findings.proven, *findings.doubts)) or "status"
    return record(
        replace(quarantined, poll_step=0), Fact.QUARANTINED, moment, doubts=doubts, status=snapshot.status
    )


def awaits_deposit(payment: Payment) -> bool:
    """Whether the difference concerns an account without a deposit, which anybody can have issued free."""
    if not payment.quarantined:
        unpaid = payment.seen is not None and payment.seen.status not in TAKEN
        return unpaid and payment.status is Status.MISMATCH
    if payment.quarantined_paid or holds_money(payment.status):
        return False
    told = (line for line in reversed(payment.history) if line.fact == Fact.QUARANTINED)
    last = next(told, None)
    return last is not None and last.data.get("status") == RemoteStatus.VIRTUAL_ACCOUNT_ISSUED


def undoubted(before: Payment, after: Payment) -> Payment:
    """The payment whose reading is believed now, without the attentions that its doubt had raised."""
    if not before.quarantined:
        return after
    if after.status is not Status.MISMATCH:
        after = clear_attention(after, AttentionKind.MISMATCH)
    if holds_money(after.status):
        return after
    return clear_attention(replace(after, surplus=False), AttentionKind.SURPLUS)


def strange(before: Payment, after: Payment, moment: Moment) -> Payment:
    """The payment with one attention for each strange detail of a payment that is believed."""
    told = set(before.seen.doubts) if before.seen else set()
    found = after.seen.doubts if after.seen else ()
    fresh = [name for name in found if name not in told]
    if not found:
        return clear_attention(after, AttentionKind.QUARANTINED)
    if not fresh:
        return after
    after = raise_attention(after, AttentionKind.QUARANTINED, at=moment.now)
    return record(after, Fact.QUARANTINED, moment, doubts=",".join(fresh), status=after.status)


def seen_of(payment: Payment, snapshot: Snapshot, findings: Findings) -> Seen:
    """What to store of a believed reading; refunds that an answer reported count where totals show them."""
    seen = seen_from(snapshot, payment.seen)
    seen = replace(seen, doubts=_strangeness(payment, snapshot, findings))
    if snapshot.cancellations is not None:
        return seen
    answered = dict.fromkeys(promised_done(payment), str(CancellationStatus.SUCCEEDED))
    return replace(seen, cancellations={**seen.cancellations, **answered}) if answered else seen


def _strangeness(payment: Payment, snapshot: Snapshot, findings: Findings) -> tuple[str, ...]:
    if payment.accepted:
        return ()
    unknown = any(each.status is CancellationStatus.UNRECOGNISED for each in snapshot.shown)
    here = (*findings.proven, *findings.doubts) if payment.status in _PAID else ()
    return (*here, "cancellation") if unknown else here
