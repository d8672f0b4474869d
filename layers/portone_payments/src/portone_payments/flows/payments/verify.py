"""The app says "paid": read it at PortOne, never believe it."""

from dataclasses import replace

from portone_payments.domain.payments.schedule import known_behind, unfinished
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.shared.allowances import READINGS, used_up, with_one
from portone_payments.flows.payments.catch_up import CaughtUp, Reader
from portone_payments.flows.shared.enqueue import enqueue
from portone_payments.flows.shared.ownership import owned
from portone_payments.ports.store import Queue
from portone_payments.ports.world import Clock, Deadline

FRESH = 2.0


def verify(
    payment_id: str, user_id: str, *, reader: Reader, queue: Queue, clock: Clock, deadline: Deadline
) -> CaughtUp:
    """The payment as PortOne has it now; as stored within two seconds of the last reading.

    Above the rate limit too it is as stored: webhooks and the sweep go on meanwhile (I19).
    Raises `PaymentNotFound`, `Busy`.
    """
    payment = owned(payment_id, user_id, store=reader.store)
    now = clock.now()
    if payment.read_at is not None and 0 <= now - payment.read_at < FRESH and not unfinished(payment):
        return CaughtUp(payment)
    if used_up(payment.spent, *READINGS, now=now):
        return CaughtUp(payment, answered=not payment.unanswered, lagging=known_behind(payment))
    moment = Moment(now=now, by="verify", eager=True)
    result = reader.catch_up(payment_id, moment, deadline=deadline, held=payment, told=_read)
    if not result.answered:
        enqueue(result.payment, queue=queue)
    return result


def _read(payment: Payment, moment: Moment) -> Payment:
    """The payment with one more reading that its app requested."""
    return replace(payment, spent=with_one(payment.spent, *READINGS, now=moment.now))
