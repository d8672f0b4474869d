"""Customers of subscriptions for the rehearsal of a restore: what each does, step by step."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from portone_local.actors.subscribers import (
    CHARGE,
    PRICE,
    key_chosen,
    key_deleted,
    key_issued,
    key_saved,
    key_started,
    order_in_parts,
    plan_stored,
    registered,
    schedule,
    subscribe,
)
from portone_local.oracle import ObservedStack
from portone_local.portone import Fault

DAY = 24 * 3600
DAILY = {"unit": "DAY", "count": 1}
WEEKLY = {"unit": "WEEK", "count": 1}
DEPOSIT = 5_000
PLANS: dict[str, dict[str, Any]] = {
    "daily": {"interval": DAILY},
    "weekly": {"interval": WEEKLY},
    "dear": {"interval": WEEKLY, "amount": 4 * PRICE},
    "trial": {"interval": DAILY, "trialDays": 1},
}


@dataclass(slots=True)
class Member:
    """A customer and what happens to them; `subscription_id` is empty before they began.

    `window` saves another method, `opened` at that epoch second; `parts`: it is an order in parts they pay,
    since `began`.
    """

    name: str
    steps: list[Callable[["Member", ObservedStack], object]]
    subscription_id: str = ""
    began: int = 0
    window: str = ""
    opened: float = 0.0
    parts: bool = False

    @property
    def user(self) -> str:
        """Whose account it is."""
        return f"member-{self.name}"

    @property
    def order_id(self) -> str:
        """The order this customer pays in parts."""
        return f"sofa-{self.name}"

    def go_on(self, stack: ObservedStack) -> None:
        """Do the next step."""
        self.steps.pop(0)(self, stack)

    def order(self, stack: ObservedStack) -> None:
        """The shop stores the order that is paid in parts, always the same."""
        due = datetime.fromtimestamp(self.began + 2 * DAY, UTC).isoformat()
        balance = {"amount": DEPOSIT, "dueAt": due.replace("+00:00", "Z")}
        parts: list[dict[str, Any]] = [{"amount": DEPOSIT}, balance]
        order_in_parts(stack, self.order_id, parts, self.user)

    def agree(self, stack: ObservedStack, request: str) -> None:
        """The customer agrees to the parts."""
        answer = schedule(stack, self.order_id, self.user, request=request).json()
        self.subscription_id = answer.get("subscriptionId", self.subscription_id)


type Step = Callable[[Member, ObservedStack], object]


def store_plans(stack: ObservedStack) -> None:
    """The shop stores what it sells."""
    for plan_id, terms in PLANS.items():
        plan_stored(stack, plan_id, **terms)


def _join(plan_id: str, **body: Any) -> Step:
    def step(member: Member, stack: ObservedStack) -> None:
        key_saved(stack, member.user, card=f"card-{member.name}")
        answer = subscribe(stack, member.user, request=f"join-{member.name}", planId=plan_id, **body).json()
        member.subscription_id = answer.get("subscriptionId", "")

    return step


def _decline(times: int = 1) -> Step:
    return lambda member, stack: stack.portone.pg.decline(f"card-{member.name}", times=times)


def _fault(fault: Fault) -> Step:
    return lambda _member, stack: stack.portone.inject(operation=CHARGE, fault=fault)


def _ask(what: str, body: Any = None) -> Step:
    def step(member: Member, stack: ObservedStack) -> None:
        stack.app(member.user).post(f"/subscriptions/{member.subscription_id}/{what}", body)

    return step


def _take(plan_id: str) -> Step:
    def step(member: Member, stack: ObservedStack) -> None:
        body = {"planId": plan_id, "when": "now"}
        stack.app(member.user).put(f"/subscriptions/{member.subscription_id}/plan", body)

    return step


def _wait(_member: Member, _stack: ObservedStack) -> None:
    """Nothing: time passes."""


def _open_window(member: Member, stack: ObservedStack) -> None:
    member.window = key_started(stack, member.user)
    member.opened = stack.clock.now()


def _come_back(member: Member, stack: ObservedStack) -> None:
    if stack.clock.now() - member.opened > DAY / 2:
        # nobody leaves a window open for days
        _open_window(member, stack)
    told = key_issued(stack, member.window, member.user, card=f"other-{member.name}")
    registered(stack, member.window, told, member.user)
    key_chosen(stack, member.window, member.user)


def _delete(member: Member, stack: ObservedStack) -> None:
    for key in stack.app(member.user).get("/billing-keys").json()["items"]:
        key_deleted(stack, key["billingKeyId"], member.user)


def _buy(member: Member, stack: ObservedStack) -> None:
    key_saved(stack, member.user, card=f"card-{member.name}")
    member.began = int(stack.clock.now())
    member.parts = True
    member.order(stack)
    member.agree(stack, f"parts-{member.name}")


MEMBERS: dict[str, list[Step]] = {
    "faithful": [_join("daily"), _wait, _wait, _wait, _wait],
    "weekly": [_join("weekly"), _wait, _wait],
    "trial": [_join("trial", consented=True), _wait, _wait],
    "declined": [_join("daily"), _decline(), _wait, _wait, _wait],
    "often-declined": [_join("daily"), _decline(3), _wait, _wait, _wait],
    "another-card": [_join("daily"), _decline(), _open_window, _come_back, _wait],
    "answer-lost": [_join("daily"), _fault(Fault.TIMEOUT_AFTER_COMMIT), _wait, _wait],
    "never-arrived": [_join("daily"), _fault(Fault.RESET_BEFORE_COMMIT), _wait, _wait],
    "dearer": [_join("weekly"), _take("dear"), _wait, _wait],
    "dearer-and-back": [_join("weekly"), _take("dear"), _take("weekly"), _take("dear")],
    "pausing": [_join("weekly"), _ask("pause"), _ask("resume"), _wait],
    "pausing-unpaid": [_join("daily"), _decline(), _ask("pause"), _ask("resume"), _wait],
    "leaving": [_join("daily"), _wait, _ask("cancel", {"atPeriodEnd": False})],
    "without-card": [_join("daily"), _delete, _wait, _open_window, _come_back],
    "sofa": [_buy, _wait, _wait],
}
