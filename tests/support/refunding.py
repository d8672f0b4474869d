"""Refunds as buyer, bank and PortOne's console go through them."""

from typing import Any

from portone_local.actors.shop import USER, pay, prepare
from portone_local.gateway.messages import Response
from portone_local.oracle import ObservedStack
from portone_local.portone import CancellationStatus

TOTAL = 12_000


def paid(stack: ObservedStack, order_id: str = "order-1", **changes: Any) -> dict[str, Any]:
    """A payment that was paid and verified; what the app was answered."""
    prepared = prepare(stack, order_id)
    pay(stack, prepared, **changes)
    stack.app(USER).post(f"/payments/{prepared['paymentId']}/verify")
    return prepared


def refund(
    stack: ObservedStack, prepared: dict[str, Any], refund_id: str = "refund-1", **body: Any
) -> Response:
    """The owner wants a part back, or all."""
    wanted: dict[str, Any] = {"refundId": refund_id, "reason": "단순 변심"} | body
    if "amount" not in wanted:
        wanted["full"] = True
    return stack.app(USER).post(f"/payments/{prepared['paymentId']}/cancel", wanted)


def refund_state(stack: ObservedStack, prepared: dict[str, Any], refund_id: str = "refund-1") -> str:
    """What the refund is, as its owner sees it."""
    shown = stack.app(USER).get(f"/payments/{prepared['paymentId']}/refunds/{refund_id}").json()
    return str(shown["state"])


def settle_what_is_requested(stack: ObservedStack, prepared: dict[str, Any]) -> None:
    """A bank takes its time where the PG refunds asynchronously."""
    for each in stack.portone.books()[prepared["paymentId"]].cancellations:
        if each.status is CancellationStatus.REQUESTED:
            stack.portone.console.settle_cancellation(prepared["paymentId"], each.id)


def cancelled_at_portone(stack: ObservedStack, prepared: dict[str, Any]) -> int:
    """The amount refunded at PortOne."""
    return stack.portone.books()[prepared["paymentId"]].cancelled
