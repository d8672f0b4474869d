"""Repeatable commands about saved methods and subscriptions, one more at each call."""

from http import HTTPStatus

from portone_local.actors.shop import USER
from portone_local.actors.subscribers import (
    cancel,
    change,
    id_in,
    key_chosen,
    key_deleted,
    key_issued,
    key_saved,
    order_in_parts,
    plan_stored,
    registered,
    schedule,
    subscribe,
    subscribed,
)
from portone_local.gateway.messages import Response
from portone_local.oracle import ObservedStack
from portone_local.stack.passing import clock_of, let_pass
from tests.support.billing_app import put_plan
from tests.support.filling import Act

OK = HTTPStatus.OK
MINUTE, HOUR = 60, 3600
LONG = "변" * 90


def windows(stack: ObservedStack) -> Act:
    """A window to save a card, never gone through."""
    return lambda _: stack.app(USER).post("/billing-keys", {"payMethod": "CARD", "platform": "ios"})


def dropped_windows(stack: ObservedStack) -> Act:
    """A window to save a card, deleted at once."""

    def act(_: int) -> Response:
        answer = stack.app(USER).post("/billing-keys", {"payMethod": "CARD", "platform": "ios"})
        if answer.status == OK:
            key_deleted(stack, answer.json()["billingKeyId"])
        return answer

    return act


def abandoned_windows(stack: ObservedStack) -> Act:
    """An abandoned window to save a card, eight a day."""

    def act(_: int) -> Response:
        clock_of(stack).advance(3 * HOUR)
        answer = stack.app(USER).post("/billing-keys", {"payMethod": "CARD", "platform": "ios"})
        let_pass(stack, 2 * MINUTE)
        return answer

    return act


def dropped_cards(stack: ObservedStack) -> Act:
    """A card saved and deleted."""

    def act(_: int) -> Response:
        answer = stack.app(USER).post("/billing-keys", {"payMethod": "CARD", "platform": "ios"})
        if answer.status != OK:
            return answer
        billing_key_id = answer.json()["billingKeyId"]
        registered(stack, billing_key_id, key_issued(stack, billing_key_id))
        return key_deleted(stack, billing_key_id)

    return act


def chosen_cards(stack: ObservedStack) -> Act:
    """One card, then the other."""
    cards = [key_saved(stack), key_saved(stack, card="other")]
    return lambda number: key_chosen(stack, cards[number % 2])


def subscriptions(stack: ObservedStack) -> Act:
    """Subscribed and cancelled."""
    key_saved(stack)
    plan_stored(stack)

    def act(number: int) -> Response:
        answer = subscribe(stack, request=f"request-{number:06}")
        if answer.status == OK:
            cancel(stack, str(answer.json()["subscriptionId"]))
        return answer

    return act


def plan_changes(stack: ObservedStack) -> Act:
    """To a dearer plan now, and back."""
    key_saved(stack)
    plan_stored(stack)
    put_plan(stack, "plan-2", amount=19_900)
    held = subscribed(stack)

    def act(number: int) -> Response:
        return change(stack, held, f"plan-{1 + number % 2}")

    return act


def later_changes(stack: ObservedStack) -> Act:
    """To another plan from the next period on, and back."""
    key_saved(stack)
    plan_stored(stack)
    put_plan(stack, "plan-2", amount=19_900)
    held = subscribed(stack)
    return lambda number: change(stack, held, f"plan-{1 + number % 2}", when="period_end")


def pauses(stack: ObservedStack) -> Act:
    """Paused and resumed."""
    held = subscribed(stack)
    path = f"/subscriptions/{held}"

    def act(_: int) -> Response:
        stack.app(USER).post(f"{path}/pause", {})
        return stack.app(USER).post(f"{path}/resume", {})

    return act


def consents(stack: ObservedStack) -> Act:
    """A consent to another amount each time."""
    held = subscribed(stack)
    return lambda number: stack.app(USER).post(f"/subscriptions/{held}/consent", {"amount": 9_900 + number})


def declined_invoices(stack: ObservedStack) -> Act:
    """A part paid ahead with a card that is declined."""
    path = _invoice(stack)
    stack.portone.pg.decline(times=None)
    return lambda _: stack.app(USER).post(path, {})


def invoice_windows(stack: ObservedStack) -> Act:
    """A window for an invoice, now for a page and now for a phone."""
    path = _invoice(stack)
    platforms = ("web", "ios", "android")
    return lambda number: stack.app(USER).post(path, {"window": {"platform": platforms[number % 3]}})


def tied_cards(stack: ObservedStack) -> Act:
    """A subscription tied to one card, then to the other."""
    held = subscribed(stack)
    cards = [key_saved(stack, card="other"), key_saved(stack, card="third")]
    path = f"/subscriptions/{held}/billing-key"
    return lambda number: stack.app(USER).put(path, {"billingKeyId": cards[number % 2]})


def _invoice(stack: ObservedStack) -> str:
    """Where a part is paid that is due much later."""
    key_saved(stack)
    later = {"amount": 600, "dueAt": "2099-01-01T00:00:00Z"}
    order_in_parts(stack, "order-1", [{"amount": 400}, later])
    return f"/subscriptions/{id_in(schedule(stack, 'order-1'))}/invoices/2/pay"
