"""Answers and readings settle a payment's newest cash receipt, which keeps step with refunds (facts 13)."""

import hashlib
from dataclasses import replace

from portone_payments.domain.readings.outcome import FORGOTTEN, QUIET
from portone_payments.domain.readings.payment import ReceiptReading, ReceiptStatus
from portone_payments.domain.receipts.rules import MOVING, PAID, intend_issue, latest, remaining, with_receipt
from portone_payments.domain.records.history import Fact, Moment, clear_attention, raise_attention, record
from portone_payments.domain.records.instructions import CashReceipt, ReceiptState
from portone_payments.domain.records.payments import AttentionKind, Payment
from portone_payments.domain.shared.times import UNKNOWN_AFTER


def issued(
    payment: Payment, number: int, issue_number: str | None, url: str | None, moment: Moment
) -> Payment:
    """The payment after PortOne confirmed an issue."""
    receipt = _moving(payment, number, ReceiptState.ISSUING)
    return payment if receipt is None else _issued(payment, receipt, issue_number, url, moment)


def cancelled(payment: Payment, number: int, moment: Moment) -> Payment:
    """The payment after PortOne confirmed a cancel."""
    receipt = _moving(payment, number, ReceiptState.CANCELLING)
    return payment if receipt is None else _cancelled(payment, receipt, moment)


def refused(payment: Payment, number: int, code: str, moment: Moment) -> Payment:
    """The payment after PortOne refused without effect."""
    receipt = latest(payment)
    if receipt is None or receipt.number != number or receipt.state not in MOVING:
        return payment
    return _failed(payment, receipt, code, moment)


def answered(payment: Payment, number: int, code: str) -> Payment:
    """A refusal that leaves the outcome open: two readings without a trace of it decide."""
    receipt = latest(payment)
    if receipt is None or receipt.number != number or receipt.state not in MOVING:
        return payment
    return with_receipt(payment, replace(receipt, answered=code))


def stopped(payment: Payment, number: int, anew: Moment | None = None) -> Payment:
    """PortOne refuses us: without a trace it is sent again under a new key; `anew`: from now on."""
    receipt = latest(payment)
    if receipt is None or receipt.number != number or receipt.state not in MOVING:
        return payment
    held = replace(receipt, stopped=True)
    return with_receipt(payment, held if anew is None else _anew(held, anew))


def _anew(receipt: CashReceipt, moment: Moment) -> CashReceipt:
    key = hashlib.sha256(f"{receipt.key} again".encode()).hexdigest()
    return replace(receipt, key=key, sent_at=moment.now, silent_since=None)


def settle_receipt(payment: Payment, reading: ReceiptReading | None, moment: Moment) -> Payment:
    """The payment with its newest receipt as the reading shows it."""
    receipt = latest(payment)
    if receipt is None:
        return payment
    if receipt.state is ReceiptState.ISSUING:
        return _settle_issue(payment, receipt, reading, moment)
    if receipt.state is ReceiptState.CANCELLING:
        return _settle_cancel(payment, receipt, reading, moment)
    if receipt.state is ReceiptState.ISSUED and _same(receipt, reading):
        return _settle_standing(payment, receipt, reading, moment)
    return payment


def overdue(payment: Payment, now: float) -> bool:
    """Whether the outcome of its receipt is unknown for half an hour (rule 4.2)."""
    receipt = latest(payment)
    return receipt is not None and receipt.state in MOVING and now - receipt.sent_at >= UNKNOWN_AFTER


def aged(payment: Payment, moment: Moment) -> Payment:
    """The payment with staff called while a receipt's outcome stays unknown."""
    if overdue(payment, moment.now):
        return raise_attention(payment, AttentionKind.RECEIPT, at=moment.now)
    return clear_attention(payment, AttentionKind.RECEIPT)


def _settle_issue(
    payment: Payment, receipt: CashReceipt, reading: ReceiptReading | None, moment: Moment
) -> Payment:
    earlier = {each.issue_number for each in payment.receipts}
    if reading is not None and reading.status is ReceiptStatus.ISSUED and reading.issue_number not in earlier:
        standing = replace(receipt, amount=reading.amount)
        return _issued(payment, standing, reading.issue_number, reading.url, moment)
    return _quiet(payment, receipt, moment)


def _settle_cancel(
    payment: Payment, receipt: CashReceipt, reading: ReceiptReading | None, moment: Moment
) -> Payment:
    if _same(receipt, reading) and reading is not None and reading.status is ReceiptStatus.CANCELLED:
        return _cancelled(payment, receipt, moment)
    return _quiet(payment, receipt, moment)


def _settle_standing(
    payment: Payment, receipt: CashReceipt, reading: ReceiptReading | None, moment: Moment
) -> Payment:
    """The payment after the PG, or somebody in PortOne's console, changed a receipt recorded as issued."""
    if reading is not None and reading.status is ReceiptStatus.CANCELLED:
        return _cancelled(payment, replace(receipt, remainder=True), moment)
    if reading is not None and reading.status is ReceiptStatus.ISSUED:
        return with_receipt(payment, replace(receipt, amount=reading.amount))
    return payment


def _same(receipt: CashReceipt, reading: ReceiptReading | None) -> bool:
    return reading is not None and receipt.issue_number in {None, reading.issue_number}


def _quiet(payment: Payment, receipt: CashReceipt, moment: Moment) -> Payment:
    forgotten = moment.now - receipt.sent_at >= FORGOTTEN
    if receipt.answered is None and not forgotten:
        return payment
    if receipt.silent_since is None:
        return with_receipt(payment, replace(receipt, silent_since=moment.now))
    if moment.now - receipt.silent_since < QUIET:
        return payment
    if receipt.stopped and receipt.answered is None:
        return with_receipt(payment, _anew(receipt, moment))
    return _failed(payment, receipt, receipt.answered or "not_executed", moment)


def _issued(
    payment: Payment, receipt: CashReceipt, issue_number: str | None, url: str | None, moment: Moment
) -> Payment:
    done = replace(
        receipt,
        state=ReceiptState.ISSUED,
        identity=None,
        issue_number=issue_number,
        url=url,
        issued_at=moment.now,
        code=None,
    )
    told = with_receipt(payment, done)
    return record(told, Fact.CASH_RECEIPT_ISSUED, moment, number=done.number, amount=done.amount)


def _cancelled(payment: Payment, receipt: CashReceipt, moment: Moment) -> Payment:
    """Cancelled; the amount still paid needs a new receipt, which takes its holder's number."""
    done = replace(receipt, state=ReceiptState.CANCELLED, cancelled_at=moment.now, code=None)
    told = record(
        with_receipt(payment, done),
        Fact.CASH_RECEIPT_CANCELLED,
        moment,
        number=done.number,
        amount=done.amount,
    )
    amount, _ = remaining(told)
    if not done.remainder or amount == 0 or told.status not in PAID:
        return told
    if done.self_issued:
        return intend_issue(told, done.kind, None, moment, channel_key=done.channel_key, self_issued=True)
    return record(told, Fact.CASH_RECEIPT_MISSING, moment, amount=amount)


def _failed(payment: Payment, receipt: CashReceipt, code: str, moment: Moment) -> Payment:
    """A failed issue is over; after a failed cancel the receipt still stands."""
    issuing = receipt.state is ReceiptState.ISSUING
    state = ReceiptState.FAILED if issuing else ReceiptState.ISSUED
    done = replace(receipt, state=state, code=code, identity=None)
    told = with_receipt(payment, done)
    return record(told, Fact.CASH_RECEIPT_FAILED, moment, number=done.number, code=code)


def _moving(payment: Payment, number: int, state: ReceiptState) -> CashReceipt | None:
    receipt = latest(payment)
    matches = receipt is not None and (receipt.number, receipt.state) == (number, state)
    return receipt if matches else None
