"""The stage of the fault tests: one shop and one buyer on a stack."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from portone_local.oracle import Answered, ObservedStack
from portone_local.portone import Checkout
from portone_local.stack.passing import clock_of
from portone_local.stack.stack import Stack
from portone_local.stories.boundaries import Crash
from portone_payments.domain.records.payments import Payment

MINUTE = 60
DAY = 24 * 60 * MINUTE
USER = "user-1"
TOTAL = 12_000
GONE = 502
PATIENCE = 16 * MINUTE  # a payment without a webhook is found in 15 minutes (invariant I4)


@dataclass(slots=True)
class World:
    """What one story does on a stack. Several may share a stack: each has orders and keys of its `name`.

    `handed` is what the app was given for each payment, `letters` are webhooks a story keeps to itself.
    `restart` gives the functions new containers, whose caches are empty.
    """

    stack: ObservedStack
    name: str = "order"
    restart: Callable[[], object] = lambda: None
    handed: dict[str, dict[str, Any]] = field(default_factory=dict)
    letters: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def order(self) -> str:
        """An order of 12,000 won, stored."""
        order_id = f"{self.name}-1"
        self.put(order_id)
        return order_id

    def put(self, order_id: str, total: int = TOTAL) -> int:
        """The shop's backend stores an order; the status. `total` in won."""
        body = {
            "userId": USER,
            "name": "모자",
            "amount": {"total": total, "taxFree": 0},
            "currency": "KRW",
            "payMethods": ["CARD", "VIRTUAL_ACCOUNT"],
        }
        return self.stack.shop.put(f"/orders/{order_id}", body).status

    def prepare(self, order_id: str, *, keyed: bool = False) -> str:
        """The app prepares a payment, with the story's one idempotency key or none; its id."""
        headers = {"idempotency-key": f"key-of-{self.name}"} if keyed else {}
        wanted = {"orderId": order_id, "platform": "ios"}
        answer = self.stack.app(USER).post("/payments", wanted, headers=headers)
        if answer.status != 200:  # noqa: PLR2004 - anything else is no payment
            raise LookupError(json.loads(answer.body)["error"]["code"])
        handed = answer.json()
        self.handed[handed["paymentId"]] = handed
        return str(handed["paymentId"])

    def ready(self) -> str:
        """A payment that was prepared and not paid."""
        return self.prepare(self.order())

    def pay(self, payment_id: str, **changes: object) -> None:
        """The buyer pays; PortOne's webhooks wait."""
        self.stack.portone.buyer.pay(payment_id, Checkout.from_browser(self.handed[payment_id], **changes))

    def order_of(self, payment_id: str) -> str:
        """The order a payment was prepared for."""
        return str(self.handed[payment_id]["customData"]["orderId"])

    def verify(self, payment_id: str) -> int:
        """The app says paid; the status of the answer."""
        return self.stack.app(USER).post(f"/payments/{payment_id}/verify").status

    def catch_up(self, payment_id: str) -> int:
        """Staff has PortOne read; the status of the answer."""
        return self.stack.staff.post(f"/ops/payments/{payment_id}/catch-up").status

    def held(self, payment_id: str) -> Payment:
        """What we hold. LookupError for nothing."""
        held = self.stack.ports["store"].payment(payment_id)
        if held is None:
            raise LookupError(payment_id)
        return held  # type: ignore[no-any-return]

    def statuses(self) -> dict[str, str]:
        """What we hold of each payment the app was given."""
        return {payment_id: self.held(payment_id).status.value for payment_id in self.handed}

    @property
    def answers(self) -> list[Answered]:
        """What every caller of the stack was answered."""
        return self.stack.answers

    def wait(self, seconds: float) -> None:
        """Time passes without any action of the sweep or of PortOne."""
        clock_of(self.stack).advance(seconds)

    def keep_letters(self) -> None:
        """Take the webhooks that wait at PortOne, signed now."""
        webhooks = self.stack.portone.webhooks
        self.letters += [(webhooks.headers_for(each), each.body) for each in webhooks.pending()]
        webhooks.lose()


type Act = Callable[[World, str], object]


@dataclass(frozen=True, slots=True)
class Story:
    """`before` makes what the story is about, `step` is cut off, `after` is what people do then.

    `wanted`: a status some payment of the story has in the end. `restless`: what others left undone would be
    done in its step, so on a shared stack they have to be over. `patience`: seconds until the books agree.
    """

    name: str
    before: Callable[[World], str]
    step: Act
    after: Act
    wanted: str | None = "PAID"
    restless: bool = False
    patience: float = PATIENCE


def surviving_crashes(stack: Stack) -> None:
    """A webhook function that dies is no answer to PortOne, which sends again."""
    receive = stack.portone.webhooks.deliver or stack.receive

    def answered(headers: dict[str, str], body: bytes) -> int:
        try:
            return receive(headers, body)
        except Crash:
            return GONE

    stack.portone.webhooks.deliver = answered
