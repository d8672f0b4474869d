"""Cash receipts as buyer, staff and PortOne go through them."""

from typing import Any

from portone_local.actors.shop import pay, prepare, put_order, verify
from portone_local.gateway.messages import Response
from portone_local.oracle import ObservedStack
from portone_local.portone.books import ReceiptBook

NUMBER = "010-9876-5432"

DIGITS = NUMBER.replace("-", "")

WISH = {"type": "PERSONAL", "identityNumber": NUMBER}


def paid(
    stack: ObservedStack, method: Any = "TRANSFER", total: int = 12_000, tax_free: int = 0
) -> dict[str, Any]:
    """A payment that was paid and read."""
    methods = ["CARD", "VIRTUAL_ACCOUNT", "TRANSFER"]
    put_order(stack, amount={"total": total, "taxFree": tax_free}, payMethods=methods)
    prepared = prepare(stack)
    pay(stack, prepared, method=method)
    verify(stack, prepared)
    return prepared


def issue(stack: ObservedStack, prepared: dict[str, Any], body: Any = WISH, user: str = "user-1") -> Response:
    """A user requests a receipt."""
    return stack.app(user).post(f"/payments/{prepared['paymentId']}/cash-receipt", body)


def cancel(stack: ObservedStack, prepared: dict[str, Any]) -> Response:
    """Staff takes it back."""
    return stack.staff.post(f"/ops/payments/{prepared['paymentId']}/cash-receipt/cancel", {})


def read(stack: ObservedStack, prepared: dict[str, Any]) -> Response:
    """The owner looks at it."""
    return stack.app("user-1").get(f"/payments/{prepared['paymentId']}/cash-receipt")


def refund(stack: ObservedStack, prepared: dict[str, Any], amount: int, refund_id: str = "r1") -> Response:
    """The owner wants a part back."""
    body = {"refundId": refund_id, "amount": amount, "reason": "one too many"}
    return stack.app("user-1").post(f"/payments/{prepared['paymentId']}/cancel", body)


def receipts(stack: ObservedStack, prepared: dict[str, Any]) -> tuple[ReceiptBook, ...]:
    """What PortOne has booked, oldest first."""
    return stack.portone.books()[prepared["paymentId"]].cash_receipts


def standing(stack: ObservedStack, prepared: dict[str, Any]) -> list[int]:
    """The amounts of the receipts that stand at PortOne."""
    return [each.amount for each in receipts(stack, prepared) if each.cancelled_at is None]


def calls(stack: ObservedStack, operation: str) -> int:
    """How often PortOne received this operation."""
    return [call.operation for call in stack.portone.calls()].count(operation)
