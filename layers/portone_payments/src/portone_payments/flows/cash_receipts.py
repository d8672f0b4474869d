"""Issue and cancel cash receipts: store the intent, send it under its key, let a reading decide (rule 3)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from portone_payments.domain import receipt_settle
from portone_payments.domain.cash_receipts import (
    MOVING,
    SELF_NUMBER,
    check_issuable,
    intend_cancel,
    intend_issue,
    known_receipt,
    latest,
    next_number,
    out_of_step,
    self_issue_at,
    sendable,
    step_at,
)
from portone_payments.domain.errors import Busy, PortOneError
from portone_payments.domain.facts import Moment
from portone_payments.domain.instruction_records import CashReceipt, ReceiptState
from portone_payments.domain.ladder import next_due
from portone_payments.domain.outcomes import Outcome
from portone_payments.domain.payment_errors import CashReceiptNotFound, PaymentNotFound
from portone_payments.domain.records import Payment
from portone_payments.flows.cancel import Asker
from portone_payments.flows.catch_up import Reader
from portone_payments.ports import Clock, Deadline, Metric, Vault
from portone_payments.ports_portone import ReceiptOrder
from portone_payments.ports_store import Conflict

ATTEMPTS = 6
# said of what somebody, perhaps our own earlier send, has already done: a reading decides
ALREADY_DONE = frozenset({"CASH_RECEIPT_ALREADY_ISSUED", "CASH_RECEIPT_NOT_ISSUED", "CASH_RECEIPT_NOT_FOUND"})
PERSONAL = "PERSONAL"
type Change = Callable[[Payment], Payment]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptDesk:
    """Everything about cash receipts. `channels` by pay method; `self_issue`: the shop reports unasked."""

    reader: Reader
    vault: Vault
    clock: Clock
    channels: Mapping[str, str]
    self_issue: bool

    def issue(self, payment_id: str, asker: Asker, kind: str, identity: str, deadline: Deadline) -> Payment:
        """The payment with the standing receipt of this kind, new or known.

        Raises `PaymentNotFound`, `CashReceiptNotAllowed`, `CashReceiptExists`, `Busy`.
        """
        moment = Moment(now=self.clock.now(), by=asker.by)

        def intended(held: Payment) -> Payment:
            _check_owner(held, asker)
            if known_receipt(held, kind) is not None:
                return held
            check_issuable(held)
            sealed = self.vault.encrypt(identity, context=_context(payment_id, next_number(held)))
            return intend_issue(held, kind, sealed, moment)

        payment, fresh = self._change(payment_id, intended)
        return self._moved(payment, moment, deadline, first=True) if fresh else payment

    def cancel(self, payment_id: str, asker: Asker, deadline: Deadline) -> Payment:
        """The payment with its receipt cancelled, or the cancel under way.

        Raises `PaymentNotFound`, `CashReceiptNotFound`, `Busy`.
        """
        moment = Moment(now=self.clock.now(), by=asker.by)

        def intended(held: Payment) -> Payment:
            _check_owner(held, asker)
            known = latest(held)
            if known is not None and known.state in {ReceiptState.CANCELLING, ReceiptState.CANCELLED}:
                return held
            return intend_cancel(held, moment, remainder=False)

        payment, fresh = self._change(payment_id, intended)
        return self._moved(payment, moment, deadline, first=True) if fresh else payment

    def work(self, payment: Payment, moment: Moment, *, deadline: Deadline) -> None:
        """Whatever a payment's receipt needs now: finish, keep step with refunds, issue unasked."""
        receipt = latest(payment)
        if receipt is not None and receipt.state in MOVING:
            self._moved(payment, moment, deadline)
        elif out_of_step(payment) and moment.now >= step_at(payment):
            self._correct(payment, moment, deadline)
        elif payment.receipt_due is not None and payment.receipt_due <= moment.now:
            self._issue_unasked(payment, moment, deadline)

    def _correct(self, payment: Payment, moment: Moment, deadline: Deadline) -> None:
        """Look first: the PG may have voided or corrected it. Then cancel; the remainder is issued anew."""
        settle = self._reading(payment, moment, deadline)
        if settle is None:
            return

        def corrected(held: Payment) -> Payment:
            read = settle(held)
            return intend_cancel(read, moment, remainder=True) if out_of_step(read) else read

        payment, _ = self._change(payment.payment_id, corrected)
        if _newest(payment).state in MOVING:
            self._moved(payment, moment, deadline, first=True)

    def _issue_unasked(self, payment: Payment, moment: Moment, deadline: Deadline) -> None:
        """Report to the tax office what nobody asked a receipt for (자진발급)."""

        def intended(held: Payment) -> Payment:
            owed_at = self_issue_at(held) if self.self_issue else None
            if owed_at is None or owed_at > moment.now:
                return replace(held, receipt_due=owed_at)
            return intend_issue(held, PERSONAL, None, moment, self_issued=True)

        payment, _ = self._change(payment.payment_id, intended)
        receipt = latest(payment)
        if receipt is not None and receipt.state is ReceiptState.ISSUING:
            self._moved(payment, moment, deadline, first=True)

    def _moved(self, payment: Payment, moment: Moment, deadline: Deadline, *, first: bool = False) -> Payment:
        """Send what is stored if it may be sent, read where the answer leaves a doubt, save both at once."""
        receipt = _newest(payment)
        told: Change = _unchanged
        if sendable(receipt, moment.now):
            told = self._sent(payment, receipt, moment, deadline, first=first)
        settle: Change | None = _unchanged
        if _newest(told(payment)).state in MOVING:
            settle = self._reading(payment, moment, deadline)
        settled = settle or _unchanged

        def moved(held: Payment) -> Payment:
            return receipt_settle.aged(settled(told(held)), moment)

        saved, _ = self._change(payment.payment_id, moved, force=True)
        if receipt_settle.overdue(saved, moment.now):
            self.reader.meter.count(Metric.RECEIPT_UNKNOWN)
        return saved

    def _sent(
        self, payment: Payment, receipt: CashReceipt, moment: Moment, deadline: Deadline, *, first: bool
    ) -> Change:
        number = receipt.number
        try:
            if receipt.state is ReceiptState.CANCELLING:
                self.reader.portone.cancel_cash_receipt(
                    payment.payment_id, key=receipt.key, deadline=deadline
                )
                return lambda held: receipt_settle.cancelled(held, number, moment)
            answer = self.reader.portone.issue_cash_receipt(
                payment.payment_id, self._order(payment, receipt), key=receipt.key, deadline=deadline
            )
        except PortOneError as error:
            return self._failed(number, error, moment, first=first)
        return lambda held: receipt_settle.issued(held, number, answer.issue_number, answer.url, moment)

    def _failed(self, number: int, error: PortOneError, moment: Moment, *, first: bool) -> Change:
        code = (error.error_type or "refused").lower()
        definite = error.outcome is Outcome.NO_EFFECT and error.error_type not in ALREADY_DONE
        if definite and first:
            return lambda held: receipt_settle.refused(held, number, code, moment)
        if error.outcome in {Outcome.NO_EFFECT, Outcome.PG_ANSWER}:
            return lambda held: receipt_settle.answered(held, number, code)
        if error.outcome is Outcome.REFUSED:
            self.reader.meter.count(Metric.CREDENTIAL_REFUSED)
        return _unchanged

    def _reading(self, payment: Payment, moment: Moment, deadline: Deadline) -> Change | None:
        try:
            reading = self.reader.portone.get_cash_receipt(payment.payment_id, deadline=deadline)
        except PortOneError:
            return None
        return lambda held: receipt_settle.settle_receipt(held, reading, moment)

    def _order(self, payment: Payment, receipt: CashReceipt) -> ReceiptOrder:
        identity = SELF_NUMBER
        if receipt.identity is not None:
            context = _context(payment.payment_id, receipt.number)
            identity = self.vault.decrypt(receipt.identity, context=context)
        return ReceiptOrder(
            identity=identity,
            kind=receipt.kind,
            amount=receipt.amount,
            tax_free=receipt.tax_free,
            currency=payment.currency,
            order_name=payment.order_name,
            channel_key=self._channel(payment),
        )

    def _channel(self, payment: Payment) -> str:
        """The channel that took the money, else the one its pay method is configured with."""
        seen = payment.seen
        if seen is not None and seen.channel is not None and seen.channel.key:
            return seen.channel.key
        kind = seen.method.kind.value if seen is not None and seen.method is not None else "*"
        return self.channels.get(kind) or self.channels.get("*", "")

    def _held(self, payment_id: str) -> Payment:
        held = self.reader.store.payment(payment_id)
        if held is None:
            raise PaymentNotFound
        return held

    def _change(self, payment_id: str, change: Change, *, force: bool = False) -> tuple[Payment, bool]:
        """The payment as changed and saved, and whether there was anything to save. Raises `Busy`."""
        for _ in range(ATTEMPTS):
            held = self._held(payment_id)
            changed = change(held)
            if changed == held and not force:
                return held, False
            changed = replace(changed, due_at=self._due(held, changed), tries=0)
            try:
                self.reader.store.save(changed)
            except Conflict:
                self.reader.meter.count(Metric.CONFLICT)
                continue
            return changed, True
        raise Busy

    def _due(self, held: Payment, changed: Payment) -> int | None:
        """The next mark; one that lies in the future already, and earlier, is left alone."""
        now = self.clock.now()
        mark = next_due(changed, now)
        if held.due_at is not None and now < held.due_at:
            return held.due_at if mark is None else min(mark, held.due_at)
        return mark


def _check_owner(held: Payment, asker: Asker) -> None:
    """Absent and foreign ids answer alike. Raises `PaymentNotFound`."""
    if asker.owner and held.user_id != asker.name:
        raise PaymentNotFound


def _newest(payment: Payment) -> CashReceipt:
    receipt = latest(payment)
    if receipt is None:
        raise CashReceiptNotFound
    return receipt


def _context(payment_id: str, number: int) -> dict[str, str]:
    """The encryption context of an identity number: it opens for no other receipt."""
    return {"payment": payment_id, "receipt": str(number)}


def _unchanged(payment: Payment) -> Payment:
    return payment
