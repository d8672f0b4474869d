"""GET /orders/{orderId}: an order, its payment and its totals, for the shop's backend (IAM)."""

from typing import Any

from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.responses import answer
from portone_payments.entry.rights import Right
from portone_payments.entry.views.payments import order_view
from portone_payments.entry.wiring.ports import PortDeps
from portone_payments.flows.payments.orders import get_order


def route(request: Request, deps: PortDeps) -> dict[str, Any]:
    """The order as it stands."""
    return answer(200, order_view(get_order(request.order_id, store=deps.store)))


handler = HttpHandler(route, rights=(Right.SHOP,), needs=("store",))
