"""POST /payments/{paymentId}/cancel: the owner refunds a payment, as far as the shop's policy goes (JWT)."""

from typing import Any

from portone_payments.entry.http import INLINE_SECONDS, HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.views.refunds import CancelBody, refund_answer, refund_said, requested_refund
from portone_payments.entry.wiring.instructions import InstructionDeps


def route(request: Request, deps: InstructionDeps) -> dict[str, Any]:
    """200 when it is back, 202 while that is open."""
    body, requester = request.body(CancelBody), request.caller.requester
    said = refund_said(body)
    deadline = deps.deadline(INLINE_SECONDS)
    requested = requested_refund(request, body, requester, deps.secrets.hash_key())
    return refund_answer(
        request, deps.canceller.cancel(request.payment_id, requester, requested, said, deadline)
    )


handler = HttpHandler(route, needs=("store", "portone", "queue", "vault"), kind=InstructionDeps)
