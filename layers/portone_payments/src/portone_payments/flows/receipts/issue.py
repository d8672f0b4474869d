"""Issue and cancel cash receipts: the request is stored first, then sent (rule 3.5)."""

from dataclasses import dataclass, replace

from portone_payments.domain.receipts.rules import (
    MOVING,
    check_issuable,
    intend_cancel,
    intend_issue,
    known_receipt,
    latest,
    newest,
    next_number,
    out_of_step,
    self_issue_at,
    step_at,
)
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.instructions import ReceiptState
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.shared.allowances import RECEIPTS, spend
from portone_payments.flows.receipts.send import Change, ReceiptSender, receipt_context
from portone_payments.flows.shared.enqueue import enqueue
from portone_payments.flows.shared.ownership import Requester, check_may_see
from portone_payments.ports.store import Queue
from portone_payments.ports.world import Clock, Deadline, Vault

PERSONAL = "PERSONAL"


@dataclass(frozen=True, slots=True, kw_only=True)
class CashReceipts:
    """Starts issues and cancels of cash receipts. `self_issue`: the shop issues without a request."""

    sender: ReceiptSender
    vault: Vault
    queue: Queue
    clock: Clock
    self_issue: bool

    def issue(
        self, payment_id: str, requester: Requester, kind: str, identity: str, deadline: Deadline
    ) -> Payment:
        """The payment with the standing receipt of this kind, new or known.

        Raises `PaymentNotFound`, `CashReceiptNotAllowed`, `CashReceiptExists`, `ProviderRefused`, `Busy`;
        for an owner `TooManyRequests`.
        """
        moment = Moment(now=self.clock.now(), by=requester.by)

        def intended(held: Payment) -> Payment:
            check_may_see(requester, held)
            if known_receipt(held, kind) is not None:
                return held
            check_issuable(held)
            self.sender.check(held, issue=True)
            if requester.owner:
                held = replace(held, spent=spend(held.spent, RECEIPTS, now=moment.now))
            sealed = self.vault.encrypt(identity, context=receipt_context(payment_id, next_number(held)))
            return intend_issue(held, kind, sealed, moment, channel_key=self.sender.channel(held))

        return self._begun(payment_id, intended, moment, deadline)

    def cancel(self, payment_id: str, requester: Requester, deadline: Deadline) -> Payment:
        """The payment with its receipt cancelled, or the cancel under way.

        Raises `PaymentNotFound`, `CashReceiptNotFound`, `ProviderRefused`, `Busy`.
        """
        moment = Moment(now=self.clock.now(), by=requester.by)

        def intended(held: Payment) -> Payment:
            check_may_see(requester, held)
            known = latest(held)
            if known is not None and known.state in {ReceiptState.CANCELLING, ReceiptState.CANCELLED}:
                return held
            cancelling = intend_cancel(held, moment, remainder=False)
            self.sender.check(held, issue=False)
            return cancelling

        return self._begun(payment_id, intended, moment, deadline)

    def _begun(self, payment_id: str, intended: Change, moment: Moment, deadline: Deadline) -> Payment:
        payment, fresh = self.sender.change(payment_id, intended)
        if fresh:
            payment = self.sender.move(payment, moment, deadline, first=True, admitted=True)
        if newest(payment).state in MOVING:
            enqueue(payment, queue=self.queue)
        return payment

    def work(self, payment: Payment, moment: Moment, *, deadline: Deadline) -> None:
        """Do what a payment's receipt needs now: finish, follow refunds, issue without a request."""
        receipt = latest(payment)
        if receipt is not None and receipt.state in MOVING:
            self.sender.move(payment, moment, deadline)
        elif out_of_step(payment) and moment.now >= step_at(payment):
            self._correct(payment, moment, deadline)
        elif payment.receipt_due is not None and payment.receipt_due <= moment.now:
            self._issue_unasked(payment, moment, deadline)

    def _correct(self, payment: Payment, moment: Moment, deadline: Deadline) -> None:
        """Read first: the PG may have voided or corrected it. Then cancel; the remainder is issued anew."""
        settle = self.sender.reading(payment, moment, deadline)
        if settle is None:
            return

        def corrected(held: Payment) -> Payment:
            read = settle(held)
            return intend_cancel(read, moment, remainder=True) if out_of_step(read) else read

        payment, _ = self.sender.change(payment.payment_id, corrected)
        if newest(payment).state in MOVING:
            self.sender.move(payment, moment, deadline, first=True)

    def _issue_unasked(self, payment: Payment, moment: Moment, deadline: Deadline) -> None:
        """Issue a receipt without a buyer's request, for the tax office (자진발급)."""

        def intended(held: Payment) -> Payment:
            owed_at = self_issue_at(held) if self.self_issue else None
            if owed_at is None or owed_at > moment.now:
                return replace(held, receipt_due=owed_at)
            channel = self.sender.channel(held)
            return intend_issue(held, PERSONAL, None, moment, channel_key=channel, self_issued=True)

        payment, _ = self.sender.change(payment.payment_id, intended)
        receipt = latest(payment)
        if receipt is not None and receipt.state is ReceiptState.ISSUING:
            self.sender.move(payment, moment, deadline, first=True)
