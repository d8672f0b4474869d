"""Cash receipts (현금영수증): what may be issued, for how much, and when (PortOne facts 13)."""

import hashlib
from dataclasses import replace

from portone_payments.domain.errors.payments import (
    CashReceiptExists,
    CashReceiptNotAllowed,
    CashReceiptNotFound,
)
from portone_payments.domain.readings.methods import PayMethod
from portone_payments.domain.readings.outcome import KEY_WINDOW
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.instructions import CashReceipt, ReceiptState
from portone_payments.domain.records.payments import Payment, Status

KEPT = 10
DAY = 24 * 3600
SELF_NUMBER = "0100001234"  # the tax office's number for receipts nobody requested (자진발급)
SELF_LEAST = 100_000
SELF_AFTER = 4 * DAY  # the law allows five days; one is left for faults
# a PG may void or correct a receipt by itself, some minutes after the refund
STEP_GRACE = 600
MOVING = frozenset({ReceiptState.ISSUING, ReceiptState.CANCELLING})
SELF_TRIES = 5
_OVER = frozenset({ReceiptState.CANCELLED, ReceiptState.FAILED})
PAID = frozenset({Status.PAID, Status.PARTIAL_CANCELLED})
_CASH = frozenset({PayMethod.VIRTUAL_ACCOUNT, PayMethod.TRANSFER})


def latest(payment: Payment) -> CashReceipt | None:
    """The newest cash receipt of a payment, in any state."""
    return payment.receipts[-1] if payment.receipts else None


def newest(payment: Payment) -> CashReceipt:
    """The newest cash receipt. Raises `CashReceiptNotFound`."""
    receipt = latest(payment)
    if receipt is None:
        raise CashReceiptNotFound
    return receipt


def remaining(payment: Payment) -> tuple[int, int]:
    """What remains paid and its tax-free part, in minor units; the smaller figure where bases differ."""
    seen = payment.seen
    if seen is None:
        return 0, 0
    amount = max(0, min(seen.charged, seen.total - seen.cancelled))
    return amount, min(amount, max(0, payment.tax_free - seen.cancelled_tax_free))


def check_issuable(payment: Payment) -> None:
    """Raises `CashReceiptNotAllowed` with the reason."""
    reasons = {
        "not_paid": payment.status not in PAID,
        "not_cash": not _cash(payment),
        "currency": payment.currency != "KRW",
        "nothing_left": remaining(payment)[0] == 0,
    }
    for reason, holds in reasons.items():
        if holds:
            raise CashReceiptNotAllowed(reason=reason)


def known_receipt(payment: Payment, kind: str) -> CashReceipt | None:
    """The receipt that stands, if any: a second request for the same kind gets the same receipt.

    Raises `CashReceiptExists` for another kind, and where the shop had issued it of its own accord.
    """
    held = latest(payment)
    if held is None or held.state in _OVER:
        return None
    if held.kind != kind or held.self_issued:
        raise CashReceiptExists
    return held


def next_number(payment: Payment) -> int:
    """The number of a new receipt."""
    return payment.receipts[-1].number + 1 if payment.receipts else 1


def intend_issue(
    payment: Payment,
    kind: str,
    sealed: str | None,
    moment: Moment,
    *,
    channel_key: str,
    self_issued: bool = False,
) -> Payment:
    """The payment with a receipt of all that remains stored and frozen; sends nothing."""
    amount, tax_free = remaining(payment)
    number = next_number(payment)
    receipt = CashReceipt(
        number=number,
        kind=kind,
        amount=amount,
        tax_free=tax_free,
        by=moment.by,
        key=_key(payment, number, "issue", moment),
        sent_at=moment.now,
        identity=sealed,
        self_issued=self_issued,
        channel_key=channel_key,
    )
    return replace(payment, receipts=(*payment.receipts, receipt)[-KEPT:], receipt_due=None)


def intend_cancel(payment: Payment, moment: Moment, *, remainder: bool) -> Payment:
    """The payment with the cancel of its receipt stored. Raises `CashReceiptNotFound`."""
    receipt = latest(payment)
    if receipt is None or receipt.state is not ReceiptState.ISSUED:
        raise CashReceiptNotFound
    key = _key(payment, receipt.number, "cancel", moment)
    cancelling = replace(
        receipt, state=ReceiptState.CANCELLING, key=key, sent_at=moment.now, remainder=remainder, code=None
    )
    return with_receipt(payment, replace(cancelling, answered=None, silent_since=None))


def sendable(receipt: CashReceipt, now: float) -> bool:
    """Whether the same request may be sent again under its key (rule 3.1)."""
    fresh = now - receipt.sent_at < KEY_WINDOW
    return receipt.state in MOVING and fresh and receipt.answered is None


def out_of_step(payment: Payment) -> bool:
    """Whether a receipt stands for another amount than what remains paid."""
    receipt = latest(payment)
    issued = receipt is not None and receipt.state is ReceiptState.ISSUED
    return issued and receipt is not None and receipt.amount != remaining(payment)[0]


def step_at(payment: Payment) -> float:
    """When we begin to correct a receipt out of step, in epoch seconds; a day after a failure."""
    receipt = latest(payment)
    if receipt is not None and receipt.code is not None:
        return receipt.sent_at + DAY
    return STEP_GRACE + (payment.seen.updated_at / 1_000_000 if payment.seen else 0)


def self_issue_at(payment: Payment) -> int | None:
    """When the shop must issue a receipt that nobody requested; None where it need not."""
    amount, _ = remaining(payment)
    held = latest(payment)
    owed = payment.status in PAID and _cash(payment) and payment.currency == "KRW" and amount >= SELF_LEAST
    if not owed or (held is not None and held.state not in _OVER) or payment.seen is None:
        return None
    if held is None and payment.seen.receipt_issued:
        # its buyer requested one from the PG
        return None
    paid_at = payment.status_at if payment.seen.paid_at is None else payment.seen.paid_at / 1_000_000
    owed_at = int(paid_at) + SELF_AFTER
    if held is None or not held.self_issued or held.state is not ReceiptState.FAILED:
        return owed_at
    return None if held.number >= SELF_TRIES else max(owed_at, int(held.sent_at) + DAY)


def receipt_due_at(payment: Payment, now: float) -> int | None:
    """When a receipt is due: every minute at first, then every 10 min for 3 h, then hourly."""
    receipt = latest(payment)
    if receipt is not None and receipt.state in MOVING:
        age = now - receipt.sent_at
        return int(now) + (
            60 if age < STEP_GRACE or receipt.silent_since else 600 if age < 3 * 3600 else 3600
        )
    if receipt is not None and out_of_step(payment):
        return max(int(now) + 30, int(step_at(payment)))
    return None if payment.receipt_due is None else max(int(now) + 30, payment.receipt_due)


def with_receipt(payment: Payment, receipt: CashReceipt) -> Payment:
    """The payment with one receipt replaced."""
    others = (receipt if each.number == receipt.number else each for each in payment.receipts)
    return replace(payment, receipts=tuple(others))


def _cash(payment: Payment) -> bool:
    method = payment.seen.method if payment.seen else None
    if method is None:
        return False
    return method.kind in _CASH or (method.kind is PayMethod.EASY_PAY and method.card_inside is False)


def _key(payment: Payment, number: int, what: str, moment: Moment) -> str:
    """A key of its own for every intent: an answer that PortOne stores for three hours is not replayed."""
    parts = (payment.payment_id, str(number), what, repr(moment.now))
    return hashlib.sha256(b"\x00".join(part.encode() for part in parts)).hexdigest()
