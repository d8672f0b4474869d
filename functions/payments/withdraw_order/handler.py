"""DELETE /orders/{orderId}: the shop's backend withdraws an order nobody has paid (IAM)."""

from typing import Any

from portone_payments.entry.http import INLINE_SECONDS, HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.responses import answer
from portone_payments.entry.rights import Right
from portone_payments.entry.views.payments import order_view
from portone_payments.entry.wiring.instructions import InstructionDeps


def route(request: Request, deps: InstructionDeps) -> dict[str, Any]:
    """200: nothing is paid for it any more. 202: PortOne has not said yet that its account is closed."""
    deadline = deps.deadline(INLINE_SECONDS)
    withdrawn = deps.withdrawer.withdraw(request.order_id, deadline, by=request.caller.by)
    view = order_view(withdrawn.held)
    if withdrawn.done:
        return answer(200, view)
    return answer(202, {**view, "statusUrl": f"/orders/{withdrawn.held.order.order_id}"}, retry_after="5")


handler = HttpHandler(route, rights=(Right.SHOP,), needs=("store", "portone", "queue"), kind=InstructionDeps)
