"""Calls the stock hook, sends a stored approval under its one key; a reading decides (rule 3)."""

from dataclasses import dataclass, replace

from portone_payments.domain.approvals.attempt import confirmed, sendable, sent, stock_answered
from portone_payments.domain.approvals.attempts import open_approval
from portone_payments.domain.errors.common import PortOneError
from portone_payments.domain.payments.schedule import next_due
from portone_payments.domain.readings.outcome import our_fault
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.instructions import Approval, ApprovalState
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.shared.sealing import Sealing, bound_to
from portone_payments.flows.approvals.attempt import held_back, told_by
from portone_payments.flows.payments.catch_up import Amend, CaughtUp, Reader, intend, unchanged
from portone_payments.flows.shared.gate import Operation
from portone_payments.flows.shared.optimistic import change, given_first
from portone_payments.flows.shared.ownership import stored_payment
from portone_payments.ports.portone import ConfirmCommand
from portone_payments.ports.store import Store
from portone_payments.ports.world import Deadline, Meter, StockHook, Vault

ATTEMPTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalSender:
    """What was stored is sent exactly as it was frozen; `test` says which channels the mode allows."""

    reader: Reader
    store: Store
    meter: Meter
    vault: Vault
    stock: StockHook | None
    test: bool

    def send(self, payment: Payment, moment: Moment, *, deadline: Deadline, first: bool = False) -> CaughtUp:
        """Take the open attempt as far as it goes. Raises `Busy`, `PaymentNotFound`.

        `first`: it was never sent before, so that a refusal without effect is the whole outcome.
        """
        payment = self._asked(payment, moment)
        approval = open_approval(payment)
        if approval is None:
            return CaughtUp(payment)
        told = self._tried(payment, approval, moment, deadline, first=first)
        held = payment if first else None
        return self.reader.catch_up(payment.payment_id, moment, deadline=deadline, told=told, held=held)

    def _asked(self, payment: Payment, moment: Moment) -> Payment:
        """The payment with the stock hook's answer stored, before anything is sent."""
        approval = open_approval(payment)
        if approval is None or approval.state is not ApprovalState.ASKED:
            return payment
        attempt = approval.attempt
        reserved = self.stock is None or self.stock.reserve(payment.payment_id, attempt)

        def decide(held: Payment) -> tuple[Payment]:
            told = stock_answered(held, attempt, moment, reserved=reserved)
            return (held if told is held else replace(told, due_at=next_due(told, moment.now), tries=0),)

        read = given_first(payment, lambda: stored_payment(payment.payment_id, store=self.store))
        # a yes leaves no fact: it is a step on the way to one
        answered, _ = change(read, decide, store=self.store, meter=self.meter, attempts=ATTEMPTS, fact=False)
        return answered

    def _tried(
        self, payment: Payment, approval: Approval, moment: Moment, deadline: Deadline, *, first: bool
    ) -> Amend:
        if approval.token is None or not sendable(approval, moment.now):
            return unchanged
        gate = self.reader.gate_of(payment)
        if not first and not gate.admits(Operation.CONFIRM):
            return held_back(gate, approval.attempt)
        if approval.sent_at is None:
            intend(self.store, sent(payment, approval, moment.now))
            first = True
        token = self.vault.decrypt(
            approval.token, context=token_context(payment.payment_id, approval.attempt)
        )
        order = ConfirmCommand(
            token=token,
            total=payment.total,
            tax_free=payment.tax_free,
            currency=payment.currency,
            test=approval.test,
        )
        try:
            with gate.sending(Operation.CONFIRM):
                self.reader.at(payment).confirm(
                    payment.payment_id, order, key=approval.key, deadline=deadline
                )
        except PortOneError as error:
            return told_by(
                error,
                approval.attempt,
                self.meter,
                outcome=error.outcome,
                ours=our_fault(error.status, error.error_type),
                first=first,
                until=gate.until(),
            )
        return lambda held, _: confirmed(held, approval.attempt)


def token_context(payment_id: str, attempt: int) -> dict[str, str]:
    """The encryption context of a payment token: it opens for no other attempt."""
    return bound_to(Sealing.APPROVAL_TOKEN, payment=payment_id, attempt=str(attempt))
