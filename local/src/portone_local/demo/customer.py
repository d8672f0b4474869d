"""A customer with a subscription, and time that passes on the KST calendar."""

import math
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from portone_local.actors import subscribers as recurring
from portone_local.demo.stage import Stage, expect
from portone_local.gateway.messages import Response
from portone_local.portone import KeyState
from portone_local.stack.passing import clock_of
from portone_local.stack.stack import Stack
from portone_local.stories.world import MINUTE
from portone_payments.domain.shared.calendar import HOUR, kst_day, kst_midnight

YEAR = 2026
DAYTIME = 12


@dataclass(frozen=True, slots=True)
class Customer:
    """One user of the app. Days are (month, day) in the demo's year, hours of the day in KST."""

    stack: Stack
    user: str

    @classmethod
    def on(cls, stage: Stage, user: str, month: int, day: int, hour: float = DAYTIME) -> Self:
        """The customer, once that day and hour have come."""
        customer = cls(stage.stack, user)
        customer.until(month, day, hour)
        return customer

    def until(self, month: int, day: int, hour: float = DAYTIME) -> None:
        """Time passes, with a sweep wherever something is due, and webhooks."""
        end = _second(month, day, hour)
        while (due := _next_due(self.stack)) <= end:
            clock_of(self.stack).advance(max(MINUTE, due - self.stack.clock.now()))
            self.stack.deliver()
            self.stack.tick()
        self.skip_to(month, day, hour)
        self.stack.deliver()

    def skip_to(self, month: int, day: int, hour: float) -> None:
        """The same, and no timer fires on the way."""
        clock_of(self.stack).advance(max(0.0, _second(month, day, hour) - self.stack.clock.now()))

    def save_card(self) -> str:
        """A card is saved and becomes the default; the end of its number."""
        billing_key_id = recurring.key_saved(self.stack, self.user, card=self.card)
        self.stack.deliver()
        saved: dict[str, Any] = self.stack.app(self.user).get(f"/billing-keys/{billing_key_id}").json()
        expect((saved["state"], saved["default"]), ("ACTIVE", True))
        return str(saved["method"]["number"])[-4:]

    def subscribe(self, plan_id: str, plan: dict[str, Any]) -> Response:
        """The shop stores the plan, the app subscribes to it."""
        recurring.plan_stored(self.stack, plan_id, **plan)
        request = f"{self.user}-{plan_id}"
        return recurring.subscribe(self.stack, self.user, request=request, planId=plan_id)

    def ask(self, what: str, body: object = None) -> Response:
        """Pause, cancel, consent, preview: POST to the newest subscription."""
        return recurring.ask(self.stack, self.view["subscriptionId"], what, body, self.user)

    def change_plan(self, body: object) -> Response:
        """Another plan for the newest subscription."""
        return self.stack.app(self.user).put(f"/subscriptions/{self.view['subscriptionId']}/plan", body)

    def end(self, *, at_period_end: bool = False) -> None:
        """Cancel the newest subscription."""
        expect(self.ask("cancel", {"atPeriodEnd": at_period_end}).status, 200)

    @property
    def card(self) -> str:
        """What the PG knows the card by."""
        return f"card-of-{self.user}"

    @property
    def view(self) -> dict[str, Any]:
        """The newest subscription, as its customer sees it."""
        listed = self.stack.app(self.user).get("/subscriptions").json()
        view: dict[str, Any] = listed["items"][0]
        return view

    @property
    def newest(self) -> dict[str, Any]:
        """Its newest invoice."""
        invoice: dict[str, Any] = self.view["invoices"][0]
        return invoice

    @property
    def key_state(self) -> KeyState:
        """What PortOne has of the billing key."""
        keys = self.stack.portone.billing_books().keys.values()
        customer = recurring.customer_of(self.stack, self.user)
        return next(each.state for each in keys if each.customer_id == customer)

    def told(self, event: str) -> int:
        """How often the shop was notified of such an event of this customer."""
        self.stack.publish()
        told = [each for each in self.stack.bus.published if each.user_id == self.user]
        return sum(each.type == event for each in told)

    def charged_today(self) -> list[int]:
        """What PortOne charged today for the newest invoice, in won."""
        today, paid = kst_day(self.stack.clock.now()), self.newest["paymentId"]
        charges = self.stack.portone.billing_books().charges
        mine = [each for each in charges if each.payment_id == paid and each.paid_at is not None]
        return [each.total for each in mine if kst_day(each.paid_at or 0) == today]


def _second(month: int, day: int, hour: float) -> float:
    return kst_midnight(date(YEAR, month, day)) + hour * HOUR


def _next_due(stack: Stack) -> float:
    """When our own table has something due; a webhook of PortOne's alone is worth no sweep here."""
    return min((float(item["due_at"]["N"]) for item in stack.dump() if "due_at" in item), default=math.inf)
