"""Billing keys, tokens and what stands on a card, in everything that handles them (I7)."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from portone_local.actors.shop import USER, ask_to_prepare, put_order
from portone_local.actors.subscribers import to_hour
from portone_local.oracle import ObservedStack
from portone_local.oracle.identity import forms_of
from portone_local.portone import Decline, Fault
from portone_local.portone.billing.records import BillingIssue
from portone_local.twins.tables import MemoryQueue
from tests.support.billing_app import issue_window, issued, put_plan, save_key, subscribe

STRANGER = "user-2"
CHARGE = "pay_with_billing_key"
NAME, PHONE, EMAIL = "canary0buyer", "01090807060", "canary0mail@shop.example"
CARD_NUMBER = "9490220006611406"
PG_MESSAGE = "canary0pg0message"
CUSTOMER = {"name": NAME, "phoneNumber": PHONE, "email": EMAIL}
CARDS = ("card-1", "card-2", "card-3")
DAILY = {"unit": "DAY", "count": 1}


@dataclass
class Life:
    """What was planted, by kind, and what somebody else was answered.

    `secrets` stand nowhere; `masked` are shown to their owner, and stored for that.
    """

    secrets: dict[str, str] = field(default_factory=dict)
    masked: dict[str, str] = field(default_factory=dict)
    overheard: list[str] = field(default_factory=list)


def live_through(stack: ObservedStack) -> Life:
    """Keys saved, charged, refused and deleted, by every way there is, going well and badly."""
    life = Life()
    _registered(stack, life)
    _refused(stack)
    _charged(stack)
    _subscribed(stack)
    _pried(stack, life)
    _deleted(stack)
    stack.run_for(180)
    return known(stack, life)


def known(stack: ObservedStack, life: Life) -> Life:
    """With every key of PortOne's books and every masked number it shows."""
    books = stack.portone.billing_books().keys
    life.secrets |= {f"billing key {number}": key for number, key in enumerate(books)}
    life.secrets |= {"name": NAME, "phone": PHONE, "email": EMAIL, "card": CARD_NUMBER, "PG": PG_MESSAGE}
    life.masked |= {f"number of {card}": masked_number(card) for card in CARDS}
    return life


def masked_number(card: str) -> str:
    """What PortOne shows of a card."""
    return f"00000000****{BillingIssue(card=card).last_four}"


def places(stack: ObservedStack, life: Life, printed: str = "", queued: Iterable[str] = ()) -> dict[str, str]:
    """What was said, by where; `printed` is standard output, `queued` what a Listener heard."""
    queues = [stack.ports[name] for name in ("queue", "charge_queue")]
    bodies = [body for queue in queues if isinstance(queue, MemoryQueue) for body in queue.bodies]
    refusals = [answer.body for answer in stack.answers if answer.status >= 400]
    stack.publish()
    return {
        "logs": "\n".join(stack.logs),
        "metrics": "\n".join([*stack.metrics, printed]),
        "queues": "\n".join([*queued, *bodies]),
        "events": "\n".join(map(repr, stack.bus.published)),
        "errors": "\n".join(refusals),
        "answers to others": "\n".join(life.overheard),
        "table": json.dumps(stack.dump(), ensure_ascii=False),
    }


def heard(said: Mapping[str, str], life: Life) -> set[tuple[str, str]]:
    """Place and name of each secret in clear, Base64 or hex; a masked number may stand in the table."""
    secrets = {
        (where, name) for where in said for name, each in life.secrets.items() if _in(said[where], each)
    }
    aloud = {where for where in said if where != "table"}
    return secrets | {
        (where, name) for where in aloud for name, each in life.masked.items() if _in(said[where], each)
    }


def _in(text: str, secret: str) -> bool:
    return any(form in text for form in forms_of(secret))


def _registered(stack: ObservedStack, life: Life) -> None:
    """By key, by token, unreported, while PortOne is silent, by webhook alone; one declined in the window."""
    save_key(stack, card="card-1", customer=CUSTOMER)
    _token(stack, life, "token")
    stack.portone.inject(operation="confirm_billing_key", fault=Fault.RESET_BEFORE_COMMIT)
    _token(stack, life, "token without an answer")
    for fault in (Fault.HTML_502, Fault.TRUNCATED_JSON, Fault.UNAUTHORIZED):
        stack.portone.inject(operation="get_billing_key", fault=fault)
        window = issue_window(stack)
        _register(stack, window, issued(stack, window, card="card-2", customer=CUSTOMER))
    issued(stack, issue_window(stack, STRANGER), card="card-3", customer=CUSTOMER)
    declined = Decline(PG_MESSAGE, "51", PG_MESSAGE)
    issued(stack, issue_window(stack), decline=declined, customer=CUSTOMER)
    for key in list(stack.portone.billing_books().keys)[:1]:
        stack.portone.console.update_billing_key(key)
    stack.deliver()
    stack.run_for(120)


def _token(stack: ObservedStack, life: Life, name: str) -> None:
    window = issue_window(stack)
    told = issued(stack, window, manual=True, card="card-1", customer=CUSTOMER)
    life.secrets[name] = told["billingIssueToken"]
    _register(stack, window, told)


def _register(stack: ObservedStack, window: dict[str, Any], told: dict[str, Any], user: str = USER) -> None:
    stack.app(user).post(f"/billing-keys/{window['billingKeyId']}/register", told)


def _refused(stack: ObservedStack) -> None:
    """Input in the wrong field that contains a key or a card number, and a key of another user."""
    mine, theirs = issue_window(stack), issue_window(stack, STRANGER)
    told = issued(stack, theirs, customer=CUSTOMER)
    _register(stack, mine, told)
    app, key = stack.app(USER), told["billingKey"]
    app.get(f"/billing-keys/{key}")
    app.delete(f"/billing-keys/{key}")
    app.post("/billing-keys", {"payMethod": "CARD", "platform": "web", "cardNumber": CARD_NUMBER})
    app.post("/billing-keys", {"payMethod": CARD_NUMBER, "platform": key})
    app.post(f"/billing-keys/{theirs['billingKeyId']}/register", {"billingKey": CARD_NUMBER})
    app.post("/payments/absent/charge", {"chargeId": "charge-1", "billingKeyId": key})
    subscribe(stack, key="request-0", planId=CARD_NUMBER, billingKeyId=key)


def _charged(stack: ObservedStack) -> None:
    """An order paid at once, one declined, two with an unknown outcome."""
    faults = (None, None, Fault.TIMEOUT_AFTER_COMMIT, Fault.TRUNCATED_JSON)
    for number, fault in enumerate(faults):
        put_order(stack, f"order-{number}")
        payment_id = ask_to_prepare(stack, f"order-{number}").json()["paymentId"]
        if fault:
            stack.portone.inject(operation=CHARGE, fault=fault)
        elif number:
            stack.portone.pg.decline(message=PG_MESSAGE, readable=True)
        stack.app(USER).post(f"/payments/{payment_id}/charge", {"chargeId": "charge-1"})
        stack.deliver()
        stack.app(USER).get(f"/payments/{payment_id}")


def _subscribed(stack: ObservedStack) -> None:
    """Days of a subscription: paid, declined, unknown."""
    put_plan(stack, interval=DAILY)
    subscribe(stack)
    _next_day(stack)
    stack.portone.pg.decline(message=PG_MESSAGE)
    _next_day(stack)
    stack.portone.inject(operation=CHARGE, fault=Fault.RESET_AFTER_COMMIT)
    _next_day(stack)


def _next_day(stack: ObservedStack) -> None:
    to_hour(stack, 10.1, days=1)
    stack.run_for(180)


def _pried(stack: ObservedStack, life: Life) -> None:
    """Another user requests all of it."""
    app = stack.app(STRANGER)
    keys = [each["billingKeyId"] for each in stack.app(USER).get("/billing-keys").json()["items"]]
    rented = [each["subscriptionId"] for each in stack.app(USER).get("/subscriptions").json()["items"]]
    paid = [each["paymentId"] for each in stack.app(USER).get("/payments").json()["items"]]
    names = {"billing-keys": keys, "subscriptions": rented, "payments": paid}
    asked = [app.get(f"/{kind}/{name}") for kind, found in names.items() for name in found]
    asked += [app.post(f"/payments/{name}/charge", {"chargeId": "charge-1"}) for name in paid]
    asked += [app.delete(f"/billing-keys/{name}") for name in keys]
    life.overheard += [answer.body.decode() for answer in asked]


def _deleted(stack: ObservedStack) -> None:
    """One at once, one without an answer, one in PortOne's console."""
    first, second, *_ = stack.app(USER).get("/billing-keys").json()["items"]
    stack.app(USER).delete(f"/billing-keys/{first['billingKeyId']}")
    stack.portone.inject(operation="delete_billing_key", fault=Fault.RESET_AFTER_COMMIT)
    stack.app(USER).delete(f"/billing-keys/{second['billingKeyId']}")
    left = [each for each in stack.portone.billing_books().keys.values() if each.state == "ISSUED"]
    stack.portone.console.delete_billing_key(left[0].billing_key)
    stack.deliver()
