"""An order charged to a saved method, over HTTP."""

from typing import Any

from portone_local.gateway.messages import Response
from portone_local.stack.stack import Stack
from tests.support.world import USER, an_order_body


def prepared(stack: Stack, user: str = USER, order_id: str = "order-1") -> str:
    """The id of a payment of an order."""
    stack.shop.put(f"/orders/{order_id}", an_order_body(userId=user))
    payment = stack.app(user).post("/payments", {"orderId": order_id, "platform": "web"}).json()
    payment_id: str = payment["paymentId"]
    return payment_id


def charge(stack: Stack, payment_id: str, charge_id: str = "charge-1", **body: Any) -> Response:
    """Its customer has it charged."""
    return stack.app(USER).post(f"/payments/{payment_id}/charge", {"chargeId": charge_id, **body})
