"""The stage of the demo: a stack, a narrator, and the ledger of what each story cost."""

from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.padding import Padding

from portone_local.gateway.messages import Response
from portone_local.portone import Checkout, PaymentBook
from portone_local.stack.passing import let_pass
from portone_local.stack.stack import Calls, Stack

WON = "KRW"
INDENT = (0, 0, 0, 3)


class Surprise(AssertionError):
    """A story did not end as it should."""


@dataclass(frozen=True, slots=True)
class Line:
    """One payment in the final table."""

    story: str
    payment_id: str
    calls: Calls


@dataclass(slots=True)
class Stage:
    """What a story may do: sell, prepare, pay, look. Amounts in won."""

    stack: Stack
    console: Console
    lines: list[Line] = field(default_factory=list)
    _heading: str = ""
    _orders: int = 0
    _handed: dict[str, dict[str, Any]] = field(default_factory=dict)

    def begin(self, heading: str) -> None:
        """A story; its heading waits for what is sold in it."""
        self._heading = heading

    def say(self, sentence: str) -> None:
        """One step, as it happens."""
        if self._heading:
            self.console.print(self._heading)
            self._heading = ""
        self.console.print(Padding(sentence, INDENT, expand=False))

    def sell(self, user: str, name: str, total: int) -> str:
        """The shop's backend stores an order; its id."""
        self._orders += 1
        order_id = f"order-{self._orders}"
        order = {
            "userId": user,
            "name": name,
            "amount": {"total": total, "taxFree": 0},
            "currency": WON,
            "payMethods": ["CARD", "VIRTUAL_ACCOUNT", "EASY_PAY"],
        }
        expect(self.stack.shop.put(f"/orders/{order_id}", order).status, 200)
        self._heading += f"  [dim]{name}, {total:,} won, for {user.capitalize()}[/dim]"
        return order_id

    def prepare(self, user: str, order_id: str, platform: str = "ios") -> str:
        """The app prepares a payment; its id."""
        response = self.stack.app(user).post("/payments", {"orderId": order_id, "platform": platform})
        expect(response.status, 200)
        answer = response.json()
        self._handed[answer["paymentId"]] = answer
        return str(answer["paymentId"])

    def checkout(self, payment_id: str, **changes: object) -> Checkout:
        """What the app opens with the answer of prepare; `changes` is what an attacker alters on the way."""
        return Checkout.from_browser(self._handed[payment_id], **changes)

    def verify(self, user: str, payment_id: str) -> dict[str, Any]:
        """The app verifies a payment."""
        response = self.stack.app(user).post(f"/payments/{payment_id}/verify")
        expect(response.status, 200)
        view: dict[str, Any] = response.json()
        return view

    def look(self, user: str, payment_id: str) -> dict[str, Any]:
        """The payment as we have it."""
        view: dict[str, Any] = self.stack.app(user).get(f"/payments/{payment_id}").json()
        return view

    def refund(self, user: str, payment_id: str, refund_id: str, **requested: object) -> Response:
        """The buyer requests a refund."""
        body = {"refundId": refund_id, "reason": "changed my mind"} | requested
        return self.stack.app(user).post(f"/payments/{payment_id}/cancel", body)

    def books(self, payment_id: str) -> PaymentBook:
        """What is true at PortOne."""
        return self.stack.portone.books()[payment_id]

    def wait(self, user: str, payment_id: str, status: str, *, most: int) -> int:
        """Let time pass, with webhooks and sweeps, until the payment has this status; the minutes it took."""
        for minutes in range(most):
            if self.look(user, payment_id)["status"] == status:
                return minutes
            let_pass(self.stack, 60)
        expect(self.look(user, payment_id)["status"], status)
        return most


def expect(found: object, wanted: object) -> None:
    """Raises `Surprise` unless they are equal."""
    if found != wanted:
        raise Surprise(f"expected {wanted!r}, found {found!r}")
