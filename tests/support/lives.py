"""Subscriptions as customer, shop and staff speak of them over HTTP, and what PortOne took for them.

The only place of the case tests that knows routes, bodies and the words of an answer.
"""

from typing import Any

from portone_local.actors.shop import checkout
from portone_local.actors.subscribers import PRICE, ask, charged_at, key_saved, plan_stored, subscribe
from portone_local.gateway.messages import Response
from portone_local.oracle.alarms import alarms_in
from portone_local.stack.stack import Stack
from tests.support.unkind import UnkindStack
from tests.support.world import USER

WEEKLY = {"unit": "WEEK", "count": 1}
YEARLY = {"unit": "YEAR", "count": 1}
DAILY = {"unit": "DAY", "count": 1}
REASON = "shop's decision"


def sold(stack: Stack, plan_id: str = "plan-1", amount: int = PRICE, **changes: Any) -> str:
    """The id of a plan the shop sells, by default by the month."""
    stored = plan_stored(stack, plan_id, amount, **changes)
    assert stored.status == 200, stored.body
    return plan_id


def begun(stack: Stack, user: str = USER, *, request: str = "request-1", **changes: Any) -> str:
    """The id of a subscription that began, to plan-1 where none is named, with a card saved before."""
    if not stack.app(user).get("/billing-keys").json()["items"]:
        key_saved(stack, user)
    if "planId" not in changes and stack.app(user).get("/plans/plan-1").status != 200:
        sold(stack)
    answer = subscribe(stack, user, request=request, **changes)
    assert answer.status == 200, answer.body
    return str(answer.json()["subscriptionId"])


def view(stack: Stack, subscription_id: str, user: str = USER) -> dict[str, Any]:
    """The subscription as its customer sees it."""
    shown: dict[str, Any] = stack.app(user).get(f"/subscriptions/{subscription_id}").json()
    return shown


def status(stack: Stack, subscription_id: str, user: str = USER) -> str:
    """The status its customer sees."""
    return str(view(stack, subscription_id, user).get("status"))


def ended(stack: Stack, subscription_id: str, user: str = USER) -> tuple[str, str | None]:
    """Its status and why it ended."""
    shown = view(stack, subscription_id, user)
    return str(shown.get("status")), shown.get("endedBecause")


def states(stack: Stack, subscription_id: str, user: str = USER) -> dict[str, str]:
    """The state of each invoice its customer sees, by number."""
    invoices = view(stack, subscription_id, user).get("invoices", [])
    return {each["invoiceId"]: each["state"] for each in invoices}


def took(stack: Stack) -> list[int]:
    """What PortOne took, in order, whatever of it was refunded later; minor units."""
    paid = [book for book in stack.portone.books().values() if book.times_paid]
    return [book.total for book in sorted(paid, key=lambda book: book.paid_at or 0.0)]


def sent(stack: Stack) -> int:
    """How many charges PortOne was sent."""
    return len(charged_at(stack))


def told(stack: UnkindStack, *types: str) -> list[str]:
    """Which of these events were published, in order."""
    return [each for each in stack.events() if each in types]


def said(stack: UnkindStack, kind: str) -> list[dict[str, Any]]:
    """The content of each event of one type."""
    stack.publish()
    return [dict(event.data) for event in stack.bus.published if event.type == kind]


def somebody_is_called(stack: UnkindStack, before: dict[str, float]) -> bool:
    """Whether an attention is open, or a metric rose that an alarm of the template watches."""
    watched = {each.metric for each in alarms_in(stack.template)}
    rose = {str(name) for name, value in stack.metrics.items() if value > before.get(name, 0)}
    return bool(stack.calling() or watched & rose)


def keep(stack: Stack, subscription_id: str) -> Response:
    """The customer takes a cancellation at period end back."""
    return ask(stack, subscription_id, "keep")


def pay(stack: Stack, subscription_id: str, number: int, **how: Any) -> Response:
    """The customer pays an invoice: `billingKeyId`, a `window`, or with what pays it anyway."""
    return ask(stack, subscription_id, f"invoices/{number}/pay", how)


def window_opened(stack: Stack, subscription_id: str, number: int) -> dict[str, Any]:
    """What the app opens PortOne's window with to pay an invoice."""
    answer = pay(stack, subscription_id, number, window={"platform": "web"})
    assert answer.status == 200, answer.body
    handed: dict[str, Any] = answer.json()
    return handed


def paid_by_window(stack: Stack, handed: dict[str, Any], user: str = USER) -> Response:
    """The customer goes through that window, and the app says so."""
    stack.portone.buyer.pay(handed["paymentId"], checkout(handed))
    return stack.app(user).post(f"/payments/{handed['paymentId']}/verify")


def tied(stack: Stack, subscription_id: str, billing_key_id: str) -> Response:
    """The customer chooses a method for this subscription."""
    body = {"billingKeyId": billing_key_id}
    return stack.app(USER).put(f"/subscriptions/{subscription_id}/billing-key", body)


def part_declined(stack: Stack, subscription_id: str, number: int) -> Response:
    """The customer does not want to be charged for a part."""
    return ask(stack, subscription_id, f"parts/{number}/cancel", {})


def part_voided(stack: Stack, subscription_id: str, number: int) -> Response:
    """The shop gives a part up for good."""
    path = f"/ops/subscriptions/{subscription_id}/invoices/{number}/waive"
    return stack.shop.post(path, {"reason": REASON})


def waived(stack: Stack, subscription_id: str, number: int) -> Response:
    """Staff asks for an invoice no more."""
    path = f"/ops/subscriptions/{subscription_id}/invoices/{number}/waive"
    return stack.staff.post(path, {"reason": REASON})


def changed_by_shop(stack: Stack, subscription_id: str, plan_id: str = "plan-1") -> Response:
    """The shop moves one subscription to a plan as it is sold now, from the next period on."""
    body = {"planId": plan_id, "when": "period_end"}
    return stack.shop.put(f"/ops/subscriptions/{subscription_id}/plan", body)


def repriced_by_shop(stack: Stack, subscription_id: str, amount: int, **plan: Any) -> Response:
    """The shop stores plan-1 at another price, and moves one subscription to it."""
    plan_stored(stack, amount=amount, **plan)
    return changed_by_shop(stack, subscription_id)


def repriced_for_all(stack: Stack, amount: int, *, since: str | None = None) -> Response:
    """The shop gives every subscriber of plan-1 a new price, from a KST day on or their next periods."""
    body = {"amount": amount} | ({"from": since} if since else {})
    return stack.shop.post("/plans/plan-1/price", body)


def subscribed_by_shop(stack: Stack, user: str = USER, *, request: str = "shop-1", **body: Any) -> Response:
    """The shop subscribes a user, by default to plan-1."""
    headers = {"idempotency-key": request}
    return stack.shop.post("/ops/subscriptions", {"userId": user, "planId": "plan-1"} | body, headers=headers)


def account_closed(stack: Stack, user: str = USER) -> Response:
    """The shop closes a user's account."""
    return stack.shop.post(f"/ops/users/{user}/close", {"reason": REASON})


def charge_back_decided(stack: Stack, payment_id: str) -> Response:
    """Staff has dealt with a charge-back, and the subscription goes on."""
    decision = {"reason": "분쟁 종결", "decision": "go_on", "kind": "chargeback"}
    return stack.staff.post(f"/ops/payments/{payment_id}/resolve", decision)
