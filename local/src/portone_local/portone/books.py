"""What is true at PortOne, to compare the shop's own books with."""

from dataclasses import dataclass
from typing import Any

from portone_local.portone.records import Cancellation, CancellationStatus, CashReceipt, PaymentRecord


@dataclass(frozen=True)
class CancellationBook:
    """One cancellation, by API, CONSOLE, CHARGEBACK or PORTONE_ADMIN. Minor units, epoch seconds."""

    id: str
    status: CancellationStatus
    amount: int
    tax_free: int
    vat: int
    reason: str
    trigger: str
    requested_at: float
    cancelled_at: float | None


@dataclass(frozen=True)
class ReceiptBook:
    """One cash receipt, issued until it has a `cancelled_at`. Minor units, epoch seconds."""

    issue_number: str
    kind: str
    amount: int
    tax_free: int
    issued_at: float
    cancelled_at: float | None


@dataclass(frozen=True)
class PaymentBook:
    """What is true at PortOne about one paymentId, whatever a GET is made to say. Minor units.

    `state` is None while nothing can be read; amounts are those of the attempt shown, 0 without one.
    `refundable` is what a full refund returns in all, `refunds_in_flight` what is REQUESTED of it.
    `changed_at`: since when GET shows this; `paid_at` of the attempt that holds money, `taken_back_at` of a
    deposit its bank took back: epoch seconds. `refund_status` of a virtual account, as GET shows it.
    """

    payment_id: str
    state: str | None
    total: int
    tax_free: int
    paid: int
    cancelled: int
    cancelled_tax_free: int
    refundable: int
    refunds_in_flight: int
    currency: str | None
    store_id: str | None
    channel_type: str | None
    times_paid: int
    transaction_ids: tuple[str, ...]
    cancellation_ids: tuple[str, ...]
    cancellations: tuple[CancellationBook, ...]
    cash_receipts: tuple[ReceiptBook, ...]
    pre_registered_total: int | None
    changed_at: float = 0.0
    channel_key: str | None = None
    paid_at: float | None = None
    taken_back_at: float | None = None
    refund_status: str | None = None


def book_of(record: PaymentRecord, shown: dict[str, Any]) -> PaymentBook:
    """The book of one payment; `shown` is what GET answers now, empty where it finds nothing."""
    amount, paid = shown.get("amount", {}), record.paid_attempt
    channel = (paid or record.attempts[-1]).channel if record.attempts else None
    return PaymentBook(
        payment_id=record.payment_id,
        state=shown.get("status"),
        total=amount.get("total", 0),
        tax_free=amount.get("taxFree", 0),
        paid=amount.get("paid", 0),
        cancelled=amount.get("cancelled", 0),
        cancelled_tax_free=amount.get("cancelledTaxFree", 0),
        refundable=paid.refundable.amount if paid else 0,
        refunds_in_flight=record.cancelled(CancellationStatus.REQUESTED).amount,
        currency=shown.get("currency"),
        store_id=shown.get("storeId"),
        channel_type=channel.type if channel else None,
        channel_key=channel.key if channel else None,
        times_paid=record.times_paid,
        transaction_ids=tuple(entry.transaction_id for entry in record.attempts if not entry.placeholder),
        cancellation_ids=tuple(entry.id for entry in record.cancellations),
        cancellations=tuple(_cancellation(entry) for entry in record.cancellations),
        cash_receipts=tuple(_receipt(entry) for entry in record.receipts),
        pre_registered_total=record.pre_registered.total if record.pre_registered else None,
        changed_at=record.history[-1][0] if record.history else 0.0,
        paid_at=paid.paid_at if paid else None,
        taken_back_at=record.taken_back_at,
        refund_status=shown.get("method", {}).get("refundStatus"),
    )


def _cancellation(entry: Cancellation) -> CancellationBook:
    return CancellationBook(
        id=entry.id,
        status=entry.status,
        amount=entry.parts.amount,
        tax_free=entry.parts.tax_free,
        vat=entry.parts.vat,
        reason=entry.reason,
        trigger=entry.trigger,
        requested_at=entry.requested_at,
        cancelled_at=entry.cancelled_at,
    )


def _receipt(entry: CashReceipt) -> ReceiptBook:
    return ReceiptBook(
        issue_number=entry.issue_number,
        kind=entry.kind,
        amount=entry.parts.amount,
        tax_free=entry.parts.tax_free,
        issued_at=entry.issued_at,
        cancelled_at=entry.cancelled_at,
    )
