"""What orders, payments, refunds and receipts may cost."""

from typing import Any

from portone_local.actors.approver import HOOK, authenticate, confirm
from portone_local.actors.shop import USER, ask_to_prepare, pay, prepare, put_order, verify
from portone_local.stack.stack import Stack
from tests.support.budget import Act, Budget, Cost

PAGE = 20


def _paid_unheard(stack: Stack) -> dict[str, Any]:
    prepared = prepare(stack)
    pay(stack, prepared)
    stack.portone.webhooks.lose()
    return prepared


def _verified(stack: Stack) -> dict[str, Any]:
    prepared = _paid_unheard(stack)
    verify(stack, prepared)
    return prepared


def _preparing(stack: Stack) -> Act:
    put_order(stack)
    return lambda: ask_to_prepare(stack)


def _preparing_under_a_key(stack: Stack) -> Act:
    put_order(stack)
    return lambda: ask_to_prepare(stack, key="key-1")


def _preparing_again(stack: Stack) -> Act:
    prepare(stack)
    return lambda: ask_to_prepare(stack)


def _preparing_once_more(stack: Stack) -> Act:
    prepare(stack)
    ask_to_prepare(stack)
    return lambda: ask_to_prepare(stack)


def _preparing_again_under_its_key(stack: Stack) -> Act:
    prepare(stack, key="key-1")
    return lambda: ask_to_prepare(stack, key="key-1")


def _delivering(stack: Stack) -> Act:
    pay(stack, prepare(stack))
    paid = stack.portone.pending()[-1]
    stack.portone.webhooks.lose()
    return lambda: stack.receive(stack.portone.webhooks.headers_for(paid), paid.body)


def _delivering_again(stack: Stack) -> Act:
    deliver = _delivering(stack)
    deliver()
    return deliver


def _verifying(stack: Stack) -> Act:
    prepared = _paid_unheard(stack)
    return lambda: verify(stack, prepared)


def _delivering_what_was_verified(stack: Stack) -> Act:
    prepared = prepare(stack)
    pay(stack, prepared)
    paid = stack.portone.pending()[-1]
    stack.portone.webhooks.lose()
    verify(stack, prepared)
    return lambda: stack.receive(stack.portone.webhooks.headers_for(paid), paid.body)


def _verifying_again(stack: Stack) -> Act:
    prepared = _verified(stack)
    return lambda: verify(stack, prepared)


def _getting(stack: Stack) -> Act:
    prepared = _verified(stack)
    return lambda: stack.app(USER).get(f"/payments/{prepared['paymentId']}")


def _getting_the_order(stack: Stack) -> Act:
    _verified(stack)
    return lambda: stack.shop.get("/orders/order-1")


def _withdrawing(stack: Stack) -> Act:
    put_order(stack)
    return lambda: stack.shop.delete("/orders/order-1")


def _withdrawing_with_an_account(stack: Stack) -> Act:
    prepared = prepare(stack)
    pay(stack, prepared, method="VIRTUAL_ACCOUNT")
    stack.portone.webhooks.lose()
    verify(stack, prepared)
    return lambda: stack.shop.delete("/orders/order-1")


def _listing(stack: Stack) -> Act:
    for number in range(PAGE):
        prepare(stack, f"order-{number}")
    return lambda: stack.app(USER).get(f"/payments?limit={PAGE}")


def _refunding(stack: Stack) -> Act:
    path = f"/payments/{_verified(stack)['paymentId']}"
    body = {"refundId": "refund-1", "amount": 1_000, "reason": "too big"}
    return lambda: stack.app(USER).post(f"{path}/cancel", body)


def _looking_at_a_refund(stack: Stack) -> Act:
    refund = _refunding(stack)
    refund()
    [payment_id] = stack.portone.books()
    return lambda: stack.app(USER).get(f"/payments/{payment_id}/refunds/refund-1")


def _approving(stack: Stack) -> Act:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    return lambda: confirm(stack, prepared, token)


def _wanting_a_receipt(stack: Stack) -> Act:
    put_order(stack, payMethods=["TRANSFER"])
    prepared = prepare(stack)
    pay(stack, prepared, method="TRANSFER")
    verify(stack, prepared)
    body = {"type": "PERSONAL", "identityNumber": "010-0000-0000"}
    return lambda: stack.app(USER).post(f"/payments/{prepared['paymentId']}/cash-receipt", body)


def _looking_at_a_receipt(stack: Stack) -> Act:
    _wanting_a_receipt(stack)()
    [payment_id] = stack.portone.books()
    return lambda: stack.app(USER).get(f"/payments/{payment_id}/cash-receipt")


def _taking_a_receipt_back(stack: Stack) -> Act:
    _wanting_a_receipt(stack)()
    [payment_id] = stack.portone.books()
    return lambda: stack.staff.post(f"/ops/payments/{payment_id}/cash-receipt/cancel", {})


def _sweeping(stack: Stack) -> Act:
    _verified(stack)
    return stack.tick


def _settling(stack: Stack) -> Act:
    _paid_unheard(stack)
    stack.clock.advance(600)  # type: ignore[attr-defined]
    return stack.tick


PAYMENT_BUDGETS = (
    Budget("store an order", lambda stack: lambda: put_order(stack), Cost(0, 1, 1, "1 GetItem, 1 PutItem")),
    Budget("prepare a payment", _preparing, Cost(1, 1, 6, "1 GetItem, 1 TransactWriteItems")),
    Budget(
        "prepare a payment, with an `Idempotency-Key`",
        _preparing_under_a_key,
        Cost(1, 2, 8, "2 GetItem, 1 TransactWriteItems"),
    ),
    Budget("prepare it again, from any device", _preparing_again, Cost(1, 2, 1, "2 GetItem, 1 PutItem")),
    Budget("and once more, however often", _preparing_once_more, Cost(0, 2, 0, "2 GetItem")),
    Budget(
        "repeat a prepare under its key",
        _preparing_again_under_its_key,
        Cost(1, 3, 1, "3 GetItem, 1 PutItem"),
    ),
    Budget("a paid webhook", _delivering, Cost(1, 1, 4, "1 GetItem, 1 PutItem")),
    Budget("the same webhook again", _delivering_again, Cost(0, 1, 0, "1 GetItem")),
    Budget("verify a payment", _verifying, Cost(1, 1, 3, "1 GetItem, 1 PutItem")),
    Budget("the paid webhook after that", _delivering_what_was_verified, Cost(0, 1, 0, "1 GetItem")),
    Budget("verify it again within 2 s", _verifying_again, Cost(0, 1, 0, "1 GetItem")),
    Budget("show a payment", _getting, Cost(0, 1, 0, "1 GetItem")),
    Budget("show an order with its payment", _getting_the_order, Cost(0, 2, 0, "2 GetItem")),
    Budget("withdraw an order nobody asked to pay", _withdrawing, Cost(0, 1, 1, "1 GetItem, 1 PutItem")),
    Budget(
        "withdraw an order, its account waits",
        _withdrawing_with_an_account,
        Cost(3, 3, 12, "3 GetItem, 2 PutItem, 1 TransactWriteItems"),
    ),
    Budget(f"list {PAGE} payments", _listing, Cost(0, 20.5, 0, "1 Query, 1 BatchGetItem")),
    Budget("refund a part", _refunding, Cost(2, 1, 8, "1 GetItem, 3 PutItem")),
    Budget("show a refund", _looking_at_a_refund, Cost(0, 1, 0, "1 GetItem")),
    Budget("approve by hand, with a stock hook", _approving, Cost(2, 1, 7, "1 GetItem, 3 PutItem"), HOOK),
    Budget("issue a cash receipt", _wanting_a_receipt, Cost(1, 2, 5, "2 GetItem, 2 PutItem")),
    Budget("show a cash receipt", _looking_at_a_receipt, Cost(0, 1, 0, "1 GetItem")),
    Budget("take a cash receipt back", _taking_a_receipt_back, Cost(1, 2, 4, "2 GetItem, 2 PutItem")),
    Budget("a sweep with nothing due", _sweeping, Cost(0, 32, 0, "64 Query")),
    Budget(
        "a sweep that settles one payment",
        _settling,
        Cost(1, 33, 6, "64 Query, 1 UpdateItem, 1 GetItem, 1 PutItem"),
    ),
)
