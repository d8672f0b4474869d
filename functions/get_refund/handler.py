"""GET /payments/{paymentId}/refunds/{refundId}: the owner's refund as it stands (JWT)."""

from typing import Any

from portone_payments.domain.payment_errors import RefundNotFound
from portone_payments.domain.refunds import refund_of
from portone_payments.entry.http import HttpHandler
from portone_payments.entry.port_deps import PortDeps
from portone_payments.entry.refund_views import refund_id, refund_view
from portone_payments.entry.request import Request
from portone_payments.entry.responses import answer
from portone_payments.flows.asking import Asker, owned


def route(request: Request, deps: PortDeps) -> dict[str, Any]:
    """The refund; absent and foreign ids answer alike."""
    asker = Asker(name=request.user_id, owner=True)
    payment = owned(request.payment_id, asker.name, store=deps.store)
    refund = refund_of(payment, f"{asker.space}:{refund_id(request)}")
    if refund is None:
        raise RefundNotFound
    return answer(200, refund_view(refund))


handler = HttpHandler(route, needs=("store",))
