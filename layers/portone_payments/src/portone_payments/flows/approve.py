"""Approve by hand what the buyer authenticated: store the token, ask for stock, confirm, read (facts 4.1)."""

from dataclasses import dataclass, replace

from portone_payments.domain.approval import (
    intend,
    known_approval,
    next_attempt,
    open_approval,
    token_hash_of,
)
from portone_payments.domain.errors import Busy, NotApprovable
from portone_payments.domain.facts import Moment
from portone_payments.domain.records import Approval, Payment
from portone_payments.flows.approval_send import ApprovalSender, token_context
from portone_payments.flows.nudge import nudge
from portone_payments.flows.verify import owned
from portone_payments.ports import Clock, Conflict, Deadline, Metric, Queue

ATTEMPTS = 6
BY = "confirm"
# an intent is due after the inline deadline: whoever dies while sending is followed by the worker
_SOON = 30


@dataclass(frozen=True, slots=True)
class Approved:
    """A try and its payment, as stored."""

    payment: Payment
    approval: Approval


@dataclass(frozen=True, slots=True, kw_only=True)
class Approver:
    """Everything that starts an approval."""

    sender: ApprovalSender
    queue: Queue
    clock: Clock

    def approve(self, payment_id: str, user_id: str, token: str, deadline: Deadline) -> Approved:
        """The try of this token, new or known.

        Raises `PaymentNotFound`, `NotApprovable`, `ApprovalInProgress`, `Busy`.
        """
        token_hash = token_hash_of(payment_id, token)
        payment, fresh = self._stored(payment_id, user_id, token, token_hash)
        if fresh:
            payment = self._sent(payment, deadline)
        approval = known_approval(payment, token_hash)
        if approval is None:
            raise Busy
        return Approved(payment, approval)

    def _stored(self, payment_id: str, user_id: str, token: str, token_hash: str) -> tuple[Payment, bool]:
        for _ in range(ATTEMPTS):
            held = owned(payment_id, user_id, store=self.sender.reader.store)
            if known_approval(held, token_hash) is not None:
                return held, False
            intended = self._intended(held, token, token_hash)
            try:
                self.sender.reader.store.save(intended)
            except Conflict:
                self.sender.reader.meter.count(Metric.CONFLICT)
                continue
            return replace(intended, version=intended.version + 1), True
        raise Busy

    def _intended(self, held: Payment, token: str, token_hash: str) -> Payment:
        now = self.clock.now()
        attempt = next_attempt(held, now)
        self._check_order(held)
        sealed = self.sender.vault.encrypt(token, context=token_context(held.payment_id, attempt))
        asks = self.sender.stock is not None
        moment = Moment(now=now, by=BY)
        intended = intend(held, token_hash, sealed, moment, asks_stock=asks)
        soon = int(now) + _SOON
        return replace(intended, due_at=min(soon, intended.due_at or soon), rung=0, tries=0)

    def _check_order(self, held: Payment) -> None:
        """An order that has had another payment may be settled by it. Raises `NotApprovable`."""
        order = self.sender.reader.store.order(held.order_id) if held.siblings else None
        if order is not None and (order.settled_by is not None or order.payment_id != held.payment_id):
            raise NotApprovable(status=held.status.value)

    def _sent(self, payment: Payment, deadline: Deadline) -> Payment:
        moment = Moment(now=self.clock.now(), by=BY)
        try:
            payment = self.sender.send(payment, moment, deadline=deadline, first=True).payment
        except Busy:
            nudge(payment, queue=self.queue)
            return payment
        if open_approval(payment) is not None:
            nudge(payment, queue=self.queue)
        return payment
