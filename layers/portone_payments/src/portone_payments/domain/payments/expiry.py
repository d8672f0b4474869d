"""When an offer expires: unpaid in time, or an account past its due date and grace (rule 7, facts 7)."""

from dataclasses import replace

from portone_payments.domain.approvals.attempts import open_approval
from portone_payments.domain.payments.moves import CLOCKS
from portone_payments.domain.payments.schedule import ACCOUNT_GRACE, account_due_at, deposit_due_at
from portone_payments.domain.readings.payment import RemoteStatus, Snapshot
from portone_payments.domain.records.history import Fact, Moment, record
from portone_payments.domain.records.payments import Payment, Status, holds_money

_KEPT = frozenset({Status.PAID, Status.PARTIAL_CANCELLED})


def expire(payment: Payment, moment: Moment) -> Payment:
    """The payment as expired, where its time is over and nobody is paying it."""
    if payment.quarantined or open_approval(payment) is not None or not _over(payment, moment.now):
        return payment
    payment = replace(payment, status=Status.EXPIRED, status_at=moment.now)
    fact = Fact.EXPIRED if account_due_at(payment) is None else Fact.ACCOUNT_EXPIRED
    return record(payment, fact, moment)


def _over(payment: Payment, now: float) -> bool:
    if payment.status is Status.READY:
        return now >= payment.expires_at
    issued = payment.status is Status.VIRTUAL_ACCOUNT_ISSUED
    return issued and _account_over(account_due_at(payment), now)


def _account_over(due_at: int | None, now: float) -> bool:
    return due_at is not None and now >= due_at + ACCOUNT_GRACE


def came_late(payment: Payment, snapshot: Snapshot, status: Status) -> bool:
    """Whether money was taken after the offer of it had ended, the grace of a deposit included (rule 7.2).

    The time of payment counts, not when we learnt of it. A pending payment or an issued account that was
    under way when the offer ended is in time; one that began afterwards is not.
    """
    arrived = status in _KEPT and not holds_money(payment.status)
    pending = payment.status is Status.PAY_PENDING and _in_time(payment, _shown_since(payment))
    if not arrived or pending or open_approval(payment) is not None or snapshot.paid_at is None:
        return False
    due_at = deposit_due_at(snapshot.method)
    offered = due_at is not None and _in_time(payment, _issued_at(payment, snapshot))
    ends = due_at + ACCOUNT_GRACE if due_at is not None and offered else payment.expires_at
    return snapshot.paid_at > ends * 1_000_000 + CLOCKS


def _in_time(payment: Payment, began_at: float | None) -> bool:
    return began_at is None or began_at <= payment.expires_at * 1_000_000 + CLOCKS


def _shown_since(payment: Payment) -> float:
    """Since when it has its status, in epoch microseconds: our time of it, or PortOne's stamp if earlier."""
    heard = payment.status_at * 1_000_000
    return min(heard, payment.seen.updated_at) if payment.seen else heard


def _issued_at(payment: Payment, snapshot: Snapshot) -> float | None:
    """When its virtual account was issued, as far as known, in epoch microseconds."""
    account = snapshot.method.virtual_account if snapshot.method else None
    if account is not None and account.issued_at is not None:
        return account.issued_at * 1_000_000
    return _shown_since(payment) if payment.status is Status.VIRTUAL_ACCOUNT_ISSUED else None


def closed_in_time(payment: Payment, snapshot: Snapshot, now: float) -> bool:
    """Whether a closed account, which PortOne shows as failed (facts 7.2), counts as expired.

    It does once its time is over or its order was withdrawn. Whether we closed it does not matter: a worker
    may die between the call and the write.
    """
    due_at, seen = account_due_at(payment), payment.seen
    over = payment.withdrawn or (due_at is not None and now >= due_at)
    waited = payment.status in {Status.VIRTUAL_ACCOUNT_ISSUED, Status.EXPIRED}
    same = seen is not None and seen.transaction_id == snapshot.transaction_id
    return waited and same and over


def lapsed(snapshot: Snapshot, now: float) -> bool:
    """Whether a virtual account is past its due date; PortOne still shows it as issued (facts 7.3)."""
    issued = snapshot.status is RemoteStatus.VIRTUAL_ACCOUNT_ISSUED
    return issued and _account_over(deposit_due_at(snapshot.method), now)
