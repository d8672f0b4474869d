"""Orders in parts as their customer sees them, over HTTP."""

from typing import Any

from portone_local.stack.stack import Stack
from tests.support.billing_app import put_parts, schedule
from tests.support.world import USER

DEPOSIT = {"amount": 1_000, "name": "deposit"}

BALANCE = {"amount": 2_000, "name": "balance", "dueAt": "2026-02-01T03:00:00Z"}


def scheduled(stack: Stack, *, at_once: bool = True) -> str:
    """The id of a schedule of deposit and balance, the deposit paid at once or due later."""
    due = {} if at_once else {"dueAt": "2026-01-20T03:00:00Z"}
    put_parts(stack, DEPOSIT | due, BALANCE)
    subscription_id: str = schedule(stack).json()["subscriptionId"]
    return subscription_id


def states(view: dict[str, Any]) -> dict[str, str]:
    """Each part's state by its name."""
    return {invoice["name"]: invoice["state"] for invoice in view["invoices"]}


def totals(stack: Stack) -> tuple[int, int]:
    """What is paid of the order, and what is still owed."""
    order = stack.shop.get("/orders/order-1").json()
    return order["paidTotal"], order["outstandingTotal"]


def cancel_part(stack: Stack, subscription_id: str, invoice_id: str) -> Any:
    """Its customer takes a part back."""
    return stack.app(USER).post(f"/subscriptions/{subscription_id}/parts/{invoice_id}/cancel")
