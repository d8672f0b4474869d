"""What a cancellation may take from a payment, how it is booked and how it ends (PortOne facts 5)."""

from dataclasses import dataclass

from portone_local.portone.ledger import Ledger
from portone_local.portone.pg import PgRules
from portone_local.portone.records import (
    Attempt,
    Cancellation,
    CancellationStatus,
    Parts,
    PaymentRecord,
    Refused,
)
from portone_local.portone.till import Till

_SETTLED = CancellationStatus.SUCCEEDED
_OPEN = CancellationStatus.REQUESTED


@dataclass(frozen=True)
class Ask:
    """A cancellation as requested. Minor units; None where left out."""

    reason: str
    amount: int | None = None
    tax_free: int | None = None
    vat: int | None = None
    trigger: str = "API"
    retain_option: str = "RELEASE"
    skip_webhook: bool = False


@dataclass(frozen=True)
class Refunds:
    """Books cancellations in a record that the caller holds open. Refused with PortOne's error type."""

    ledger: Ledger
    till: Till
    pg: PgRules

    def left(self, record: PaymentRecord, attempt: Attempt) -> Parts:
        """What can still be cancelled, by share."""
        holds = self.till.answers.unknowns.requested_cancel_holds_the_balance
        return attempt.refundable.minus(record.cancelled(_SETTLED, _OPEN) if holds else record.cancelled())

    def parts_of(self, record: PaymentRecord, attempt: Attempt, ask: Ask) -> Parts:
        """The shares that `ask` takes; Refused where one is more than there is left of it."""
        left = self.left(record, attempt)
        amount = left.amount if ask.amount is None else ask.amount
        if not 0 < amount <= left.amount:
            raise Refused("CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT")
        tax_free = self._tax_free(ask, left)
        if tax_free + (ask.vat or 0) > amount:
            raise Refused("SUM_OF_PARTS_EXCEEDS_CANCEL_AMOUNT")
        if tax_free > left.tax_free:
            raise Refused("CANCEL_TAX_FREE_AMOUNT_EXCEEDS_CANCELLABLE_TAX_FREE_AMOUNT")
        parts = Parts(amount, tax_free, self._vat(record, ask, left, amount - tax_free))
        if parts.taxable > left.taxable or parts.vat > left.vat:
            raise Refused("CANCEL_TAX_AMOUNT_EXCEEDS_CANCELLABLE_TAX_AMOUNT")
        self._check_promotion(record, attempt, ask, left.amount - amount)
        return parts

    def book(
        self, record: PaymentRecord, parts: Parts, ask: Ask, status: CancellationStatus, at: float
    ) -> Cancellation:
        """Enter a cancellation that is `status` now, with its webhook and what happens to it later."""
        entry = Cancellation(self.ledger.new_id(), parts, self._kept(ask.reason), ask.trigger, at, _OPEN)
        record.cancellations.append(entry)
        record.retain_option = ask.retain_option
        if status is _OPEN:
            self._emit("CancelPending", record, entry, at)
            self._settle_later(record, entry, at)
        elif status is _SETTLED:
            self._succeed(record, entry, at, silent=ask.skip_webhook)
        else:
            entry.status = status
        return entry

    def settle(self, record: PaymentRecord, entry: Cancellation, at: float, *, succeeded: bool) -> None:
        """End a REQUESTED cancellation; it fails where others have taken the balance meanwhile."""
        attempt = paid_attempt(record)
        room = attempt.refundable.minus(record.cancelled()).amount >= entry.parts.amount
        if succeeded and room:
            self._succeed(record, entry, at, silent=False)
            return
        entry.status = CancellationStatus.FAILED
        if self.till.answers.unknowns.failed_cancel_sends_a_webhook:
            self._emit("CancelFailed", record, entry, at)

    def _vat(self, record: PaymentRecord, ask: Ask, left: Parts, taxable: int) -> int:
        """As requested; else an eleventh of the taxable part, and all of it with all of that part."""
        if ask.vat is not None:
            return ask.vat
        rounded = self.till.answers.unknowns.vat_of_a_part_is_rounded
        if taxable == left.taxable and not (rounded and record.cancellations):
            return left.vat
        return (2 * taxable + 11) // 22 if rounded else min(taxable // 11, left.vat)

    def _tax_free(self, ask: Ask, left: Parts) -> int:
        if ask.tax_free is not None:
            return ask.tax_free
        whole = ask.amount is None and self.till.answers.unknowns.full_cancel_takes_the_tax_free_left
        return left.tax_free if whole else 0

    def _check_promotion(self, record: PaymentRecord, attempt: Attempt, ask: Ask, remainder: int) -> None:
        """RETAIN keeps the ratio of the discount, RELEASE takes it away below the minimum (facts 5.5)."""
        if attempt.checkout.promotion is None:
            return
        if record.retain_option not in (None, ask.retain_option):
            raise Refused("PROMOTION_DISCOUNT_RETAIN_OPTION_SHOULD_NOT_BE_CHANGED")
        before = self.left(record, attempt).amount
        if _charged(attempt, ask, remainder) > _charged(attempt, ask, before):
            raise Refused("NEGATIVE_PROMOTION_ADJUSTED_CANCEL_AMOUNT")

    def _kept(self, reason: str) -> str:
        kept = reason.encode()[: self.pg.reason_bytes]
        return kept.decode(errors="ignore")

    def _succeed(self, record: PaymentRecord, entry: Cancellation, at: float, *, silent: bool) -> None:
        attempt = paid_attempt(record)
        entry.status, entry.cancelled_at, attempt.changed_at = _SETTLED, at, at
        whole = record.cancelled().amount >= attempt.refundable.amount
        if whole and self.pg.voids_receipts:
            for receipt in record.receipts:
                receipt.cancelled_at = receipt.cancelled_at or at
        if not silent:
            self._emit("Cancelled" if whole else "PartialCancelled", record, entry, at)

    def _settle_later(self, record: PaymentRecord, entry: Cancellation, at: float) -> None:
        if self.pg.settles_after is None:
            return

        def settle(due: float) -> None:
            with self.ledger.changing(record.payment_id, due) as (held, moment):
                if entry.status is _OPEN:
                    self.settle(held, entry, moment, succeeded=True)

        self.ledger.later(at + self.pg.settles_after, settle)

    def _emit(self, kind: str, record: PaymentRecord, entry: Cancellation, at: float) -> None:
        self.till.emit(f"Transaction.{kind}", record, paid_attempt(record), at, cancellationId=entry.id)


def paid_attempt(record: PaymentRecord) -> Attempt:
    """The attempt that was paid; Refused PAYMENT_NOT_PAID without one."""
    if record.paid_attempt is None:
        raise Refused("PAYMENT_NOT_PAID")
    return record.paid_attempt


def _charged(attempt: Attempt, ask: Ask, order_value: int) -> int:
    """What the buyer is charged for `order_value` of this payment, minor units."""
    promotion, checkout = attempt.checkout.promotion, attempt.checkout
    if promotion is None or (ask.retain_option == "RELEASE" and order_value < promotion.minimum):
        return order_value
    return order_value - checkout.discount * order_value // (checkout.amount or 1)
