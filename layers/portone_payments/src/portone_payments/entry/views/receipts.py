"""Cash receipts over HTTP: the requester, the number they give, and how a receipt is shown."""

from typing import Annotated, Any

from pydantic import StringConstraints

from portone_payments.domain.errors.payments import CashReceiptFailed
from portone_payments.domain.receipts.rules import MOVING, newest
from portone_payments.domain.records.instructions import CashReceipt, ReceiptState
from portone_payments.domain.records.payments import Payment
from portone_payments.entry.fields.closed import ReceiptType
from portone_payments.entry.request import Body, Request
from portone_payments.entry.responses import answer
from portone_payments.entry.views.payments import time_view


class ReceiptBody(Body):
    """Whose it is: a phone or card number for PERSONAL, a business registration number for CORPORATE."""

    type: ReceiptType
    identity_number: Annotated[str, StringConstraints(pattern=r"^[0-9-]{10,24}$")]


def receipt_answer(request: Request, payment: Payment, wanted: ReceiptState) -> dict[str, Any]:
    """200 with the receipt as requested, 202 while its outcome is open. Raises `CashReceiptFailed`."""
    receipt = newest(payment)
    if receipt.state not in MOVING | {wanted} and receipt.code is not None:
        raise CashReceiptFailed(reason=receipt.code)
    view = receipt_view(receipt)
    if receipt.state not in MOVING:
        return answer(200, view)
    status_url = request.status_url(f"/payments/{payment.payment_id}/cash-receipt")
    return answer(202, {**view, "statusUrl": status_url}, retry_after="10")


def newest_view(payment: Payment) -> dict[str, Any]:
    """The newest receipt of a payment. Raises what `newest` does."""
    return receipt_view(newest(payment))


def receipt_view(receipt: CashReceipt) -> dict[str, Any]:
    """A receipt without the number it is for; what has no outcome yet is UNKNOWN."""
    open_ = receipt.state in {ReceiptState.ISSUING, ReceiptState.CANCELLING}
    return {
        "type": receipt.kind,
        "state": "UNKNOWN" if open_ else receipt.state.value,
        "amount": receipt.amount,
        "taxFreeAmount": receipt.tax_free,
        "selfIssued": receipt.self_issued,
        "issueNumber": receipt.issue_number,
        "url": receipt.url,
        "code": receipt.code,
        "issuedAt": time_view(receipt.issued_at),
        "cancelledAt": time_view(receipt.cancelled_at),
    }
