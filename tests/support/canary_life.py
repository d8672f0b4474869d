"""A stack that meets every canary: all that handles a sensitive field, going well and badly."""

import json
from typing import Any

from portone_local.actors.shop import USER, checkout, prepare, put_order, verify
from portone_local.oracle import ObservedStack
from portone_local.portone import Fault
from tests.support.canaries import ACCOUNT, CARD, CUSTOMER, DECLINE, MOBILE, REFUND, SECRET, UNSPOKEN


def live_through(stack: ObservedStack) -> None:
    """Everything that handles a sensitive field, going well and badly."""
    for number, method in enumerate((CARD, MOBILE, ACCOUNT)):
        _paid(stack, f"order-{number}", method)
    _cancelled_and_disputed(stack)
    _mismatched(stack)
    _unmatched(stack)
    _refused(stack)
    _portone_breaks(stack)
    _money_back(stack)
    _approved(stack)
    stack.run_for(300)


def _paid(stack: ObservedStack, order_id: str, method: dict[str, Any]) -> None:
    put_order(stack, order_id, name=UNSPOKEN["order_name"])
    body = {"orderId": order_id, "platform": "web"}
    app = stack.app(USER, name=SECRET["token_claim"], phone_number=SECRET["token_claim"])
    headers = {"idempotency-key": f"{UNSPOKEN['idempotency_key']}{order_id}"}
    prepared = app.post("/payments", body, headers=headers).json()
    payment_id = prepared["paymentId"]
    stack.portone.buyer.decline(payment_id, _window(prepared, method), DECLINE)
    stack.deliver()
    verify(stack, prepared)
    stack.portone.buyer.pay(payment_id, _window(prepared, method))
    stack.deliver()
    verify(stack, prepared)
    app.get(f"/payments/{payment_id}")


def _window(prepared: dict[str, Any], method: dict[str, Any], **changes: Any) -> Any:
    customer = CUSTOMER | {"id": prepared["customer"]["customerId"]}
    return checkout(prepared, method=method, customer=customer, **changes)


def _cancelled_and_disputed(stack: ObservedStack) -> None:
    prepared = prepare(stack, "order-cancelled")
    stack.portone.buyer.pay(prepared["paymentId"], _window(prepared, CARD))
    stack.portone.console.open_dispute(prepared["paymentId"], SECRET["cancel_reason"])
    stack.portone.console.cancel(prepared["paymentId"], reason=SECRET["cancel_reason"])
    stack.deliver()


def _mismatched(stack: ObservedStack) -> None:
    prepared = prepare(stack, "order-mismatched")
    stack.portone.buyer.pay(prepared["paymentId"], _window(prepared, CARD, amount=100, tampered=True))
    stack.deliver()
    stack.staff.get("/ops/attention?kind=mismatch")
    path = f"/ops/payments/{prepared['paymentId']}/resolve"
    stack.staff.post(path, {"reason": UNSPOKEN["staff_reason"]})


def _money_back(stack: ObservedStack) -> None:
    """A refund to a bank account and a cash receipt: both done once, then both without an answer."""
    for number in range(2):
        prepared = prepare(stack, f"order-back-{number}")
        path = f"payments/{prepared['paymentId']}"
        stack.portone.buyer.pay(prepared["paymentId"], _window(prepared, ACCOUNT))
        stack.portone.buyer.deposit(prepared["paymentId"])
        stack.deliver()
        app = stack.app(USER)
        app.post(f"/{path}/cash-receipt", {"type": "PERSONAL", "identityNumber": SECRET["receipt_number"]})
        app.post(f"/{path}/cancel", REFUND)
        app.get(f"/{path}/cash-receipt")
        app.get(f"/{path}/refunds/{REFUND['refundId']}")
        stack.staff.post(f"/ops/{path}/cash-receipt/cancel", {})
        for operation in ("cancel_payment", "issue_cash_receipt"):
            stack.portone.inject(operation=operation, fault=Fault.RESET_BEFORE_COMMIT, times=None)


def _approved(stack: ObservedStack) -> None:
    """Manual approvals: of the wrong token, refused by the PG, and one without an answer."""
    prepared = prepare(stack, "order-approved")
    path = f"/payments/{prepared['paymentId']}/confirm"
    app, token = stack.app(USER), {"paymentToken": SECRET["payment_token"]}
    refused = stack.portone.buyer.authenticate(prepared["paymentId"], _window(prepared, CARD))
    stack.portone.console.refuse_next("confirm_payment", leaves="FAILED")
    app.post(path, {"paymentToken": refused})
    app.post(f"/payments/{prepare(stack, 'order-wrong-token')['paymentId']}/confirm", token)
    stack.portone.inject(operation="confirm_payment", fault=Fault.RESET_BEFORE_COMMIT, times=None)
    app.post(f"/payments/{prepare(stack, 'order-unanswered')['paymentId']}/confirm", token)


def _unmatched(stack: ObservedStack) -> None:
    prepared = prepare(stack, "order-ready")
    foreign = _window(prepared, CARD, custom_data=SECRET["foreign_custom_data"])
    stack.portone.buyer.pay("somebodyelses1", foreign)
    for kind in ("BillingKey.Issued", "BillingKey.Deleted"):
        stack.portone.webhooks.emit(
            kind, {"billingKey": SECRET["billing_key"], "storeId": prepared["storeId"]}
        )
    stack.deliver()
    forged = {
        "content-type": "application/json",
        "webhook-id": "wh_forged",
        "webhook-timestamp": str(int(stack.clock.now())),
        "webhook-signature": f"v1,{SECRET['forged_signature']}",
    }
    stack.receive(forged, json.dumps({"type": "Transaction.Paid", "data": CUSTOMER}).encode())


def _refused(stack: ObservedStack) -> None:
    """Errors of ours, with something to hide in each request."""
    app = stack.app(USER, name=SECRET["token_claim"])
    app.get(f"/payments/{SECRET['billing_key']}")
    app.get(f"/payments?cursor={SECRET['customer_email']}")
    app.post("/payments", {"orderId": SECRET["customer_name"], "platform": SECRET["customer_phone"]})
    app.post("/payments", {"orderId": "order-0", "platform": "web", **CUSTOMER})
    stack.shop.put(
        "/orders/order-wrong", {"name": SECRET["customer_name"], "cardNumber": SECRET["card_number"]}
    )


def _portone_breaks(stack: ObservedStack) -> None:
    """Errors of PortOne, while it has something of ours in hand."""
    prepared = prepare(stack, "order-broken")
    stack.portone.buyer.pay(prepared["paymentId"], _window(prepared, CARD))
    for fault in (Fault.TRUNCATED_JSON, Fault.HTML_502, Fault.RESET_AFTER_COMMIT, Fault.UNAUTHORIZED):
        stack.portone.inject(operation="get_payment", fault=fault)
        verify(stack, prepared)
        stack.deliver()
        stack.run_for(120)
