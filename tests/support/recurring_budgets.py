"""What saved methods and subscriptions may cost."""

from portone_local.actors.shop import USER, prepare
from portone_local.actors.subscribers import to_hour
from portone_local.stack.stack import Stack
from portone_payments.domain.shared.calendar import DAY, HOUR
from tests.support.billing_app import issue_window, issued, put_plan, save_key, subscribe
from tests.support.budget import Act, Budget, Cost


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
    """A day paid at ten in the morning without a webhook; the subscription's id."""
    to_hour(stack, 10.1)
    _saving(stack)
    put_plan(stack, interval={"unit": "DAY", "count": 1})
    subscription_id: str = subscribe(stack).json()["subscriptionId"]
    stack.portone.webhooks.lose()
    return subscription_id


def _subscribing(stack: Stack) -> Act:
    to_hour(stack, 10.1)
    _saving(stack)
    put_plan(stack, interval={"unit": "DAY", "count": 1})

    def act() -> None:
        subscribe(stack)

    return act


RECURRING_BUDGETS = (
    Budget(
        "register a saved method",
        _registering,
        Cost(1, 8.5, 8, "8 GetItem, 1 TransactWriteItems, 1 Query, 1 PutItem"),
    ),
    Budget(
        "charge an order to a saved method",
        _charging,
        Cost(2, 2, 10, "2 GetItem, 1 TransactWriteItems, 1 PutItem"),
    ),
    Budget("delete a saved method", _deleting, Cost(2, 4.5, 7, "1 Query, 4 GetItem, 2 PutItem")),
    Budget("subscribe, first period paid", _subscribing, Cost(2, 6, 27, "6 GetItem, 3 TransactWriteItems")),
    Budget("show a subscription", _looking_at_a_subscription, Cost(0, 1, 0, "1 GetItem")),
    Budget(
        "a sweep that renews one subscription",
        _renewing,
        Cost(2, 35, 20, "64 Query, 3 GetItem, 1 PutItem, 1 UpdateItem, 2 TransactWriteItems"),
    ),
    Budget(
        "the same, declined",
        _renewing_in_vain,
        Cost(2, 35, 20, "64 Query, 3 GetItem, 1 PutItem, 1 UpdateItem, 2 TransactWriteItems"),
    ),
)
