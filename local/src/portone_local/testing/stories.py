"""Small stories for the fault tests: what is set up, the one step that is cut off, what people do afterwards."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from portone_local.portone import Checkout
from portone_local.stack import Stack
from portone_local.testing.boundaries import Crash

USER = "user-1"
GONE = 502


@dataclass(slots=True)
class World:
    """One shop, one buyer and the payments made so far. Amounts in won."""

    stack: Stack
    orders: int = 0
    handed: dict[str, dict[str, Any]] = field(default_factory=dict)
    prefix: str = "order"

    def order(self) -> str:
        """A new order of 12,000 won, stored."""
        self.orders += 1
        order_id = f"{self.prefix}-{self.orders}"
        self.put(order_id)
        return order_id

    def put(self, order_id: str) -> int:
        """The shop's backend stores an order; the status."""
        amount = {"total": 12_000, "taxFree": 0}
        methods = ["CARD", "VIRTUAL_ACCOUNT"]
        body = {"userId": USER, "name": "모자", "amount": amount, "currency": "KRW", "payMethods": methods}
        return self.stack.shop.put(f"/orders/{order_id}", body).status

    def prepare(self, order_id: str, key: str | None = None) -> str:
        """The app prepares a payment; its id."""
        headers = {"idempotency-key": key} if key else {}
        answer = self.stack.app(USER).post(
            "/payments", {"orderId": order_id, "platform": "ios"}, headers=headers
        )
        if answer.status != 200:  # noqa: PLR2004 - anything else is no payment
            raise LookupError(answer.json()["error"]["code"])
        handed = answer.json()
        self.handed[handed["paymentId"]] = handed
        return str(handed["paymentId"])

    def ready(self) -> str:
        """A payment that was prepared and not paid."""
        return self.prepare(self.order())

    def pay(self, payment_id: str, **changes: object) -> None:
        """The buyer pays; PortOne's webhooks wait."""
        self.stack.portone.buyer.pay(payment_id, Checkout.from_browser(self.handed[payment_id], **changes))

    def lose_webhooks(self) -> None:
        """Nobody tells us."""
        self.stack.portone.webhooks.lose()

    def verify(self, payment_id: str) -> int:
        """The app says paid; the status of the answer."""
        return self.stack.app(USER).post(f"/payments/{payment_id}/verify").status

    def status(self, payment_id: str) -> str:
        """What we hold."""
        held = self.stack.ports["store"].payment(payment_id)
        return held.status.value if held else "absent"

    def minutes(self, count: int, step: float = 60) -> None:
        """Time passes, with webhooks and sweeps."""
        self.stack.run_for(count * 60, step)


@dataclass(frozen=True, slots=True)
class Story:
    """`before` makes a world and answers its payment, `step` is cut off, `after` is what people do then."""

    name: str
    before: Callable[[World], str]
    step: Callable[[World, str], object]
    after: Callable[[World, str], object]
    wanted: str = "PAID"


def surviving_crashes(stack: Stack) -> None:
    """A webhook function that dies is no answer to PortOne, which sends again."""

    def receive(headers: dict[str, str], body: bytes) -> int:
        try:
            return stack.receive(headers, body)
        except Crash:
            return GONE

    stack.portone.webhooks.deliver = receive


def _nothing(_world: World, _payment_id: str) -> None:
    """Nobody does anything; the sweep has to."""


def _paid_unheard(world: World) -> str:
    payment_id = world.ready()
    world.pay(payment_id)
    world.lose_webhooks()
    return payment_id


def _paid(world: World) -> str:
    payment_id = world.ready()
    world.pay(payment_id)
    return payment_id


def _due(world: World) -> str:
    payment_id = _paid_unheard(world)
    world.stack.clock.advance(601)  # type: ignore[attr-defined]
    return payment_id


def _leased(world: World) -> str:
    payment_id = _due(world)
    world.stack.functions.invoke("Sweep", {})
    return payment_id


def _pay_after_all(world: World, payment_id: str) -> None:
    order_id = payment_id
    world.put(order_id)
    paid = world.prepare(order_id, "key-1")
    assert world.prepare(order_id, "key-1") == paid  # noqa: S101 - I8: the same key, the same payment
    world.pay(paid)


def _cancelled(world: World) -> str:
    payment_id = _paid(world)
    world.stack.deliver()
    world.stack.portone.console.cancel(payment_id)
    world.stack.deliver()
    return payment_id


def _prepare_again(world: World, payment_id: str) -> None:
    with suppress(LookupError):
        world.prepare(world.handed[payment_id]["customData"]["orderId"])


def _second_payment(world: World, payment_id: str) -> None:
    second = world.prepare(world.handed[payment_id]["customData"]["orderId"])
    world.pay(second)


def _mismatched(world: World) -> str:
    payment_id = world.ready()
    world.pay(payment_id, amount=1_000, tampered=True)
    world.stack.deliver()
    return payment_id


def _resolve(world: World, payment_id: str) -> int:
    body = {"reason": "refunded by hand"}
    return world.stack.staff.post(f"/ops/payments/{payment_id}/resolve", body).status


STORIES = (
    Story(
        name="put an order",
        before=lambda world: f"{world.prefix}-{world.orders}x",
        step=lambda world, order_id: world.put(order_id),
        after=_pay_after_all,
    ),
    Story(
        name="prepare a payment",
        before=World.order,
        step=lambda world, order_id: world.prepare(order_id, "key-1"),
        after=_pay_after_all,
    ),
    Story(
        name="prepare again on another device",
        before=lambda world: world.handed[world.ready()]["customData"]["orderId"],
        step=lambda world, order_id: world.prepare(order_id, "key-1"),
        after=_pay_after_all,
    ),
    Story(name="verify a payment nobody told of", before=_paid_unheard, step=World.verify, after=_nothing),
    Story(name="receive webhooks", before=_paid, step=lambda world, _: world.stack.deliver(), after=_nothing),
    Story(name="sweep", before=_due, step=lambda world, _: world.stack.tick(), after=_nothing),
    Story(name="work", before=_leased, step=lambda world, _: world.stack.work(), after=_nothing),
    Story(
        name="prepare a second payment after a cancellation",
        before=_cancelled,
        step=_prepare_again,
        after=_second_payment,
        wanted="CANCELLED",
    ),
    Story(name="resolve", before=_mismatched, step=_resolve, after=_resolve, wanted="MISMATCH"),
)
