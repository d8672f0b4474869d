"""I4 and I14 of cash receipts: what stands at PortOne is what we hold, for what remains paid."""

from collections.abc import Iterator

from portone_local.oracle.evidence import Evidence, Finding
from portone_local.portone import PaymentBook
from portone_payments.domain.receipts.rules import MOVING, STEP_GRACE
from portone_payments.domain.records.instructions import CashReceipt, ReceiptState
from portone_payments.domain.records.payments import Payment

# a receipt is corrected once the PG had its chance to; then it is cancelled and read
CORRECTED_WITHIN = STEP_GRACE + 20 * 60


def receipts_are_portones(evidence: Evidence) -> Iterator[Finding]:
    """I4: the receipts that stand at PortOne are those we hold as issued, for the same amounts."""
    for payment, book in _with_receipts(evidence):
        if any(each.state in MOVING for each in payment.receipts):
            continue
        theirs = {each.issue_number: each.amount for each in book.cash_receipts if each.cancelled_at is None}
        ours = {each.issue_number: each.amount for each in _issued(payment)}
        if len(theirs) > 1:
            yield Finding("I4", payment.payment_id, f"{len(theirs)} cash receipts stand at PortOne")
        elif ours != theirs:
            told = f"we hold cash receipts of {[*ours.values()]} won, PortOne of {[*theirs.values()]}"
            yield Finding("I4", payment.payment_id, told)


def receipts_keep_step(evidence: Evidence) -> Iterator[Finding]:
    """I4: a receipt stands for what remains paid, unless its correction failed and staff was called."""
    for payment, book in _with_receipts(evidence):
        remains = max(0, min(book.paid, book.total - book.cancelled))
        changes = [each.cancelled_at or each.requested_at for each in book.cancellations]
        recently = bool(changes) and evidence.now - max(changes) < CORRECTED_WITHIN
        for receipt in _issued(payment):
            if receipt.amount != remains and not recently and receipt.code is None:
                told = f"its cash receipt is of {receipt.amount} won, {remains} remain paid"
                yield Finding("I4", payment.payment_id, told)


def settled_receipts_keep_no_number(evidence: Evidence) -> Iterator[Finding]:
    """I14: whose receipt it is, is forgotten once it is issued or refused."""
    for payment in evidence.payments.values():
        for receipt in payment.receipts:
            if receipt.state is not ReceiptState.ISSUING and receipt.identity is not None:
                told = f"cash receipt {receipt.number} is settled and still has its number"
                yield Finding("I14", payment.payment_id, told)


def moving_receipts_are_due(evidence: Evidence) -> Iterator[Finding]:
    """I10: a receipt whose outcome is unknown is looked at again."""
    for payment in evidence.payments.values():
        moving = next((each for each in payment.receipts if each.state in MOVING), None)
        if moving is not None and payment.due_at is None:
            told = f"cash receipt {moving.number} is {moving.state}, and it is not due"
            yield Finding("I10", payment.payment_id, told)


def _with_receipts(evidence: Evidence) -> Iterator[tuple[Payment, PaymentBook]]:
    for payment in evidence.payments.values():
        book = evidence.books.get(payment.payment_id)
        if book is not None and (payment.receipts or book.cash_receipts):
            yield payment, book


def _issued(payment: Payment) -> list[CashReceipt]:
    return [each for each in payment.receipts if each.state is ReceiptState.ISSUED]
