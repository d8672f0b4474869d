"""Approve by hand what the buyer authenticated: store the token, reserve stock, confirm, read (facts 4.1)."""

from dataclasses import dataclass

from portone_payments.domain.approvals.attempt import intend
from portone_payments.domain.approvals.attempts import (
    check_by_hand,
    check_tries,
    known_approval,
    newest_of,
    next_attempt,
    token_hash_of,
)
from portone_payments.domain.errors.common import Busy
from portone_payments.domain.errors.payments import NotApprovable
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.payments import Payment
from portone_payments.flows.approvals.attempt import Attempted, check_order, due_soon, sent_now
from portone_payments.flows.approvals.send import ApprovalSender, token_context
from portone_payments.flows.payments.catch_up import Reader
from portone_payments.flows.shared.admission import check_gate
from portone_payments.flows.shared.gate import Operation
from portone_payments.flows.shared.optimistic import change
from portone_payments.flows.shared.ownership import owned
from portone_payments.ports.store import Queue, Store
from portone_payments.ports.world import Clock, Deadline, Meter, StockHook, Vault

BY = "confirm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approver:
    """Starts approvals; refuses them where the shop has not `offered` manual approval."""

    sender: ApprovalSender
    reader: Reader
    store: Store
    vault: Vault
    stock: StockHook | None
    meter: Meter
    queue: Queue
    clock: Clock
    offered: bool = False

    def approve(self, payment_id: str, user_id: str, token: str, deadline: Deadline) -> Attempted:
        """The attempt with this token, new or known.

        Raises `PaymentNotFound`, `NotApprovable`, `ApprovalInProgress`, `TooManyTries`, `ProviderRefused`,
        `Busy`.
        """
        if not self.offered:
            raise NotApprovable(reason="manual_approval_off")
        token_hash = token_hash_of(payment_id, token)
        payment, fresh = self._stored(payment_id, user_id, token, token_hash)
        if fresh:
            held, moment = payment, Moment(now=self.clock.now(), by=BY)
            payment = sent_now(
                held, lambda: self.sender.send(held, moment, deadline=deadline, first=True), self.queue
            )
        approval = newest_of(payment, token_hash)
        if approval is None:
            raise Busy
        return Attempted(payment, approval)

    def _stored(self, payment_id: str, user_id: str, token: str, token_hash: str) -> tuple[Payment, bool]:
        def decide(held: Payment) -> tuple[Payment]:
            if known_approval(held, token_hash) is not None:
                return (held,)
            intended = self._intended(held, token, token_hash)
            check_gate(self.reader.gate_of(held), Operation.CONFIRM)
            return (intended,)

        return change(
            lambda: owned(payment_id, user_id, store=self.store), decide, store=self.store, meter=self.meter
        )

    def _intended(self, held: Payment, token: str, token_hash: str) -> Payment:
        now = self.clock.now()
        attempt = next_attempt(held, now)
        check_tries(held, now)
        check_by_hand(held, now)
        check_order(held, self.store)
        sealed = self.vault.encrypt(token, context=token_context(held.payment_id, attempt))
        asks = self.stock is not None
        moment = Moment(now=now, by=BY)
        intended = intend(held, token_hash, sealed, moment, asks_stock=asks, test=self.sender.test)
        return due_soon(intended, now)
