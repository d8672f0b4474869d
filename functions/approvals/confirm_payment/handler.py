"""POST /payments/{paymentId}/confirm: charge what the buyer authenticated, once the shop has stock (JWT)."""

from typing import Annotated, Any

from pydantic import StringConstraints

from portone_payments.entry.http import INLINE_SECONDS, HttpHandler
from portone_payments.entry.request import Body, Request
from portone_payments.entry.views.approvals import approval_answer
from portone_payments.entry.wiring.instructions import InstructionDeps


class ConfirmBody(Body):
    """The paymentToken PortOne's SDK gave the app; the same token is the same try."""

    payment_token: Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,2000}$")]


def route(request: Request, deps: InstructionDeps) -> dict[str, Any]:
    """200 when it is charged or its account issued, 202 while that is open."""
    token = request.body(ConfirmBody).payment_token
    deadline = deps.deadline(INLINE_SECONDS)
    return approval_answer(deps.approver.approve(request.payment_id, request.user_id, token, deadline))


handler = HttpHandler(route, needs=("store", "portone", "queue", "vault", "stock"), kind=InstructionDeps)
