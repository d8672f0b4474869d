"""PUT /orders/{orderId}: the shop's backend stores what it wants paid (IAM)."""

from typing import Any

from portone_payments.entry.fields.orders import OrderBody, buyer_of_order, named_order, order_in
from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.responses import answer
from portone_payments.entry.rights import Right
from portone_payments.entry.views.payments import order_fields
from portone_payments.entry.wiring.orders import OrderDeps


def route(request: Request, deps: OrderDeps) -> dict[str, Any]:
    """Store the order, or answer the one that is stored."""
    order_id = named_order(request.path("orderId"))
    body = request.body(OrderBody)
    wanted = order_in(order_id, body, deps.clock.now())
    return answer(200, order_fields(deps.orders.put(wanted, buyer_of_order(body))))


handler = HttpHandler(route, rights=(Right.SHOP,), needs=("store", "vault"), kind=OrderDeps)
