"""Sends the stored intent of a cash receipt under its key; a reading decides (rule 3.5)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from portone_payments.domain.errors.common import PortOneError
from portone_payments.domain.payments.schedule import next_due
from portone_payments.domain.readings.outcome import Outcome, our_fault
from portone_payments.domain.receipts import settlement as receipt_settle
from portone_payments.domain.receipts.rules import MOVING, SELF_NUMBER, newest, sendable
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.instructions import CashReceipt, ReceiptState
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.shared.sealing import Sealing, bound_to
from portone_payments.flows.payments.catch_up import Reader
from portone_payments.flows.shared.admission import check_gate
from portone_payments.flows.shared.gate import Operation
from portone_payments.flows.shared.optimistic import retried
from portone_payments.flows.shared.ownership import stored_payment
from portone_payments.ports.portone import ReceiptCommand
from portone_payments.ports.store import Store
from portone_payments.ports.world import Clock, Deadline, Meter, Metric, Vault

# PortOne says it is done already, perhaps by our own earlier send: a reading decides
ALREADY_DONE = frozenset({"CASH_RECEIPT_ALREADY_ISSUED", "CASH_RECEIPT_NOT_ISSUED", "CASH_RECEIPT_NOT_FOUND"})
type Change = Callable[[Payment], Payment]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptSender:
    """What was stored is sent exactly as it was frozen. `channels` by pay method."""

    reader: Reader
    store: Store
    meter: Meter
    vault: Vault
    clock: Clock
    channels: Mapping[str, str]

    def check(self, payment: Payment, *, issue: bool) -> None:
        """Whether an issue, or a cancel, may be stored and sent. Raises `ProviderRefused`."""
        channel = self.channel(payment) if issue else None
        check_gate(self.reader.gate_of(payment), Operation.RECEIPT, channel)

    def move(
        self,
        payment: Payment,
        moment: Moment,
        deadline: Deadline,
        *,
        first: bool = False,
        admitted: bool = False,
    ) -> Payment:
        """Send what is stored if it may be sent, read where the answer leaves a doubt, save both at once.

        `admitted`: the caller has checked that requests may be sent.
        """
        receipt = newest(payment)
        told: Change = _unchanged
        if sendable(receipt, moment.now):
            told = self._sent(payment, receipt, moment, deadline, first=first, admitted=admitted)
        settle: Change | None = _unchanged
        if newest(told(payment)).state in MOVING:
            settle = self.reading(payment, moment, deadline)
        settled = settle or _unchanged

        def moved(held: Payment) -> Payment:
            return receipt_settle.aged(settled(told(held)), moment)

        saved, _ = self.change(payment.payment_id, moved, force=True)
        if receipt_settle.overdue(saved, moment.now):
            self.meter.count(Metric.RECEIPT_UNKNOWN)
        return saved

    def _sent(
        self,
        payment: Payment,
        receipt: CashReceipt,
        moment: Moment,
        deadline: Deadline,
        *,
        first: bool,
        admitted: bool,
    ) -> Change:
        number, gate = receipt.number, self.reader.gate_of(payment)
        order = self._order(payment, receipt) if receipt.state is ReceiptState.ISSUING else None
        channel = order.channel_key if order is not None else None
        if not admitted and not gate.admits(Operation.RECEIPT, channel):
            return lambda held: receipt_settle.stopped(held, number)
        try:
            with gate.sending(Operation.RECEIPT, channel):
                if order is None:
                    self.reader.at(payment).cancel_cash_receipt(
                        payment.payment_id, key=receipt.key, deadline=deadline
                    )
                    return lambda held: receipt_settle.cancelled(held, number, moment)
                answer = self.reader.at(payment).issue_cash_receipt(
                    payment.payment_id, order, key=receipt.key, deadline=deadline
                )
        except PortOneError as error:
            return self._failed(number, error, moment, first=first)
        return lambda held: receipt_settle.issued(held, number, answer.issue_number, answer.url, moment)

    def _failed(self, number: int, error: PortOneError, moment: Moment, *, first: bool) -> Change:
        code = (error.error_type or "refused").lower()
        if error.outcome is Outcome.REFUSED:
            self.meter.count(Metric.CREDENTIAL_REFUSED)
        if error.outcome is Outcome.REFUSED or our_fault(error.status, error.error_type) is not None:
            return lambda held: receipt_settle.stopped(held, number, moment if first else None)
        definite = error.outcome is Outcome.NO_EFFECT and error.error_type not in ALREADY_DONE
        if definite and first:
            return lambda held: receipt_settle.refused(held, number, code, moment)
        if error.outcome in {Outcome.NO_EFFECT, Outcome.PG_ANSWER}:
            return lambda held: receipt_settle.answered(held, number, code)
        return _unchanged

    def reading(self, payment: Payment, moment: Moment, deadline: Deadline) -> Change | None:
        """What PortOne says of the receipt now, as a change; None when it does not answer."""
        try:
            reading = self.reader.at(payment).get_cash_receipt(payment.payment_id, deadline=deadline)
        except PortOneError:
            return None
        return lambda held: receipt_settle.settle_receipt(held, reading, moment)

    def _order(self, payment: Payment, receipt: CashReceipt) -> ReceiptCommand:
        identity = SELF_NUMBER
        if receipt.identity is not None:
            context = receipt_context(payment.payment_id, receipt.number)
            identity = self.vault.decrypt(receipt.identity, context=context)
        return ReceiptCommand(
            identity=identity,
            kind=receipt.kind,
            amount=receipt.amount,
            tax_free=receipt.tax_free,
            currency=payment.currency,
            order_name=payment.order_name,
            channel_key=receipt.channel_key,
        )

    def channel(self, payment: Payment) -> str:
        """The channel of a new receipt: that of the money, else the one its pay method is configured with."""
        seen = payment.seen
        if seen is not None and seen.channel is not None and seen.channel.key:
            return seen.channel.key
        kind = seen.method.kind.value if seen is not None and seen.method is not None else "*"
        return self.channels.get(kind) or self.channels.get("*", "")

    def change(self, payment_id: str, change: Change, *, force: bool = False) -> tuple[Payment, bool]:
        """The payment as changed and saved, and whether there was anything to save. Raises `Busy`."""

        def write() -> tuple[Payment, bool]:
            held = stored_payment(payment_id, store=self.store)
            changed = change(held)
            if changed == held and not force:
                return held, False
            # its facts are what comes of a receipt, not each step on the way there
            changed = replace(changed, due_at=self._due(held, changed), tries=0)
            self.store.save(changed)
            return changed, True

        return retried(write, meter=self.meter)

    def _due(self, held: Payment, changed: Payment) -> int | None:
        """The next mark; one that lies in the future already, and earlier, is left alone."""
        now = self.clock.now()
        mark = next_due(changed, now)
        if held.due_at is not None and now < held.due_at:
            return held.due_at if mark is None else min(mark, held.due_at)
        return mark


def receipt_context(payment_id: str, number: int) -> dict[str, str]:
    """The encryption context of an identity number: it opens for no other receipt."""
    return bound_to(Sealing.RECEIPT, payment=payment_id, receipt=str(number))


def _unchanged(payment: Payment) -> Payment:
    return payment
