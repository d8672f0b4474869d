"""POST /ops/payments/{paymentId}/refunds/{refundId}/approve: the second person agrees to a large refund."""

from typing import Any

from portone_payments.entry.http import INLINE_SECONDS, HttpHandler
from portone_payments.entry.request import Body, Request
from portone_payments.entry.responses import answer
from portone_payments.entry.rights import Right
from portone_payments.entry.views.refunds import refund_answer, refund_id, refund_view
from portone_payments.entry.wiring.instructions import InstructionDeps


class ApproveBody(Body):
    """Yes, unless said otherwise."""

    approve: bool = True


def route(request: Request, deps: InstructionDeps) -> dict[str, Any]:
    """200 when it is back, 202 while that is open."""
    requester = request.caller.requester
    stored = requester.refund_id(refund_id(request))
    deadline = deps.deadline(INLINE_SECONDS)
    agreed = not request.has_body or request.body(ApproveBody).approve
    if not agreed:
        return answer(
            200, refund_view(deps.refund_decisions.decline(request.payment_id, stored, requester).refund)
        )
    return refund_answer(
        request, deps.refund_decisions.approve(request.payment_id, stored, requester, deadline)
    )


handler = HttpHandler(
    route, rights=(Right.STAFF,), needs=("store", "portone", "queue", "vault"), kind=InstructionDeps
)
