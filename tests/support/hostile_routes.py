"""A user who repeats one route over and over, under fresh ids where it takes any: a maker for each."""

from collections.abc import Callable, Mapping
from http import HTTPStatus

from portone_local.actors.people import id_of, press, start, typed, verified, verify
from portone_local.actors.shop import USER, ask_to_prepare, pay, prepare, put_order
from portone_local.actors.shop import verify as ask_again
from portone_local.actors.subscribers import (
    change,
    key_saved,
    key_started,
    order_in_parts,
    plan_stored,
    schedule,
    subscribe,
    subscribed,
)
from portone_local.gateway.messages import Response
from portone_local.oracle import ObservedStack
from portone_local.portone.identity.people import ADULT, FOREIGNER, MINOR, NAMESAKE, OTHER_ADULT
from tests.support.billing_app import put_parts, put_plan
from tests.support.charging import charge
from tests.support.filling import Act
from tests.support.receipts import paid as paid_by_transfer
from tests.support.refunding import paid, refund
from tests.support.repeated_methods import (
    chosen_cards,
    consents,
    declined_invoices,
    dropped_windows,
    invoice_windows,
    pauses,
    plan_changes,
    tied_cards,
    windows,
)
from tests.support.repeated_payments import invented_approvals
from tests.support.route_rows import KEY, STORED, SUBSCRIPTION

OK = HTTPStatus.OK
PEOPLE = (ADULT, MINOR, OTHER_ADULT, NAMESAKE, FOREIGNER)

type Making = Callable[[ObservedStack], Act]


def prepares(stack: ObservedStack) -> Act:
    """One order, now for a page and now for a phone, under a fresh key each time."""
    put_order(stack)
    platforms = ("web", "ios", "android")
    return lambda number: ask_to_prepare(stack, key=f"key-{number:06}", platform=platforms[number % 3])


def unpaid(stack: ObservedStack) -> Act:
    """Verifies an unpaid payment."""
    prepared = prepare(stack)
    return lambda _: ask_again(stack, prepared)


def refunds(stack: ObservedStack) -> Act:
    """A won back at a time."""
    prepared = paid(stack)
    return lambda number: refund(stack, prepared, f"refund-{number}", amount=1)


def accounts(stack: ObservedStack) -> Act:
    """Another bank account each time, for a refund there is not."""
    path = f"/payments/{paid(stack)['paymentId']}/refunds"
    return lambda number: stack.app(USER).put(
        f"{path}/refund-{number}/account",
        {"bank": "SHINHAN", "number": f"110{number:08}", "holderName": "김민준"},
    )


def refused_receipts(stack: ObservedStack) -> Act:
    """A receipt the PG refuses, for another number each time."""
    path = f"/payments/{paid_by_transfer(stack)['paymentId']}/cash-receipt"

    def act(number: int) -> Response:
        stack.portone.console.refuse_next("issue_cash_receipt", "INVALID_REQUEST")
        return stack.app(USER).post(path, {"type": "PERSONAL", "identityNumber": f"010{number:08}"})

    return act


def verifications(stack: ObservedStack) -> Act:
    """A window to identify oneself, never gone through."""
    return lambda _: stack.app(USER).post("/identity-verifications", {"purpose": "signup"})


def unverified(stack: ObservedStack) -> Act:
    """Reports an unfinished verification as done."""
    verification = id_of(start(stack))
    return lambda _: verify(stack, verification)


def messages(stack: ObservedStack) -> Act:
    """A message to another phone each time."""

    def act(number: int) -> Response:
        begun = stack.app(USER).post("/identity-verifications", {"purpose": "signup", "provider": "DANAL"})
        if begun.status != OK:
            return begun
        return press(stack, id_of(begun.json()), "send", typed(PEOPLE[number % len(PEOPLE)]))

    return act


def resends(stack: ObservedStack) -> Act:
    """The same message again."""
    verification = _sent(stack)
    return lambda _: press(stack, verification, "resend")


def guesses(stack: ObservedStack) -> Act:
    """Another code each time."""
    verification = _sent(stack)
    return lambda number: press(stack, verification, "confirm", {"otp": f"{number:06}"})


def own_facts(stack: ObservedStack) -> Act:
    """Looks at what is known of oneself."""
    verified(stack)
    return _reading(stack, "/me/verification")


def own_verification(stack: ObservedStack) -> Act:
    """Looks at a verification that is under way."""
    return _reading(stack, f"/identity-verifications/{id_of(start(stack))}")


def invented_keys(stack: ObservedStack) -> Act:
    """An invented billing key, for an abandoned window."""
    window = key_started(stack)
    path = f"/billing-keys/{window}/register"
    return lambda number: stack.app(USER).post(path, {"billingKey": f"invented-{number}"})


def deleted_again(stack: ObservedStack) -> Act:
    """Deletes what is deleted."""
    path = f"/billing-keys/{key_saved(stack)}"
    return lambda _: stack.app(USER).delete(path)


def declined_charges(stack: ObservedStack) -> Act:
    """An order charged to a card that is declined."""
    key_saved(stack)
    put_order(stack)
    payment_id = str(ask_to_prepare(stack).json()["paymentId"])
    stack.portone.pg.decline(times=None)
    return lambda number: charge(stack, payment_id, f"charge-{number}")


def subscriptions(stack: ObservedStack) -> Act:
    """Subscribes and ends it at once, under a fresh key each time; PortOne declines."""
    key_saved(stack)
    plan_stored(stack)
    stack.portone.pg.decline(times=None)

    def act(number: int) -> Response:
        answer = subscribe(stack, request=f"request-{number:06}")
        if answer.status == OK:
            path = f"/subscriptions/{answer.json()['subscriptionId']}/cancel"
            stack.app(USER).post(path, {"atPeriodEnd": False})
        return answer

    return act


def schedules(stack: ObservedStack) -> Act:
    """One order in parts, under a fresh key each time."""
    key_saved(stack)
    stack.portone.pg.decline(times=None)
    order_in_parts(stack, "order-1", [{"amount": 400}, {"amount": 600, "dueAt": "2099-01-01T00:00:00Z"}])
    return lambda number: schedule(stack, "order-1", request=f"request-{number:06}")


def previews(stack: ObservedStack) -> Act:
    """What another plan would cost."""
    put_plan(stack, "plan-2", amount=19_900)
    path = f"/subscriptions/{subscribed(stack)}/preview"
    return lambda _: stack.app(USER).post(path, {"planId": "plan-2"})


def dearer_plans(stack: ObservedStack) -> Act:
    """To a dearer plan at once, which is declined, and back."""
    held = subscribed(stack)
    put_plan(stack, "plan-2", amount=19_900)
    stack.portone.pg.decline(times=None)
    return lambda number: change(stack, held, f"plan-{1 + number % 2}")


def resumes(stack: ObservedStack) -> Act:
    """Resumes what is paused, and pauses it again."""
    return pauses(stack)


def parts(stack: ObservedStack) -> Act:
    """Declines a part that is declined."""
    key_saved(stack)
    put_parts(stack, {"amount": 400}, {"amount": 600, "dueAt": "2099-01-01T00:00:00Z"})
    started = schedule(stack, "order-1").json()["subscriptionId"]
    return lambda _: stack.app(USER).post(f"/subscriptions/{started}/parts/2/cancel")


def cancels(stack: ObservedStack) -> Act:
    """Ends at the period's end what is ending."""
    path = f"/subscriptions/{subscribed(stack)}/cancel"
    return lambda _: stack.app(USER).post(path, {"atPeriodEnd": True})


def keeps(stack: ObservedStack) -> Act:
    """Ends it with its period and takes that back."""
    path = f"/subscriptions/{subscribed(stack)}"

    def act(_: int) -> Response:
        stack.app(USER).post(f"{path}/cancel", {"atPeriodEnd": True})
        return stack.app(USER).post(f"{path}/keep")

    return act


def _sent(stack: ObservedStack) -> str:
    verification = id_of(start(stack, provider="DANAL"))
    press(stack, verification, "send", typed())
    return verification


def _reading(stack: ObservedStack, path: str) -> Act:
    return lambda _: stack.app(USER).get(path)


def reading(path: str, begun: Callable[[ObservedStack], str] = lambda _: "") -> Making:
    """Looks at something over and over; `begun` is its id."""
    return lambda stack: _reading(stack, path.format(begun(stack)))


def _payment(stack: ObservedStack) -> str:
    prepared = prepare(stack)
    pay(stack, prepared)
    return str(prepared["paymentId"])


def _refunded(stack: ObservedStack) -> str:
    prepared = paid(stack)
    refund(stack, prepared, amount=1)
    return str(prepared["paymentId"])


def _with_receipt(stack: ObservedStack) -> str:
    payment_id = str(paid_by_transfer(stack)["paymentId"])
    body = {"type": "PERSONAL", "identityNumber": "01098765432"}
    stack.app(USER).post(f"/payments/{payment_id}/cash-receipt", body)
    return payment_id


def _plan(stack: ObservedStack) -> str:
    put_plan(stack)
    return "plan-1"


READ: Mapping[str, Making] = {
    "GET /payments/{paymentId}": reading("/payments/{}", _payment),
    "GET /payments": reading("/payments?limit=100", _payment),
    "GET /payments/{paymentId}/refunds/{refundId}": reading("/payments/{}/refunds/refund-1", _refunded),
    "GET /payments/{paymentId}/cash-receipt": reading("/payments/{}/cash-receipt", _with_receipt),
    "GET /me/verification": own_facts,
    f"GET {STORED}": own_verification,
    "GET /billing-keys": reading("/billing-keys", key_saved),
    f"GET {KEY}": reading("/billing-keys/{}", key_saved),
    "GET /plans/{planId}": reading("/plans/{}", _plan),
    "GET /subscriptions": reading("/subscriptions", subscribed),
    f"GET {SUBSCRIPTION}": reading("/subscriptions/{}", subscribed),
    f"GET {SUBSCRIPTION}/invoices": reading("/subscriptions/{}/invoices", subscribed),
    f"POST {SUBSCRIPTION}/preview": previews,
}
"""What only looks."""

DONE: Mapping[str, Making] = {
    "POST /payments": prepares,
    "POST /payments/{paymentId}/verify": unpaid,
    "POST /payments/{paymentId}/cancel": refunds,
    "PUT /payments/{paymentId}/refunds/{refundId}/account": accounts,
    "POST /payments/{paymentId}/confirm": invented_approvals,
    "POST /payments/{paymentId}/cash-receipt": refused_receipts,
    "POST /payments/{paymentId}/charge": declined_charges,
    "POST /identity-verifications": verifications,
    f"POST {STORED}/verify": unverified,
    f"POST {STORED}/send": messages,
    f"POST {STORED}/resend": resends,
    f"POST {STORED}/confirm": guesses,
    "POST /billing-keys": windows,
    f"POST {KEY}/register": invented_keys,
    f"PUT {KEY}/default": chosen_cards,
    f"DELETE {KEY}": dropped_windows,
    "POST /subscriptions": subscriptions,
    "POST /schedules": schedules,
    f"PUT {SUBSCRIPTION}/plan": dearer_plans,
    f"PUT {SUBSCRIPTION}/billing-key": tied_cards,
    f"POST {SUBSCRIPTION}/pause": pauses,
    f"POST {SUBSCRIPTION}/resume": resumes,
    f"POST {SUBSCRIPTION}/consent": consents,
    f"POST {SUBSCRIPTION}/parts/{{invoiceId}}/cancel": parts,
    f"POST {SUBSCRIPTION}/invoices/{{invoiceId}}/pay": declined_invoices,
    f"POST {SUBSCRIPTION}/cancel": cancels,
    f"POST {SUBSCRIPTION}/keep": keeps,
}
"""What changes something or asks PortOne, as a hostile user would have it cost most."""

MORE: Mapping[str, Making] = {
    "deleting what is deleted": deleted_again,
    "plans that are paid for": plan_changes,
    "windows for an invoice": invoice_windows,
}
