"""Deposits a bank took back after they were paid, and refunds it could not pay out (rule 10)."""

from dataclasses import replace

from portone_payments.domain.facts import Fact, Moment, clear_attention, raise_attention, record
from portone_payments.domain.methods import PayMethod
from portone_payments.domain.records import AttentionKind, Payment, Status
from portone_payments.domain.snapshot import AccountRefund, RemoteStatus, Snapshot

READINGS = 3
AT_LEAST = 15 * 60
UNPAID_BY_BANK = frozenset({AccountRefund.FAILED, AccountRefund.PARTIAL_REFUND_FAILED})
_UNDONE = UNPAID_BY_BANK | {AccountRefund.PENDING}
_PAID = frozenset({Status.PAID, Status.PARTIAL_CANCELLED})


def taken_back(payment: Payment, snapshot: Snapshot | None, moment: Moment) -> Payment:
    """The payment after a lagging reading: a person decides once three in a quarter of an hour agree.

    The status stays what it was: a replica may show an old one, and only a person knows the bank's reason.
    """
    if snapshot is None or payment.status not in _PAID:
        return payment
    if not _undeposited(payment, snapshot) or payment.taken_back >= READINGS:
        return payment
    age = moment.now - (payment.lagging_since or moment.now)
    if payment.taken_back < READINGS - 1:
        return replace(payment, taken_back=payment.taken_back + 1)
    if age < AT_LEAST:
        return payment
    called = raise_attention(
        replace(payment, taken_back=READINGS), AttentionKind.DEPOSIT_TAKEN_BACK, at=moment.now
    )
    return record(called, Fact.DEPOSIT_TAKEN_BACK, moment, total=payment.total)


def _undeposited(payment: Payment, snapshot: Snapshot) -> bool:
    """Whether the account waits again, or has ended, although its deposit was paid."""
    if snapshot.status is RemoteStatus.VIRTUAL_ACCOUNT_ISSUED:
        return True
    method = payment.seen.method if payment.seen else None
    by_deposit = method is not None and method.kind is PayMethod.VIRTUAL_ACCOUNT
    return by_deposit and snapshot.status is RemoteStatus.FAILED


def refund_undone(payment: Payment) -> bool:
    """Whether the bank has not paid a refund out although PortOne has booked the cancellation."""
    return _refund(payment) in _UNDONE


def refund_watched(before: Payment, after: Payment, moment: Moment) -> Payment:
    """The payment with a person called while the bank could not pay its refund out."""
    found = _refund(after)
    if found not in UNPAID_BY_BANK:
        return clear_attention(after, AttentionKind.REFUND_STUCK, subject="payment")
    if found is _refund(before):
        return after
    refund = next(reversed(tuple(after.refunds.values())), None)
    called = raise_attention(after, AttentionKind.REFUND_STUCK, at=moment.now)
    return record(called, Fact.REFUND_STUCK, moment, refund=refund.id if refund else None, status=str(found))


def _refund(payment: Payment) -> AccountRefund | None:
    method = payment.seen.method if payment.seen else None
    return method.refund if method else None
