"""What all refund flows share: whose payment, which refund, saved once, sent once (rule 5.1)."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from portone_payments.domain.errors.common import Busy
from portone_payments.domain.errors.payments import RefundNotFound
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.instructions import Refund, RefundState
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.refunds.rules import RefundPolicy
from portone_payments.flows.payments.catch_up import Reader
from portone_payments.flows.refunds.send import RefundSender
from portone_payments.flows.shared import optimistic
from portone_payments.flows.shared.enqueue import enqueue
from portone_payments.flows.shared.ownership import Requester, find_refund, seen_by
from portone_payments.ports.store import Queue, Store
from portone_payments.ports.world import Clock, Deadline, Meter, Vault

type Change = Callable[[Payment, Refund], Payment]


@dataclass(frozen=True, slots=True)
class Refunded:
    """A refund and its payment, as stored."""

    payment: Payment
    refund: Refund


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunds:
    """What refunds need."""

    sender: RefundSender
    reader: Reader
    store: Store
    vault: Vault
    queue: Queue
    clock: Clock
    meter: Meter
    policy: RefundPolicy

    def read(self, payment_id: str, refund_id: str, requester: Requester) -> Refunded:
        """A refund as it stands. Raises `PaymentNotFound`, `RefundNotFound`."""
        payment = self.held(payment_id, requester)
        return Refunded(payment, self.refund(payment, refund_id))

    def refund(self, payment: Payment, refund_id: str) -> Refund:
        """A refund of this payment, wherever it lies. Raises `RefundNotFound`."""
        refund = find_refund(payment, refund_id, store=self.store)
        if refund is None:
            raise RefundNotFound
        return refund

    def held(self, payment_id: str, requester: Requester) -> Payment:
        """The payment, which its owner or staff may see. Raises `PaymentNotFound`."""
        return seen_by(requester, payment_id, store=self.store)

    def change(
        self, payment_id: str, refund_id: str, requester: Requester, change: Change, *, fact: bool = True
    ) -> None:
        """Save what `change` makes of a refund. Raises what it raises, `Busy`."""

        def decide(held: Payment) -> tuple[Payment]:
            return (due_soon(change(held, self.refund(held, refund_id)), self.clock.now()),)

        optimistic.change(
            lambda: self.held(payment_id, requester), decide, store=self.store, meter=self.meter, fact=fact
        )

    def send(
        self, payment: Payment, refund_id: str, by: str, deadline: Deadline, *, fresh: bool = False
    ) -> Refunded:
        """Send what is reserved; a refund without an outcome is left to the worker.

        `fresh`: `payment` is as this very call has stored it.
        """
        moment = Moment(now=self.clock.now(), by=by)
        try:
            payment = self.sender.send(payment, moment, deadline=deadline, fresh=fresh).payment
        except Busy:
            enqueue(payment, queue=self.queue)
            return Refunded(payment, self.refund(payment, refund_id))
        refund = self.refund(payment, refund_id)
        if refund.state is RefundState.RESERVED:
            enqueue(payment, queue=self.queue)
        return Refunded(payment, refund)


def due_soon(payment: Payment, now: float) -> Payment:
    """Due after the inline deadline: the worker takes over from a request that died while sending."""
    soon = int(now) + 30
    due_at = soon if payment.due_at is None else min(payment.due_at, soon)
    return replace(payment, due_at=due_at, poll_step=0)
