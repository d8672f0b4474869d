"""A refund PortOne has booked and the customer's bank has not paid out."""

from portone_payments.domain.readings.payment import AccountRefund
from portone_payments.domain.records.history import Fact, Moment, clear_attention, raise_attention, record
from portone_payments.domain.records.payments import AttentionKind, Payment

UNPAID_BY_BANK = frozenset({AccountRefund.FAILED, AccountRefund.PARTIAL_REFUND_FAILED})
_UNDONE = UNPAID_BY_BANK | {AccountRefund.PENDING}


def refund_undone(payment: Payment) -> bool:
    """Whether the bank has not paid a refund out although PortOne has booked the cancellation."""
    return _refund(payment) in _UNDONE


def refund_watched(before: Payment, after: Payment, moment: Moment) -> Payment:
    """The payment with staff called while the bank could not pay its refund out."""
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
