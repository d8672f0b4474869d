"""How a payment looks in `GET /payments/{paymentId}`: the union of PortOne facts 3.1 to 3.5."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from hashlib import sha256
from typing import Any

from portone_local.portone.answer_parts import (
    CASH_LIKE,
    cancellation_answer,
    payment_receipt_answer,
    receipt_answer,
    refund_status,
)
from portone_local.portone.records import Attempt, Cancellation, CashReceipt, Parts, PaymentRecord, Status
from portone_local.portone.unknowns import Unknowns

_MAY_BE_ABSENT = (
    *(
        "method.card",
        "method.approvalNumber",
        "method.installment",
        "method.provider",
        "method.easyPayMethod",
    ),
    *("method.bank", "method.phoneNumber", "method.remitteeName", "method.issuedAt", "method.expiredAt"),
    *("method.giftCertificateType", "method.convenienceStoreBrand", "method.confirmationNumber"),
    *("method.receiptNumber", "method.paymentDeadline"),
    *("method.accountType", "method", "channel.id", "channel.key", "channel.name", "pgTxId", "pgResponse"),
    *(
        "cashReceipt",
        "cashReceiptIssuanceStatus",
        "promotionId",
        "receiptUrl",
        "amount.vat",
        "amount.supply",
        "origin.userAgent",
        "origin.url",
        "isCulturalExpense",
    ),
    *("customer.id", "customer.name", "customer.phoneNumber", "customer.email", "failure.reason"),
    *("failure.pgCode", "failure.pgMessage", "billingKey", "scheduleId"),
)
_MAY_BE_ABSENT_WHEN = {
    Status.READY: ("channel",),
    Status.FAILED: ("channel",),
    Status.PARTIAL_CANCELLED: ("paidAt",),
    Status.CANCELLED: ("paidAt",),
}


# how far the clocks of two machines in one data centre may differ
SKEW_SECONDS = 0.9


class Optionals(StrEnum):
    """Which fields that PortOne may leave out are there; `customData`, the shop's own, always is."""

    ALL = "all"
    NONE = "none"
    SEEDED = "seeded"


def drop(answer: dict[str, Any], path: str) -> None:
    """Take the field at the dotted `path` away, if it is there."""
    *parents, last = path.split(".")
    for parent in parents:
        answer = answer.get(parent, {})
    answer.pop(last, None)


@dataclass(frozen=True)
class PaymentAnswers:
    """Renders payments of one store. What is left open is drawn from seed, payment and field."""

    seed: int
    merchant_id: str
    unknowns: Unknowns
    optionals: Optionals

    def __call__(self, record: PaymentRecord, at: float) -> dict[str, Any] | None:
        """The payment as GET answers it at epoch second `at`; None while nothing can be read."""
        attempt = record.shown_attempt(reopened_window_shows_ready=self.unknowns.reopened_window_shows_ready)
        if attempt is None:
            return None
        status = record.status_of(attempt)
        answer = self._common(record, attempt, at) | self._by_status(record, attempt, status)
        for path in (*_MAY_BE_ABSENT, *_MAY_BE_ABSENT_WHEN.get(status, ())):
            self.leave_out(answer, path, record.payment_id)
        return {"status": record.shown_status or status.value, **answer}

    def stamp(self, payment_id: str, field: str, at: float) -> str:
        """RFC 3339, UTC: whole seconds or nine digits, one precision per payment and field (facts 1.1)."""
        moment = dt.datetime.fromtimestamp(at, tz=dt.UTC)
        if self._draw(payment_id, "precision", field):
            return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
        return f"{moment:%Y-%m-%dT%H:%M:%S.%f}621Z"

    def _skew(self, record: PaymentRecord) -> float:
        """How far the clock of the node that writes this answer is off, in seconds (a switch)."""
        if self.unknowns.stamps_have_one_clock:
            return 0.0
        states = f"{record.payment_id}:{len(record.history)}:{self.seed}"
        return (sha256(states.encode()).digest()[0] / 255 - 0.5) * 2 * SKEW_SECONDS

    def _draw(self, *what: str) -> bool:
        return bool(sha256(":".join((str(self.seed), *what)).encode()).digest()[0] % 2)

    def leave_out(self, answer: dict[str, Any], path: str, payment_id: str) -> None:
        """Take the optional field at `path` away where the setting, or the draw, says so."""
        absent = self.optionals is Optionals.SEEDED and self._draw(payment_id, "absent", path)
        if absent or self.optionals is Optionals.NONE:
            drop(answer, path)

    def _common(self, record: PaymentRecord, attempt: Attempt, at: float) -> dict[str, Any]:
        checkout, payment_id = attempt.checkout, record.payment_id
        present = {
            "method": attempt.method and attempt.method | refund_status(record, attempt),
            "channel": attempt.channel and attempt.channel.as_answer(),
            "customData": checkout.custom_data,
            "promotionId": checkout.promotion and checkout.promotion.id,
            "billingKey": attempt.billing_key,
            "scheduleId": attempt.schedule_id,
            "channelGroup": attempt.channel_group,
        }
        return {
            "id": payment_id,
            "transactionId": attempt.transaction_id,
            "merchantId": self.merchant_id,
            "storeId": checkout.store_id,
            "version": "V2",
            "requestedAt": self.stamp(payment_id, "requestedAt", attempt.requested_at),
            "updatedAt": self.stamp(payment_id, "updatedAt", at + self._skew(record)),
            "statusChangedAt": self.stamp(payment_id, "statusChangedAt", attempt.changed_at),
            "orderName": checkout.order_name,
            "amount": self._amount(record, attempt),
            "currency": checkout.currency,
            "customer": dict(checkout.customer),
            "origin": {
                "platformType": checkout.platform,
                "ipAddress": "203.0.113.7",
                "userAgent": "Example/1.0",
                "url": "https://shop.example/checkout",
            },
            "isCulturalExpense": False,
            **{name: value for name, value in present.items() if value is not None},
        }

    def _amount(self, record: PaymentRecord, attempt: Attempt) -> dict[str, int]:
        checkout = attempt.checkout
        total = checkout.amount or 0
        vat = checkout.vat_or_computed()
        cancelled = record.cancelled() if attempt.status is Status.PAID else Parts()
        paid = total - checkout.discount if attempt.status is Status.PAID else 0
        return {
            "total": total,
            "taxFree": checkout.tax_free,
            "vat": vat,
            "supply": total - checkout.tax_free - vat,
            "discount": checkout.discount,
            "paid": max(0, paid - cancelled.amount) if self.unknowns.paid_shrinks_after_cancel else paid,
            "cancelled": cancelled.amount,
            "cancelledTaxFree": cancelled.tax_free,
        }

    def _by_status(self, record: PaymentRecord, attempt: Attempt, status: Status) -> dict[str, Any]:
        payment_id = record.payment_id
        if status is Status.READY:
            return {}
        if status is Status.FAILED:
            failed_at = self.stamp(payment_id, "failedAt", attempt.changed_at)
            return {"failedAt": failed_at, "failure": dict(attempt.failure)}
        extra: dict[str, Any] = {"pgTxId": f"pg-{attempt.transaction_id}"}
        if attempt.paid_at is None:
            return extra
        extra["paidAt"] = self.stamp(payment_id, "paidAt", attempt.paid_at)
        extra["receiptUrl"] = f"https://receipts.example/{attempt.transaction_id}"
        if record.receipts or attempt.kind in CASH_LIKE:
            extra["cashReceiptIssuanceStatus"] = "ISSUED" if record.standing_receipt else "NOT_ISSUED"
        if record.receipts:
            extra["cashReceipt"] = payment_receipt_answer(
                record.receipts[-1], partial(self.stamp, payment_id)
            )
        listed = status is not Status.PAID or self.unknowns.cancellations_are_shown_on_paid
        if record.cancellations and listed:
            extra["cancellations"] = [self.cancellation(payment_id, entry) for entry in record.cancellations]
        if status is Status.PAID:
            buyer = attempt.checkout.customer.get("name", "")
            disputes = [dict(dispute) for dispute in record.disputes]
            return extra | {"disputes": disputes, "pgResponse": f'{{"code":"0000","buyer":"{buyer}"}}'}
        last = max(entry.cancelled_at or 0.0 for entry in record.cancellations)
        return extra | {"cancelledAt": self.stamp(payment_id, "cancelledAt", last)}

    def cancellation(self, payment_id: str, entry: Cancellation) -> dict[str, Any]:
        """PaymentCancellation of an answer (PortOne facts 5.3)."""
        stamp = partial(self.stamp, payment_id)
        return cancellation_answer(entry, stamp, optionals=self.optionals is not Optionals.NONE)

    def cash_receipt(self, payment_id: str, receipt: CashReceipt, store_id: str) -> dict[str, Any]:
        """CashReceipt of an answer (PortOne facts 13)."""
        ids = {"merchantId": self.merchant_id, "storeId": store_id, "paymentId": payment_id}
        return receipt_answer(receipt, partial(self.stamp, payment_id), **ids)
