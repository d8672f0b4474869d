"""PUT /payments/{paymentId}/refunds/{refundId}/account: the account a waiting refund goes to (JWT, staff)."""

from typing import Any

from portone_payments.entry.http import INLINE_SECONDS, HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.rights import Right
from portone_payments.entry.views.refunds import AccountBody, refund_answer, refund_id
from portone_payments.entry.wiring.instructions import InstructionDeps


def route(request: Request, deps: InstructionDeps) -> dict[str, Any]:
    """200 when it is back, 202 while that is open."""
    account = request.body(AccountBody).account()
    requester = request.caller.requester
    deadline = deps.deadline(INLINE_SECONDS)
    decisions = deps.refund_decisions
    return refund_answer(
        request,
        decisions.supply_account(request.payment_id, refund_id(request), requester, account, deadline),
    )


handler = HttpHandler(
    route,
    rights=(Right.OWNER, Right.STAFF),
    needs=("store", "portone", "queue", "vault"),
    kind=InstructionDeps,
)
