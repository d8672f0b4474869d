"""The app says "paid": read it at PortOne, never believe it."""

from portone_payments.domain.facts import Moment
from portone_payments.domain.ladder import unfinished
from portone_payments.flows.asking import owned
from portone_payments.flows.catch_up import CaughtUp, Reader
from portone_payments.flows.nudge import nudge
from portone_payments.ports import Clock, Deadline
from portone_payments.ports_store import Queue

FRESH = 2.0


def verify(
    payment_id: str, user_id: str, *, reader: Reader, queue: Queue, clock: Clock, deadline: Deadline
) -> CaughtUp:
    """The payment as PortOne has it now; within two seconds of the last reading, as we have it.

    Raises `PaymentNotFound`, `Busy`.
    """
    payment = owned(payment_id, user_id, store=reader.store)
    now = clock.now()
    if payment.read_at is not None and 0 <= now - payment.read_at < FRESH and not unfinished(payment):
        return CaughtUp(payment)
    moment = Moment(now=now, by="verify", eager=True)
    result = reader.catch_up(payment_id, moment, deadline=deadline, held=payment)
    if not result.answered:
        nudge(result.payment, queue=queue)
    return result
