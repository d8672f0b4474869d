"""POST /ops/payments/{paymentId}/cancel: staff refunds a payment; above a limit a second person agrees."""

from typing import Any

from portone_payments.entry.http import INLINE_SECONDS, HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.rights import Right
from portone_payments.entry.views.refunds import StaffCancelBody, refund_answer, refund_said, requested_refund
from portone_payments.entry.wiring.instructions import InstructionDeps


def route(request: Request, deps: InstructionDeps) -> dict[str, Any]:
    """200 when it is back, 202 while that is open. What it ends has ended before anything is sent."""
    body, requester = request.body(StaffCancelBody), request.caller.requester
    said = refund_said(body)
    deadline = deps.deadline(INLINE_SECONDS)
    requested = requested_refund(request, body, requester, deps.secrets.hash_key())
    return refund_answer(
        request, deps.canceller.cancel(request.payment_id, requester, requested, said, deadline)
    )


handler = HttpHandler(
    route, rights=(Right.STAFF,), needs=("store", "portone", "queue", "vault"), kind=InstructionDeps
)
