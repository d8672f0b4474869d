"""When a virtual account is to be closed: a mismatch, a withdrawn order, or its time is over (rule 7.1)."""

from portone_payments.domain.payments.schedule import account_due_at
from portone_payments.domain.records.payments import Payment, Status

_WAITS = frozenset({Status.MISMATCH, Status.VIRTUAL_ACCOUNT_ISSUED, Status.EXPIRED})


def should_close(payment: Payment, now: float) -> bool:
    """Whether PortOne should close the account: requested until it has answered once."""
    if payment.close_asked:
        return False
    due_at = account_due_at(payment)
    over = payment.status is Status.VIRTUAL_ACCOUNT_ISSUED and due_at is not None and now >= due_at
    return over or (payment.close_wanted and payment.status in _WAITS)
