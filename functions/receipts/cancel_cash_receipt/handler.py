"""POST /ops/payments/{paymentId}/cash-receipt/cancel: staff takes a cash receipt back (IAM or JWT)."""

from typing import Any

from portone_payments.domain.records.instructions import ReceiptState
from portone_payments.entry.http import INLINE_SECONDS, HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.rights import Right
from portone_payments.entry.views.receipts import receipt_answer
from portone_payments.entry.wiring.instructions import InstructionDeps


def route(request: Request, deps: InstructionDeps) -> dict[str, Any]:
    """200 when it is cancelled, 202 while that is open."""
    deadline = deps.deadline(INLINE_SECONDS)
    payment = deps.receipts.cancel(request.payment_id, request.caller.requester, deadline)
    return receipt_answer(request, payment, ReceiptState.CANCELLED)


handler = HttpHandler(
    route, rights=(Right.STAFF,), needs=("store", "portone", "queue", "vault"), kind=InstructionDeps
)
