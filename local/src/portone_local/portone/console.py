"""PortOne's console: refunds the shop's code did not ask for, disputes, statuses not yet invented."""

from portone_local.portone.answers import PaymentAnswers
from portone_local.portone.ledger import (
    Attempt,
    Cancellation,
    CancellationStatus,
    Ledger,
    PaymentRecord,
    Refused,
)
from portone_local.portone.till import event_data
from portone_local.portone.webhooks import Webhooks


class Console:
    """What the shop's staff can do in PortOne's console. Refused for a payment that is not paid."""

    def __init__(self, *, ledger: Ledger, webhooks: Webhooks, answers: PaymentAnswers) -> None:
        self._ledger = ledger
        self._webhooks = webhooks
        self._answers = answers

    def cancel(
        self,
        payment_id: str,
        amount: int | None = None,
        *,
        tax_free: int = 0,
        status: CancellationStatus = CancellationStatus.SUCCEEDED,
        reason: str = "console",
        trigger: str = "CONSOLE",
    ) -> str:
        """Refund `amount` (None: all that is left), minor units; the cancellation's id."""
        with self._ledger.changing(payment_id) as (record, at):
            attempt = _paid(record)
            left = (attempt.checkout.amount or 0) - record.cancelled()[0]
            wanted = left if amount is None else amount
            if not 0 < wanted <= left:
                raise Refused("CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT")
            entry = Cancellation(self._ledger.new_id(), wanted, tax_free, reason, trigger, at, status)
            record.cancellations.append(entry)
            if status is CancellationStatus.REQUESTED:
                self._emit("CancelPending", record, attempt, at, entry.id)
            if status is CancellationStatus.SUCCEEDED:
                self._finish(record, attempt, entry, at)
            return entry.id

    def settle_cancellation(self, payment_id: str, cancellation_id: str, *, succeeded: bool = True) -> None:
        """End a REQUESTED cancellation; failing sends no webhook, its type being undocumented (facts 8.6)."""
        with self._ledger.changing(payment_id) as (record, at):
            asked = [entry for entry in record.cancellations if entry.status is CancellationStatus.REQUESTED]
            entry = next((entry for entry in asked if entry.id == cancellation_id), None)
            if entry is None:
                raise Refused("PAYMENT_CANCELLATION_NOT_PENDING")
            if succeeded:
                self._finish(record, _paid(record), entry, at)
            else:
                entry.status = CancellationStatus.FAILED

    def open_dispute(self, payment_id: str, reason: str = "구매자 이의 제기") -> None:
        """The buyer disputes the payment at the issuer."""
        with self._ledger.changing(payment_id) as (record, at):
            attempt = _paid(record)
            created_at = self._answers.stamp(payment_id, "dispute.createdAt", at)
            record.disputes.append({"status": "UNRESOLVED", "reason": reason, "createdAt": created_at})
            self._emit("DisputeCreated", record, attempt, at)

    def resolve_dispute(self, payment_id: str) -> None:
        """The newest dispute is settled."""
        with self._ledger.changing(payment_id) as (record, at):
            attempt = _paid(record)
            if not record.disputes:
                raise Refused("NoDispute")
            resolved_at = self._answers.stamp(payment_id, "dispute.resolvedAt", at)
            record.disputes[-1] |= {"status": "RESOLVED", "resolvedAt": resolved_at}
            self._emit("DisputeResolved", record, attempt, at)

    def show_status(self, payment_id: str, status: str | None) -> None:
        """Answer GET with a status outside the seven (PortOne facts 1.1); None shows the true one again."""
        with self._ledger.changing(payment_id) as (record, _):
            record.shown_status = status

    def _finish(self, record: PaymentRecord, attempt: Attempt, entry: Cancellation, at: float) -> None:
        entry.status, entry.cancelled_at, attempt.changed_at = CancellationStatus.SUCCEEDED, at, at
        whole = record.cancelled()[0] >= (attempt.checkout.amount or 0)
        self._emit("Cancelled" if whole else "PartialCancelled", record, attempt, at, entry.id)

    def _emit(
        self,
        kind: str,
        record: PaymentRecord,
        attempt: Attempt,
        at: float,
        cancellation_id: str | None = None,
    ) -> None:
        data = event_data(record, attempt)
        if cancellation_id:
            data["cancellationId"] = cancellation_id
        self._webhooks.emit(f"Transaction.{kind}", data, at)


def _paid(record: PaymentRecord) -> Attempt:
    if record.paid_attempt is None:
        raise Refused("PAYMENT_NOT_PAID")
    return record.paid_attempt
