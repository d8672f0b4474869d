"""A stack with orders and payments in every state a caller can come upon."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from portone_local.actors.people import done, id_of, press, start, typed, verified
from portone_local.portone import Checkout
from portone_local.stack.stack import Stack
from tests.support.billing_app import (
    issue_window,
    put_parts,
    put_plan,
    save_key,
    schedule,
    subscribe,
)

USER = "user-1"
STRANGER = "user-2"
REFUND = "refund-1"
PARTS = "order-parts"
PLAN = "0"  # what a fuzzer comes upon


@dataclass(frozen=True, slots=True)
class World:
    """`payments` by what happened to them, the stranger's among them; `fresh` is an unpaid order."""

    stack: Stack
    payments: dict[str, str]
    fresh: str = "order-fresh"
    verifications: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    subscriptions: tuple[str, ...] = ()

    @property
    def orders(self) -> list[str]:
        """Every order."""
        return [self.fresh, PARTS, *(f"order-{name}" for name in self.payments)]

    def refused(self) -> dict[str, Any]:
        """What must be the same after a refusal: every item, and every call of PortOne."""
        items = [*self.stack.dump(), *self.stack.identity_dump()]
        return {"items": items, "asked": len(self.stack.portone.calls())}


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
    payments = {name: _prepared(stack, name) for name in ways}
    world = World(
        stack,
        payments,
        verifications=tuple(_verifications(stack)),
        keys=tuple(_keys(stack)),
        subscriptions=tuple(_subscriptions(stack)),
    )
    stack.shop.put(f"/orders/{world.fresh}", an_order_body())
    for name, way in ways.items():
        way(world.payments[name])
        stack.app(_owner(name)).post(f"/payments/{world.payments[name]}/verify")
    stack.deliver()
    refund = {"refundId": REFUND, "reason": "changed their mind", "amount": 300}
    stack.app(USER).post(f"/payments/{world.payments['refunded']}/cancel", refund)
    stack.staff.post(f"/ops/payments/{world.payments['refunded']}/cancel", refund)
    return world


def _verifications(stack: Stack) -> Iterator[str]:
    """One used, one sent, one gone through, one just begun, one of the stranger."""
    verified(stack, USER)
    sent = id_of(start(stack, USER))
    press(stack, sent, "send", typed())
    yield from (sent, done(stack, USER), id_of(start(stack, USER)), id_of(start(stack, STRANGER)))


def _keys(stack: Stack) -> Iterator[str]:
    """One that can be charged, a window, one of the stranger."""
    yield from (save_key(stack), issue_window(stack)["billingKeyId"], save_key(stack, STRANGER))


def _subscriptions(stack: Stack) -> Iterator[str]:
    """One with its first month paid, a trial of the stranger, an order whose deposit is paid."""
    put_plan(stack, trialDays=7)
    put_plan(stack, PLAN)
    put_parts(stack, {"amount": 400}, {"amount": 600, "dueAt": "2026-02-01T03:00:00Z"}, order_id=PARTS)
    started = (subscribe(stack, planId=PLAN), subscribe(stack, STRANGER), schedule(stack, PARTS))
    yield from (answer.json()["subscriptionId"] for answer in started)


def _owner(name: str) -> str:
    return STRANGER if name == "foreign" else USER


def _prepared(stack: Stack, name: str) -> str:
    stack.shop.put(f"/orders/order-{name}", an_order_body(userId=_owner(name)))
    prepared = stack.app(_owner(name)).post("/payments", {"orderId": f"order-{name}", "platform": "web"})
    payment_id: str = prepared.json()["paymentId"]
    return payment_id
