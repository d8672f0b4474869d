"""A stack with orders and payments in every state a caller can come upon."""

from dataclasses import dataclass
from typing import Any

from portone_local.portone import Checkout
from portone_local.stack import Stack

USER = "user-1"
STRANGER = "user-2"
REFUND = "refund-1"


@dataclass(frozen=True, slots=True)
class World:
    """`payments` by what happened to them, the stranger's among them; `fresh` is an order nobody paid."""

    stack: Stack
    payments: dict[str, str]
    fresh: str = "order-fresh"

    @property
    def orders(self) -> list[str]:
        """Every order."""
        return [self.fresh, *(f"order-{name}" for name in self.payments)]

    def refused(self) -> dict[str, Any]:
        """What must be the same after a refusal: every item, and what PortOne was asked."""
        return {"items": self.stack.dump(), "asked": len(self.stack.portone.calls())}


def an_order_body(**interesting: Any) -> dict[str, Any]:
    """What the shop's backend sends to have 1,000 won paid."""
    ordinary: dict[str, Any] = {
        "userId": USER,
        "name": "coffee",
        "amount": {"total": 1_000},
        "currency": "KRW",
        "payMethods": ["CARD", "VIRTUAL_ACCOUNT"],
    }
    return ordinary | interesting


def populate(stack: Stack) -> World:
    """Orders, each with a payment that went its own way, and one without."""
    buyer = stack.portone.buyer
    ways: dict[str, Any] = {
        "ready": lambda _: None,
        "paid": buyer.pay,
        "account": lambda payment: buyer.pay(payment, Checkout(method="VIRTUAL_ACCOUNT")),
        "declined": buyer.decline,
        "tampered": lambda payment: buyer.pay(payment, Checkout(amount=10, tampered=True)),
        "quarantined": lambda payment: buyer.pay(payment, Checkout(method={"type": "PaymentMethodNew"})),
        "refunded": buyer.pay,
        "foreign": buyer.pay,
    }
    world = World(stack, {name: _prepared(stack, name) for name in ways})
    stack.shop.put(f"/orders/{world.fresh}", an_order_body())
    for name, way in ways.items():
        way(world.payments[name])
        stack.app(_owner(name)).post(f"/payments/{world.payments[name]}/verify")
    stack.deliver()
    refund = {"refundId": REFUND, "reason": "changed their mind", "amount": 300}
    stack.app(USER).post(f"/payments/{world.payments['refunded']}/cancel", refund)
    stack.staff.post(f"/ops/payments/{world.payments['refunded']}/cancel", refund)
    return world


def _owner(name: str) -> str:
    return STRANGER if name == "foreign" else USER


def _prepared(stack: Stack, name: str) -> str:
    stack.shop.put(f"/orders/order-{name}", an_order_body(userId=_owner(name)))
    prepared = stack.app(_owner(name)).post("/payments", {"orderId": f"order-{name}", "platform": "web"})
    payment_id: str = prepared.json()["paymentId"]
    return payment_id
