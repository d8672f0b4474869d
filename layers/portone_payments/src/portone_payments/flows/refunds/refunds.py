"""What all refund flows share: whose payment, which refund, saved once, sent once (rule 5.1)."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from portone_payments.domain.errors.common import Busy, InvalidRequest
from portone_payments.domain.errors.payments import RefundNotFound
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.instructions import Refund, RefundState
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.records.subscriptions import EndReason, Subscription
from portone_payments.domain.refunds.rules import RefundPolicy
from portone_payments.domain.subscriptions.collection import next_due
from portone_payments.domain.subscriptions.ending import end_now
from portone_payments.domain.subscriptions.life import OVER
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
        """Save what `change` makes of a refund, and of what it ends. Raises what it raises, `Busy`."""

        def decide(held: Payment) -> tuple[Payment, *tuple[Subscription, ...]]:
            before = self.refund(held, refund_id)
            after = due_soon(change(held, before), self.clock.now())
            released = before.state is RefundState.AWAITING_APPROVAL
            ended = self.ended_by(after, self.refund(after, refund_id), requester.by) if released else ()
            return after, *ended

        optimistic.change(
            lambda: self.held(payment_id, requester), decide, store=self.store, meter=self.meter, fact=fact
        )

    def ended_by(self, payment: Payment, refund: Refund, by: str) -> tuple[Subscription, ...]:
        """The subscription that a released refund ends, saved together with it; none where it ends none.

        Raises `InvalidRequest` for a payment that was not charged for one.
        """
        if not refund.ends_subscription or refund.state is not RefundState.RESERVED:
            return ()
        held = self.store.subscription(payment.subscription_id) if payment.subscription_id else None
        if held is None:
            raise InvalidRequest(field="endSubscription", reason="no_subscription")
        if held.status in OVER or held.end_asked_at is not None:
            return ()
        moment = Moment(now=self.clock.now(), by=by)
        after = end_now(held, moment, EndReason.REFUNDED)
        return (replace(after, due_at=next_due(after, moment.now, self.reader.billing), tries=0),)

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
