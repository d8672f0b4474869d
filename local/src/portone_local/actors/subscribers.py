"""Saved payment methods and subscriptions, as customer, shop and time go through them."""

import json
from dataclasses import replace
from typing import Any

from portone_local.actors.people import USER
from portone_local.gateway.messages import Response
from portone_local.stack.passing import clock_of, let_pass
from portone_local.stack.stack import Stack
from portone_payments.domain.billing_keys.wallet import customer_in
from portone_payments.domain.records.billing_keys import SavedKey, Wallet
from portone_payments.domain.records.settled_invoices import returned
from portone_payments.domain.records.subscriptions import Invoice, Subscription
from portone_payments.domain.shared.calendar import DAY, HOUR, kst_day, kst_midnight

PRICE = 9_900
CHARGE = "pay_with_billing_key"
MONTHLY = {"unit": "MONTH", "count": 1}


def key_window(stack: Stack, user: str = USER) -> dict[str, Any]:
    """What the app opens a window with that saves a payment method."""
    answer = stack.app(user).post("/billing-keys", {"payMethod": "CARD", "platform": "ios"})
    window: dict[str, Any] = answer.json()
    return window


def key_started(stack: Stack, user: str = USER) -> str:
    """The id of such a window."""
    return str(key_window(stack, user)["billingKeyId"])


def customer_of(stack: Stack, user: str = USER) -> str | None:
    """By what name PortOne knows a user who has had a window."""
    return customer_in(stack.ports["store"].wallet(user))


def store_of_issue(stack: Stack, billing_key_id: str, user: str = USER) -> str | None:
    """The store the window of an issue names."""
    wallet = stack.ports["store"].wallet(user)
    key = wallet.keys.get(billing_key_id) if wallet else None
    return (key.store_id or None) if key else None


def key_issued(stack: Stack, billing_key_id: str, user: str = USER, **changes: Any) -> dict[str, str]:
    """The customer goes through the window; what the SDK hands the app, to be registered."""
    window = {"issue_id": billing_key_id, "customer_id": customer_of(stack, user)}
    window |= {"store_id": store_of_issue(stack, billing_key_id, user)}
    issued = stack.portone.buyer.issue_billing_key(**window | changes)
    told = {"billingKey": issued.billing_key, "billingIssueToken": issued.billing_issue_token}
    return {name: value for name, value in told.items() if value}


def registered(stack: Stack, billing_key_id: str, told: dict[str, str], user: str = USER) -> Response:
    """The app hands over what the SDK said."""
    return stack.app(user).post(f"/billing-keys/{billing_key_id}/register", told)


def key_saved(stack: Stack, user: str = USER, **changes: Any) -> str:
    """The id of a new saved payment method that can be charged, on the channel its window names."""
    window = key_window(stack, user)
    billing_key_id = str(window["billingKeyId"])
    issued = key_issued(stack, billing_key_id, user, **{"channel_key": window["channelKey"]} | changes)
    registered(stack, billing_key_id, issued, user)
    return billing_key_id


def key_chosen(stack: Stack, billing_key_id: str, user: str = USER) -> Response:
    """The customer gives this method as default."""
    return stack.app(user).put(f"/billing-keys/{billing_key_id}/default")


def key_deleted(stack: Stack, billing_key_id: str, user: str = USER) -> Response:
    """The customer deletes it."""
    return stack.app(user).delete(f"/billing-keys/{billing_key_id}")


def plan_stored(stack: Stack, plan_id: str = "plan-1", amount: int = PRICE, **changes: Any) -> Response:
    """The shop sells a plan, by default by the month."""
    body = {"name": "구독", "amount": amount, "currency": "KRW", "interval": MONTHLY} | changes
    return stack.shop.put(f"/plans/{plan_id}", body)


def subscribe(stack: Stack, user: str = USER, *, request: str = "request-1", **changes: Any) -> Response:
    """The app subscribes to plan-1."""
    body = {"planId": "plan-1"} | changes
    return stack.app(user).post("/subscriptions", body, headers={"idempotency-key": request})


def subscribed(stack: Stack, user: str = USER, **changes: Any) -> str:
    """The id of a subscription that began, with a method saved and a plan stored where there is none."""
    wallet: Wallet | None = stack.ports["store"].wallet(user)
    if wallet is None or wallet.default is None:
        key_saved(stack, user)
    if stack.ports["store"].plan("plan-1") is None:
        plan_stored(stack)
    return id_in(subscribe(stack, user, **changes))


def order_in_parts(stack: Stack, order_id: str, parts: list[dict[str, Any]], user: str = USER) -> Response:
    """The shop stores an order that is paid in these parts."""
    total = sum(part["amount"] for part in parts)
    body = {
        "userId": user,
        "name": "소파",
        "amount": {"total": total},
        "currency": "KRW",
        "payMethods": ["CARD"],
    }
    return stack.shop.put(f"/orders/{order_id}", body | {"parts": parts})


def schedule(stack: Stack, order_id: str, user: str = USER, *, request: str = "request-1") -> Response:
    """The customer agrees to the parts."""
    return stack.app(user).post("/schedules", {"orderId": order_id}, headers={"idempotency-key": request})


def ask(stack: Stack, subscription_id: str, what: str, body: Any = None, user: str = USER) -> Response:
    """The customer pauses, resumes, cancels, consents, previews."""
    return stack.app(user).post(f"/subscriptions/{subscription_id}/{what}", body)


def cancel(stack: Stack, subscription_id: str, *, at_period_end: bool = False) -> Response:
    """The customer ends it."""
    return ask(stack, subscription_id, "cancel", {"atPeriodEnd": at_period_end})


def change(stack: Stack, subscription_id: str, plan_id: str, **changes: Any) -> Response:
    """The customer takes another plan, by default now."""
    body = {"planId": plan_id, "when": "now"} | changes
    return stack.app(USER).put(f"/subscriptions/{subscription_id}/plan", body)


def id_in(answer: Response) -> str:
    """The subscription an answer is about. LookupError for an error."""
    told = json.loads(answer.body)
    if "error" in told:
        raise LookupError(told["error"]["code"])
    return str(told["subscriptionId"])


def held(stack: Stack, subscription_id: str) -> Subscription:
    """What we hold, with all its invoices. LookupError for nothing."""
    store = stack.ports["store"]
    found: Subscription | None = store.subscription(subscription_id)
    if found is None:
        raise LookupError(subscription_id)
    for each in store.settled_invoices(subscription_id, before=None, limit=1000).items:
        found = returned(found, each.invoice)
    return replace(found, invoices={id_: found.invoices[id_] for id_ in sorted(found.invoices, key=int)})


def invoice(stack: Stack, subscription_id: str, number: int = -1) -> Invoice:
    """One of its invoices, by number from 1; the newest by default."""
    invoices = held(stack, subscription_id).invoices
    return invoices[max(invoices, key=int) if number < 0 else str(number)]


def key_of(stack: Stack, billing_key_id: str, user: str = USER) -> SavedKey:
    """A saved payment method as we hold it. LookupError for none."""
    wallet: Wallet | None = stack.ports["store"].wallet(user)
    if wallet is None:
        raise LookupError(user)
    return wallet.keys[billing_key_id]


def charged_at(stack: Stack) -> list[float]:
    """When PortOne received charges, in epoch seconds."""
    return [call.at for call in stack.portone.calls() if call.operation == CHARGE]


def to_hour(stack: Stack, hour: float, days: int = 0) -> None:
    """Nothing happens until the next `hour` o'clock KST, `days` later."""
    clock = clock_of(stack)
    at = kst_midnight(kst_day(clock.now())) + int(hour * HOUR)
    at += DAY if at <= clock.now() else 0
    clock.advance(at + days * DAY - clock.now())


def days_pass(stack: Stack, days: float) -> None:
    """Days go by, from one due moment to the next."""
    let_pass(stack, days * DAY)
