"""A delayed message for a payment left unfinished: a hint that may be lost, the due mark is the truth."""

from portone_payments.domain.errors.common import StorageUnavailable
from portone_payments.domain.records.payments import Payment
from portone_payments.ports.store import Due, Kind, Queue

DELAY = 30


def enqueue(payment: Payment, *, queue: Queue) -> None:
    """Have the worker read in half a minute; never fails the caller."""
    if payment.due_at is None:
        return
    try:
        queue.send((Due(kind=Kind.PAYMENT, id=payment.payment_id, due_at=payment.due_at),), delay=DELAY)
    except StorageUnavailable:
        return
