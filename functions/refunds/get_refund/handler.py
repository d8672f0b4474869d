"""GET /payments/{paymentId}/refunds/{refundId}: a refund as it stands (JWT); staff sees where it goes."""

from typing import Any

from portone_payments.domain.errors.payments import RefundNotFound
from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.responses import answer
from portone_payments.entry.rights import Right
from portone_payments.entry.views.refunds import refund_id, refund_view, staff_refund_view
from portone_payments.entry.wiring.ports import PortDeps
from portone_payments.flows.shared.ownership import asked_refunds, seen_by


def route(request: Request, deps: PortDeps) -> dict[str, Any]:
    """The refund; absent and foreign ids answer alike."""
    requester = request.caller.requester
    payment = seen_by(requester, request.payment_id, store=deps.store)
    found = asked_refunds(payment, refund_id(request), requester, store=deps.store)
    if not found:
        raise RefundNotFound
    if requester.owner:
        return answer(200, refund_view(found[0]))
    return answer(200, staff_refund_view(payment, found[0], deps.vault))


handler = HttpHandler(route, rights=(Right.OWNER, Right.STAFF), needs=("store", "vault"))
