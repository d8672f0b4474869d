"""POST /payments/{paymentId}/cash-receipt: a cash receipt (현금영수증) of what remains paid (JWT, IAM)."""

from typing import Any

from portone_payments.domain.records.instructions import ReceiptState
from portone_payments.entry.http import INLINE_SECONDS, HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.rights import Right
from portone_payments.entry.views.receipts import ReceiptBody, receipt_answer
from portone_payments.entry.wiring.instructions import InstructionDeps


def route(request: Request, deps: InstructionDeps) -> dict[str, Any]:
    """200 with the receipt that stands, 202 while that is open."""
    requester, body = request.caller.requester, request.body(ReceiptBody)
    identity = body.identity_number.replace("-", "")
    deadline = deps.deadline(INLINE_SECONDS)
    payment = deps.receipts.issue(request.payment_id, requester, body.type, identity, deadline)
    return receipt_answer(request, payment, ReceiptState.ISSUED)


handler = HttpHandler(
    route,
    rights=(Right.OWNER, Right.STAFF),
    needs=("store", "portone", "queue", "vault"),
    kind=InstructionDeps,
)
