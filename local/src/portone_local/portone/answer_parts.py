"""The parts of an answer beside the payment itself: cancellations, cash receipts, an account's refund."""

from collections.abc import Callable
from typing import Any

from portone_local.portone.records import (
    Attempt,
    Cancellation,
    CancellationStatus,
    CashReceipt,
    PaymentRecord,
)

type Stamp = Callable[[str, float], str]

CASH_LIKE = frozenset({"PaymentMethodVirtualAccount", "PaymentMethodTransfer"})
_FAILED = CancellationStatus.FAILED


def cancellation_answer(entry: Cancellation, stamp: Stamp, *, optionals: bool) -> dict[str, Any]:
    """PaymentCancellation (PortOne facts 5.3), with or without what may be absent."""
    answer: dict[str, Any] = {
        "status": entry.status.value,
        "id": entry.id,
        "totalAmount": entry.parts.amount,
        "taxFreeAmount": entry.parts.tax_free,
        "vatAmount": entry.parts.vat,
        "reason": entry.reason,
        "requestedAt": stamp("cancellation.requestedAt", entry.requested_at),
    }
    if optionals:
        answer |= {"trigger": entry.trigger, "pgCancellationId": f"pg-{entry.id}"}
    if optionals and entry.cancelled_at is not None:
        answer["cancelledAt"] = stamp("cancellation.cancelledAt", entry.cancelled_at)
        answer["receiptUrl"] = f"https://receipts.example/{entry.id}"
    return answer


def refund_status(record: PaymentRecord, attempt: Attempt) -> dict[str, str]:
    """`refundStatus` of a virtual account that was refunded or is being so; nothing for other methods."""
    if attempt.kind != "PaymentMethodVirtualAccount" or not record.cancellations:
        return {}
    if record.shown_refund_status is not None:
        return {"refundStatus": record.shown_refund_status}
    if record.cancelled(CancellationStatus.REQUESTED).amount:
        return {"refundStatus": "PENDING"}
    last = record.cancellations[-1]
    if last.status is not _FAILED:
        return {"refundStatus": "COMPLETED"}
    partial = last.parts.amount < attempt.refundable.amount
    return {"refundStatus": "PARTIAL_REFUND_FAILED" if partial else "FAILED"}


def payment_receipt_answer(receipt: CashReceipt, stamp: Stamp) -> dict[str, Any]:
    """PaymentCashReceipt: the receipt as it stands in a payment (PortOne facts 3.5)."""
    return _state(receipt, stamp) | {"totalAmount": receipt.parts.amount}


def receipt_answer(receipt: CashReceipt, stamp: Stamp, **ids: str) -> dict[str, Any]:
    """CashReceipt of `GET .../cash-receipt`; `ids` are those of merchant, store and payment."""
    return {
        **_state(receipt, stamp),
        **ids,
        "channel": receipt.channel,
        "amount": receipt.parts.amount,
        "vatAmount": receipt.parts.vat,
        "orderName": receipt.order_name,
        "isManual": True,
    }


def _state(receipt: CashReceipt, stamp: Stamp) -> dict[str, Any]:
    answer: dict[str, Any] = {
        **receipt.summary(),
        "status": "ISSUED",
        "type": receipt.kind,
        "taxFreeAmount": receipt.parts.tax_free,
        "currency": receipt.currency,
        "issuedAt": stamp("receipt.issuedAt", receipt.issued_at),
    }
    if receipt.cancelled_at is not None:
        answer["status"] = "CANCELLED"
        answer["cancelledAt"] = stamp("receipt.cancelledAt", receipt.cancelled_at)
    return answer
