"""Sends a reserved refund, once or again under the same key, and lets a reading decide (rules 3.1, 5.1)."""

import json
from dataclasses import dataclass, replace

from portone_payments.domain.errors.common import PortOneError
from portone_payments.domain.readings.outcome import Outcome
from portone_payments.domain.readings.payment import Cancellation, CancellationStatus
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.instructions import Refund, RefundState
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.refunds.automatic import needs_account
from portone_payments.domain.refunds.reserve import sent_reason, with_refund
from portone_payments.domain.refunds.settlement import as_moved, decide, in_flight, sendable
from portone_payments.domain.shared.sealing import Sealing, bound_to
from portone_payments.flows.payments.catch_up import Amend, CaughtUp, Reader, intend, unchanged
from portone_payments.flows.shared.gate import Gate, Operation
from portone_payments.ports.portone import CancelCommand, RefundAccount
from portone_payments.ports.store import Store
from portone_payments.ports.world import Deadline, Meter, Metric, Vault

_ANSWERED = {
    CancellationStatus.SUCCEEDED: RefundState.SUCCEEDED,
    CancellationStatus.REQUESTED: RefundState.REQUESTED,
}
READING = 5.0
_BALANCE = "CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundSender:
    """What was reserved is sent exactly as it was frozen."""

    reader: Reader
    store: Store
    meter: Meter
    vault: Vault

    def send(self, payment: Payment, moment: Moment, *, deadline: Deadline, fresh: bool = False) -> CaughtUp:
        """Send the refund in flight if its key still may be used, then read. Raises `Busy`.

        `fresh`: the caller has just stored `payment` as it is.
        """
        told: Amend = unchanged
        refund = in_flight(payment)
        held = payment if fresh else None
        if refund is not None and sendable(refund, moment.now):
            gate = self.reader.gate_of(payment)
            if gate.admits(Operation.CANCEL):
                payment, told = self._sent(payment, refund, gate, moment, deadline)
                held = payment if refund.sent_at is None else held
            else:
                told = _held_back(refund, gate)
        return self.reader.catch_up(payment.payment_id, moment, deadline=deadline, told=told, held=held)

    def _sent(
        self, payment: Payment, refund: Refund, gate: Gate, moment: Moment, deadline: Deadline
    ) -> tuple[Payment, Amend]:
        """The payment as it is stored now, and what the answer says. Raises `Busy`.

        The payment records it before the first byte leaves: without a list nothing else shows it was sent.
        """
        order, first = self._order(payment, refund), refund.sent_at is None
        if first:
            intended = with_refund(payment, replace(refund, sent_at=moment.now))
            payment = intend(self.store, intended)
        try:
            with gate.sending(Operation.CANCEL):
                answer = self.reader.at(payment).cancel(
                    payment.payment_id, order, key=refund.key, deadline=deadline.leaving(READING)
                )
        except PortOneError as error:
            if error.outcome is not Outcome.REFUSED:
                return payment, _failed(refund, error)
            self.meter.count(Metric.CREDENTIAL_REFUSED)
            return payment, _held_back(refund, gate, unsent=payment.version if first else None)
        return payment, lambda held, at: _answered(held, refund.id, answer, at)

    def _order(self, payment: Payment, refund: Refund) -> CancelCommand:
        said, account = read_sealed(payment.payment_id, refund, self.vault)
        return CancelCommand(
            reason=sent_reason(refund, said),
            amount=refund.amount,
            tax_free=refund.tax_free,
            vat=refund.vat,
            balance=refund.balance,
            requester=refund.requester,
            account=account,
        )


def read_sealed(payment_id: str, refund: Refund, vault: Vault) -> tuple[str, RefundAccount | None]:
    """What its requester wrote, while the refund is open: the reason, and the account if there is one."""
    said, account = "", None
    if refund.said is not None:
        said = vault.decrypt(refund.said, context=said_context(payment_id, refund.id))
    if refund.account is not None:
        plain = vault.decrypt(refund.account, context=account_context(payment_id, refund.id))
        account = RefundAccount(**json.loads(plain))
    return said, account


def account_context(payment_id: str, refund_id: str) -> dict[str, str]:
    """The encryption context of a refund account: it opens for no other refund."""
    return bound_to(Sealing.REFUND_ACCOUNT, payment=payment_id, refund=refund_id)


def said_context(payment_id: str, refund_id: str) -> dict[str, str]:
    """The encryption context of a requester's reason."""
    return bound_to(Sealing.REFUND_REASON, payment=payment_id, refund=refund_id)


def sealed_account(account: RefundAccount, payment_id: str, refund_id: str, vault: Vault) -> str:
    """The ciphertext of a refund account."""
    fields = {
        "bank": account.bank,
        "number": account.number,
        "holder": account.holder,
        "phone": account.phone,
    }
    return vault.encrypt(json.dumps(fields), context=account_context(payment_id, refund_id))


def _answered(payment: Payment, refund_id: str, answer: Cancellation, moment: Moment) -> Payment:
    """PortOne's own 200: a lagging reading does not undo it. FAILED is left to the reading."""
    refund = payment.refunds.get(refund_id)
    if refund is None or refund.state is not RefundState.RESERVED:
        return payment
    payment, known = as_moved(payment, replace(refund, cancellation_id=answer.id), answer, moment)
    if answer.status is CancellationStatus.FAILED:
        return decide(payment, known, RefundState.FAILED, moment, "refused_by_pg")
    state = _ANSWERED.get(answer.status, RefundState.RESERVED)
    if state is RefundState.SUCCEEDED and (needs_account(payment) or known.moved is not None):
        # booked; only a reading says whether the bank pays it out (PortOne facts 3.4), and how much it was
        state = RefundState.REQUESTED
    return decide(payment, known, state, moment, None)


def _failed(refund: Refund, error: PortOneError) -> Amend:
    if error.outcome is Outcome.NO_EFFECT:
        return lambda held, at: _refused(held, refund.id, error.error_type or "refused", at)
    if error.outcome in {Outcome.PG_ANSWER, Outcome.ALREADY_DONE}:
        code = "refused_by_pg" if error.outcome is Outcome.PG_ANSWER else "already_cancelled"
        return lambda held, _: _pg_answered(held, refund.id, code)
    return unchanged


def _held_back(refund: Refund, gate: Gate, *, unsent: int | None = None) -> Amend:
    """PortOne refuses us: if no reading shows the refund, it stays open and is sent again (rule 10.13).

    `unsent`: the version of the payment since which no other process can have sent it.
    """
    until = gate.until()
    return lambda held, _: _stopped(held, refund.id, until, unsent=unsent)


def _stopped(payment: Payment, refund_id: str, until: float, *, unsent: int | None) -> Payment:
    refund = payment.refunds[refund_id]
    if refund.state is not RefundState.RESERVED:
        return payment
    sent_at = None if payment.version == unsent else refund.sent_at
    return with_refund(payment, replace(refund, stopped_until=until, sent_at=sent_at))


def _refused(payment: Payment, refund_id: str, error_type: str, moment: Moment) -> Payment:
    """A definite no without effect; the codes are PortOne's, in our spelling."""
    refund = payment.refunds.get(refund_id)
    if refund is None or refund.state is not RefundState.RESERVED:
        return payment
    code = "balance_disagrees" if error_type == _BALANCE else error_type.lower()
    return decide(payment, refund, RefundState.FAILED, moment, code)


def _pg_answered(payment: Payment, refund_id: str, code: str) -> Payment:
    """An answer, not an outage: two readings without a trace of the refund make it a no (rule 3.4)."""
    refund = payment.refunds.get(refund_id)
    if refund is None or refund.state is not RefundState.RESERVED:
        return payment
    return with_refund(payment, replace(refund, pg_answered=True, code=code))
