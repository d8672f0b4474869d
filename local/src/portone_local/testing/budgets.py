"""What each use case may cost: calls of PortOne and of DynamoDB. The README's table is made of this one."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from portone_local.stack import Stack
from portone_local.testing.approving import HOOK, authenticate, confirm
from portone_local.testing.billing_app import issue_window, issued, put_plan, save_key, subscribe
from portone_local.testing.recurring import to_hour
from portone_local.testing.shopping import USER, ask_to_prepare, pay, prepare, put_order, verify
from portone_local.units import CallLog
from portone_payments.domain.calendar import DAY, HOUR

PAGE = 20
WHOLE = ("store an order", "prepare a payment", "a paid webhook")
HEADINGS = ("use case", "PortOne calls", "read units", "write units", "DynamoDB calls")

type Act = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Cost:
    """Calls of PortOne, request units of DynamoDB, and the calls they were for, such as "1 GetItem"."""

    portone: int
    reads: float
    writes: float
    made: str


@dataclass(frozen=True, slots=True)
class Budget:
    """A use case: `scene` prepares it and answers the act that is counted; `settings` of the shop."""

    name: str
    scene: Callable[[Stack], Act]
    cost: Cost
    settings: Mapping[str, Any] = field(default_factory=dict)


def spent(stack: Stack, log: CallLog, act: Act) -> Cost:
    """What `act` cost; `log` has listened to the stack's DynamoDB client."""
    before, logged = stack.calls, len(log.calls)
    act()
    used = stack.calls - before
    made = Counter(call.operation for call in log.calls[logged:])
    calls = ", ".join(f"{count} {operation}" for operation, count in made.items())
    return Cost(used.portone, used.reads, used.writes, calls)


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


def _verifying_again(stack: Stack) -> Act:
    prepared = _verified(stack)
    return lambda: verify(stack, prepared)


def _getting(stack: Stack) -> Act:
    prepared = _verified(stack)
    return lambda: stack.app(USER).get(f"/payments/{prepared['paymentId']}")


def _getting_the_order(stack: Stack) -> Act:
    _verified(stack)
    return lambda: stack.shop.get("/orders/order-1")


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


def _registering(stack: Stack) -> Act:
    window = issue_window(stack)
    told = issued(stack, window)
    stack.portone.webhooks.lose()
    path = f"/billing-keys/{window['billingKeyId']}/register"
    return lambda: stack.app(USER).post(path, told)


def _charging(stack: Stack) -> Act:
    _saving(stack)
    path = f"/payments/{prepare(stack)['paymentId']}/charge"
    return lambda: stack.app(USER).post(path, {"chargeId": "charge-1"})


def _deleting(stack: Stack) -> Act:
    path = f"/billing-keys/{_saving(stack)}"
    return lambda: stack.app(USER).delete(path)


def _looking_at_a_subscription(stack: Stack) -> Act:
    path = f"/subscriptions/{_subscribed(stack)}"
    return lambda: stack.app(USER).get(path)


def _renewing(stack: Stack) -> Act:
    _subscribed(stack)
    stack.clock.advance(DAY + HOUR)  # type: ignore[attr-defined]
    return stack.tick


def _renewing_in_vain(stack: Stack) -> Act:
    renew = _renewing(stack)
    stack.portone.pg.decline(readable=True)
    return renew


def _saving(stack: Stack) -> str:
    key_id = save_key(stack)
    stack.portone.webhooks.lose()
    return key_id


def _subscribed(stack: Stack) -> str:
    """A day that was paid at ten in the morning, and nobody told us of; the subscription's id."""
    to_hour(stack, 10.1)
    _saving(stack)
    put_plan(stack, interval={"unit": "DAY", "count": 1})
    subscription_id: str = subscribe(stack).json()["subscriptionId"]
    stack.portone.webhooks.lose()
    return subscription_id


BUDGETS = (
    Budget("store an order", lambda stack: lambda: put_order(stack), Cost(0, 1, 1, "1 GetItem, 1 PutItem")),
    Budget("prepare a payment", _preparing, Cost(1, 1, 6, "1 GetItem, 1 TransactWriteItems")),
    Budget(
        "prepare a payment, with an `Idempotency-Key`",
        _preparing_under_a_key,
        Cost(1, 2, 8, "2 GetItem, 1 TransactWriteItems"),
    ),
    Budget("prepare it again, from any device", _preparing_again, Cost(1, 2, 0, "2 GetItem")),
    Budget("repeat a prepare under its key", _preparing_again_under_its_key, Cost(1, 3, 0, "3 GetItem")),
    Budget("a paid webhook", _delivering, Cost(1, 1, 4, "1 GetItem, 1 PutItem")),
    Budget("the same webhook again", _delivering_again, Cost(0, 1, 0, "1 GetItem")),
    Budget("verify a payment", _verifying, Cost(1, 2, 3, "2 GetItem, 1 PutItem")),
    Budget("verify it again within 2 s", _verifying_again, Cost(0, 1, 0, "1 GetItem")),
    Budget("show a payment", _getting, Cost(0, 1, 0, "1 GetItem")),
    Budget("show an order with its payment", _getting_the_order, Cost(0, 2, 0, "2 GetItem")),
    Budget(f"list {PAGE} payments", _listing, Cost(0, 20.5, 0, "1 Query, 1 BatchGetItem")),
    Budget("refund a part", _refunding, Cost(2, 2, 6, "2 GetItem, 2 PutItem")),
    Budget("show a refund", _looking_at_a_refund, Cost(0, 1, 0, "1 GetItem")),
    Budget("approve by hand, with a stock hook", _approving, Cost(2, 2, 8, "2 GetItem, 3 PutItem"), HOOK),
    Budget("issue a cash receipt", _wanting_a_receipt, Cost(1, 2, 5, "2 GetItem, 2 PutItem")),
    Budget("show a cash receipt", _looking_at_a_receipt, Cost(0, 1, 0, "1 GetItem")),
    Budget("take a cash receipt back", _taking_a_receipt_back, Cost(1, 2, 4, "2 GetItem, 2 PutItem")),
    Budget("a sweep with nothing due", _sweeping, Cost(0, 32, 0, "64 Query")),
    Budget(
        "a sweep that settles one payment",
        _settling,
        Cost(1, 33, 6, "64 Query, 1 UpdateItem, 1 GetItem, 1 PutItem"),
    ),
    Budget(
        "register a saved method",
        _registering,
        Cost(1, 7.5, 8, "7 GetItem, 1 TransactWriteItems, 1 Query, 1 PutItem"),
    ),
    Budget(
        "charge an order to a saved method",
        _charging,
        Cost(2, 2, 10, "2 GetItem, 1 TransactWriteItems, 1 PutItem"),
    ),
    Budget("delete a saved method", _deleting, Cost(2, 4, 4, "4 GetItem, 2 PutItem")),
    Budget("show a subscription", _looking_at_a_subscription, Cost(0, 1, 0, "1 GetItem")),
    Budget(
        "a sweep that renews one subscription",
        _renewing,
        Cost(2, 36, 29, "64 Query, 4 GetItem, 2 PutItem, 1 UpdateItem, 2 TransactWriteItems"),
    ),
    Budget(
        "the same, declined",
        _renewing_in_vain,
        Cost(2, 36, 29, "64 Query, 4 GetItem, 2 PutItem, 1 UpdateItem, 2 TransactWriteItems"),
    ),
)


def markdown() -> str:
    """The table of the README."""
    rows = [HEADINGS, ("---", "---:", "---:", "---:", "---")]
    rows += [(each.name, *_numbers(each.cost)) for each in BUDGETS]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def from_order_to_paid() -> str:
    """What the README says of a whole payment."""
    whole = [each.cost for each in BUDGETS if each.name in WHOLE]
    calls, reads, writes = (
        sum(cost.portone for cost in whole),
        sum(cost.reads for cost in whole),
        sum(cost.writes for cost in whole),
    )
    return (
        "An order stored, prepared and paid, told by its webhook, takes "
        f"{writes:g} write units, {reads:g} read units and {calls} calls of PortOne."
    )


def _numbers(cost: Cost) -> tuple[str, str, str, str]:
    return str(cost.portone), f"{cost.reads:g}", f"{cost.writes:g}", cost.made
