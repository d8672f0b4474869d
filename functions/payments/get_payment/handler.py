"""GET /payments/{paymentId}: the caller's payment as we have it (JWT)."""

from typing import Any

from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.responses import answer
from portone_payments.entry.views.payments import payment_view
from portone_payments.entry.wiring.ports import PortDeps
from portone_payments.flows.shared.ownership import owned


def route(request: Request, deps: PortDeps) -> dict[str, Any]:
    """The payment; absent and foreign ids answer alike."""
    return answer(200, payment_view(owned(request.payment_id, request.user_id, store=deps.store)))


handler = HttpHandler(route, needs=("store",))
