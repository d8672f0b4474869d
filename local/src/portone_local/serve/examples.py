"""Examples to call once the stack is up, made through its own API and, at PortOne, by hand."""

from dataclasses import dataclass
from typing import Any

from portone_local.portone import BillingIssue
from portone_local.serve import bodies
from portone_local.serve.bodies import BODIES, USER
from portone_local.stack.stack import Stack


@dataclass(frozen=True, slots=True)
class Examples:
    """Ids for a path's places; what could not be made has a word in capitals instead."""

    payment: str
    billing_key: str
    subscription: str
    verification: str

    def places(self) -> dict[str, str]:
        """By the names in paths; no refund and no discrepancy exists yet."""
        return {
            "paymentId": self.payment,
            "billingKeyId": self.billing_key,
            "subscriptionId": self.subscription,
            "verificationId": self.verification,
            "orderId": bodies.ORDER_ID,
            "planId": bodies.PLAN_ID,
            "userId": USER,
            "refundId": "refund-1",
            "invoiceId": "2",
            "discrepancyId": "DISCREPANCY-ID",
        }


def make(stack: Stack, *, fake: bool) -> Examples:
    """An order with a payment, a verification, plans; with the fake also a saved card and a subscription."""
    for order_id, order in ((bodies.ORDER_ID, bodies.ORDER), (bodies.IN_PARTS_ID, bodies.IN_PARTS)):
        stack.shop.put(f"/orders/{order_id}", bodies.payable(order, stack))
    for plan_id, plan in ((bodies.PLAN_ID, bodies.PLAN), (bodies.LARGER_ID, bodies.LARGER)):
        stack.shop.put(f"/plans/{plan_id}", plan)
    return Examples(
        payment=_made(stack, "/payments", "paymentId"),
        billing_key=_card(stack, fake=fake),
        subscription=_made(stack, "/subscriptions", "subscriptionId") if fake else "SUBSCRIPTION-ID",
        verification=_made(stack, "/identity-verifications", "identityVerificationId"),
    )


def _card(stack: Stack, *, fake: bool) -> str:
    window = _answer(stack, "/billing-keys")
    key = str(window.get("billingKeyId", "billingKeyId-OF-YOURS"))
    if fake:
        stack.portone.buyer.issue_billing_key(BillingIssue.from_browser(window))
        stack.app(USER).post(f"/billing-keys/{key}/register", {})
    return key


def _made(stack: Stack, path: str, name: str) -> str:
    return str(_answer(stack, path).get(name, f"{name}-OF-YOURS"))


def _answer(stack: Stack, path: str) -> dict[str, Any]:
    headers = {"idempotency-key": "example"}
    answer: dict[str, Any] = stack.app(USER).post(path, BODIES[f"POST {path}"], headers=headers).json()
    return answer
