"""What shop, app and buyer do in nearly every story, of which a test names only what interests it."""

from typing import Any

from portone_local.gateway.messages import Response
from portone_local.portone import Checkout
from portone_local.portone.checkout import default_customer
from portone_local.stack.stack import Stack

USER = "user-1"


def put_order(stack: Stack, order_id: str = "order-1", **changes: Any) -> Response:
    """The shop stores an order of 12,000 won for user-1."""
    body = {
        "userId": USER,
        "name": "모자",
        "amount": {"total": 12_000, "taxFree": 0},
        "currency": "KRW",
        "payMethods": ["CARD", "VIRTUAL_ACCOUNT"],
    }
    return stack.shop.put(f"/orders/{order_id}", body | changes)


def ask_to_prepare(
    stack: Stack,
    order_id: str = "order-1",
    *,
    user: str = USER,
    platform: str = "web",
    key: str | None = None,
) -> Response:
    """The app prepares an order; the answer, whatever it is."""
    headers = {"idempotency-key": key} if key else {}
    return stack.app(user).post("/payments", {"orderId": order_id, "platform": platform}, headers=headers)


def prepare(stack: Stack, order_id: str = "order-1", **ask: Any) -> dict[str, Any]:
    """An order that is stored and prepared; what the app was answered."""
    if stack.shop.get(f"/orders/{order_id}").status == 404:  # noqa: PLR2004 - not there yet
        put_order(stack, order_id)
    answered = ask_to_prepare(stack, order_id, **ask)
    if answered.status != 200:  # noqa: PLR2004 - the story goes on only from here
        raise AssertionError(answered.body)
    prepared: dict[str, Any] = answered.json()
    return prepared


def checkout(prepared: dict[str, Any], **changes: Any) -> Checkout:
    """The window the app opens with what it was answered, by a buyer who leaves name, phone and e-mail."""
    buyer = {"customer": default_customer() | {"id": prepared["customer"]["customerId"]}}
    return Checkout.from_browser(prepared, **buyer | changes)


def pay(stack: Stack, prepared: dict[str, Any], **changes: Any) -> str:
    """The buyer pays at PortOne; the attempt's transactionId."""
    return stack.portone.buyer.pay(prepared["paymentId"], checkout(prepared, **changes))


def verify(stack: Stack, prepared: dict[str, Any], *, user: str = USER) -> Response:
    """The app says "paid"."""
    return stack.app(user).post(f"/payments/{prepared['paymentId']}/verify")


def seen_by_owner(stack: Stack, prepared: dict[str, Any]) -> dict[str, Any]:
    """The payment as its owner sees it."""
    shown: dict[str, Any] = stack.app(USER).get(f"/payments/{prepared['paymentId']}").json()
    return shown


def status(stack: Stack, prepared: dict[str, Any]) -> str:
    """Its status as its owner sees it."""
    return str(seen_by_owner(stack, prepared)["status"])


def seen_by_staff(stack: Stack, kind: str) -> list[dict[str, Any]]:
    """The payments with an attention of one kind."""
    found: list[dict[str, Any]] = stack.staff.get(f"/ops/attention?kind={kind}").json()["items"]
    return found
