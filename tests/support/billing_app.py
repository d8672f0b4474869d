"""Saved payment methods and subscriptions as an app and the shop's backend go through them, over HTTP."""

from typing import Any

from portone_local.actors.shop import USER, put_order
from portone_local.gateway.messages import Response
from portone_local.portone.billing.records import BillingIssue
from portone_local.stack.stack import Stack

PRICE = 9_900


def issue_window(stack: Stack, user: str = USER, **body: Any) -> dict[str, Any]:
    """What the app hands to the SDK to save a payment method."""
    asked = {"payMethod": "CARD", "platform": "web", **body}
    answer: dict[str, Any] = stack.app(user).post("/billing-keys", asked).json()
    return answer


def issued(stack: Stack, window: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """What the SDK gives back, as it is handed to us."""
    result = stack.portone.buyer.issue_billing_key(BillingIssue.from_browser(window, **changes)).as_browser()
    return {name: result[name] for name in ("billingKey", "billingIssueToken") if name in result}


def save_key(stack: Stack, user: str = USER, **changes: Any) -> str:
    """The id of a saved payment method that can be charged; `changes` are of its issue."""
    window = issue_window(stack, user)
    key_id: str = window["billingKeyId"]
    saved = stack.app(user).post(f"/billing-keys/{key_id}/register", issued(stack, window, **changes))
    if saved.status != 200:
        raise AssertionError(saved.body)
    return key_id


def put_plan(stack: Stack, plan_id: str = "plan-1", **changes: Any) -> Response:
    """A monthly plan, stored by the shop."""
    interval = {"unit": "MONTH", "count": 1}
    body = {"name": "구독", "amount": PRICE, "currency": "KRW", "interval": interval, **changes}
    return stack.shop.put(f"/plans/{plan_id}", body)


def subscribe(stack: Stack, user: str = USER, key: str | None = "request-1", **body: Any) -> Response:
    """Subscribe to plan-1, or another."""
    headers = {} if key is None else {"idempotency-key": key}
    return stack.app(user).post("/subscriptions", {"planId": "plan-1", **body}, headers=headers)


def put_parts(stack: Stack, *parts: dict[str, Any], order_id: str = "order-1", user: str = USER) -> Response:
    """An order that is paid in parts."""
    total = sum(part["amount"] for part in parts)
    return put_order(stack, order_id, userId=user, amount={"total": total}, parts=list(parts))


def schedule(
    stack: Stack, order_id: str = "order-1", user: str = USER, key: str | None = "request-1", **body: Any
) -> Response:
    """Have the parts of an order charged."""
    headers = {} if key is None else {"idempotency-key": key}
    return stack.app(user).post("/schedules", {"orderId": order_id, **body}, headers=headers)


def code_of(answer: Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status, answer.json()["error"]["code"]


def register(stack: Stack, key_id: str, body: dict[str, Any], user: str = USER) -> Any:
    """Hand us what the SDK gave back."""
    return stack.app(user).post(f"/billing-keys/{key_id}/register", body)


def listed(stack: Stack, user: str = USER) -> list[dict[str, Any]]:
    """The saved methods, as their user sees them."""
    items: list[dict[str, Any]] = stack.app(user).get("/billing-keys").json()["items"]
    return items
