"""A look-alike of an id is another id, in every parameter of every route and in every token."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import pytest

from portone_local.actors.people import verified
from portone_local.actors.shop import pay
from portone_local.gateway.client import Client
from portone_local.gateway.messages import Response
from portone_local.stack.stack import Stack
from portone_payments.adapters.dynamo.keys import Key
from tests.support.route_calls import call, names_of, stored
from tests.support.route_rows import APP_ROWS, OPS_ROWS, ORDER, ROWS, SHOP_ROWS, STAFF_ROWS, Subject

NAMES = re.compile(r"\{(\w+)\}")
IN_PATHS = [(route, name) for route in ROWS for name in NAMES.findall(route)]
MADE_HERE = ("PUT /orders/{orderId}", "PUT /plans/{planId}")  # the shop chooses the name
IDS = ("userId", "orderId", "planId", "billingKeyId", "userIds")
# a user may be called anything printable, and tokens and bodies say it as it is
USERS = ("50%off", "a%2Fb", "auth0|a/b", "user-1#payment", "?x=1", "..", ".", "%00", "null", '"', "{}")


def aliases(name: str) -> Iterator[str]:
    """Texts that some decoding, trimming, folding, cutting or joining would take for `name`."""
    yield from (f"%{ord(name[0]):02X}{name[1:]}", f"{name}%", f"{name}%00", f"{name}%20")
    yield from (f"{name} ", f" {name}", f"{name}\n", f"{name}\x00", f"{name}\u200b", f"{name}\u00e9")
    yield from (f"{name}/", f"./{name}", f"{name}/..", f"{name}#", f"{name}?", f"{name};", f"{name}#x")
    yield from (f"0{name}", f"{name}.", f'"{name}"', f"['{name}']", f"{name},{name}", name * 40, name[:-1])
    yield from (chr(ord(name[0]) + 0xFEE0) + name[1:], name.swapcase(), f"{name}\ud83d\ude00")


def others(name: str) -> list[str]:
    return [each for each in aliases(name) if each not in {name, ""}]


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with Stack.in_memory() as opened:
        yield opened


@pytest.fixture(scope="module")
def own(stack: Stack) -> Subject:
    """What belongs to user-1: all that can be named, a refund and a verified person among it."""
    subject = stored(stack, "order-own", "user-1")
    paid = stored(stack, "order-paid", "user-1")
    pay(stack, stack.app("user-1").post("/payments", {"orderId": "order-paid", "platform": "web"}).json())
    stack.app("user-1").post(f"/payments/{paid.payment_id}/verify")
    refund = {"refundId": "refund-1", "amount": 100, "reason": "changed my mind"}
    assert stack.app("user-1").post(f"/payments/{paid.payment_id}/cancel", refund).status in {200, 202}
    assert verified(stack).status == 200
    return Subject(
        subject.order_id,
        paid.payment_id,
        subject.verification_id,
        subject.billing_key_id,
        subject.subscription_id,
    )


def allowed(stack: Stack, route: str) -> Client:
    if route in SHOP_ROWS:
        return stack.shop
    if route in OPS_ROWS:
        return stack.staff
    return stack.staff_app if route in STAFF_ROWS else stack.app("user-1")


def held(stack: Stack) -> dict[Key, str]:
    items = [*stack.dump(), *stack.identity_dump()]
    return {Key.of(item): json.dumps(item, sort_keys=True) for item in items}


def judged(stack: Stack, answer: Response, before: Mapping[Key, str], name: str, spelt: str) -> list[str]:
    """What is wrong with an answer about `spelt`, which is nothing that was there."""
    after = held(stack)
    wrong = [] if answer.status < 500 else [f"{answer.status} for {spelt!r}"]
    # what is kept of that very user may change: one route forgets again whom another forgot
    own = f"#{quote(spelt.encode('utf-8', 'surrogatepass'), safe='')}"
    changed = {where.pk for where, item in before.items() if after.get(where) != item}
    changed = {pk for pk in changed if not pk.endswith(own)}
    wrong += [f"{spelt!r} changed {changed}"] if changed else []
    if answer.status < 300 and answer.json().get(name, spelt) != spelt:
        wrong.append(f"{spelt!r} was answered as {answer.json()[name]!r}")
    return wrong


def told(answer: Response) -> tuple[int, Any]:
    return answer.status, answer.json().get("error", {}).get("code")


def test_every_parameter_of_every_route_is_covered(stack: Stack) -> None:
    here = {(route.key, name) for route in stack.gateway.routes for name in NAMES.findall(route.key)}

    assert here == set(IN_PATHS)


@pytest.mark.parametrize(("route", "name"), [each for each in IN_PATHS if each[0] not in MADE_HERE])
def test_a_look_alike_id_in_a_path_is_another_id(stack: Stack, own: Subject, route: str, name: str) -> None:
    wrong: list[str] = []
    for spelt in others(names_of(own)[name]):
        before = held(stack)
        sent = quote(spelt.encode("utf-8", "surrogatepass"), safe="")

        answer = call(allowed(stack, route), route, own, **{name: sent})

        wrong += judged(stack, answer, before, name, spelt)
        # any text may be a user, of whom there is nothing
        found = answer.status < 300 and name != "userId"
        wrong += [f"{answer.status} for {spelt!r}"] if found else []

    assert wrong == []


@pytest.mark.parametrize(("route", "name"), [each for each in IN_PATHS if each[0] in MADE_HERE])
def test_a_look_alike_id_creates_another_record_and_changes_none(route: str, name: str) -> None:
    wrong: list[str] = []
    with Stack.in_memory() as stack:
        there = stored(stack, "order-own", "user-1")
        for spelt in others(names_of(there)[name]):
            before = held(stack)
            sent = quote(spelt.encode("utf-8", "surrogatepass"), safe="")
            wrong += judged(stack, call(stack.shop, route, there, **{name: sent}), before, name, spelt)

    assert wrong == []


def in_bodies() -> Iterator[tuple[str, str]]:
    probe = Subject("order", "payment")
    for route, row in ROWS.items():
        body: Any = row.json(probe)
        names = set(body) & set(IDS) if isinstance(body, dict) else set()
        # the shop says whose an order is
        yield from ((route, name) for name in names if route != "PUT /orders/{orderId}")


@pytest.mark.parametrize(("route", "name"), sorted(in_bodies()))
def test_a_look_alike_id_in_a_body_is_another_id(stack: Stack, own: Subject, route: str, name: str) -> None:
    said: dict[str, Any] = dict(ROWS[route].json(own))  # type: ignore[call-overload]
    real = said[name] or own.billing_key_id
    client, wrong = allowed(stack, route), list[str]()
    for spelt in others(real if isinstance(real, str) else real[0]):
        before = held(stack)
        body = said | {name: [spelt, "user-9"] if isinstance(real, list) else spelt}
        method, path = route.split()
        headers = {"idempotency-key": f"body-{len(spelt)}"} if ROWS[route].keyed else {}

        answer = client.request(method, path.format(**names_of(own)), json=body, headers=headers)

        wrong += judged(stack, answer, before, name, spelt)
        if answer.status < 300 and route != "POST /identity/erase":
            wrong.append(f"{answer.status} for {spelt!r}")

    assert wrong == []


@pytest.mark.parametrize("route", [route for route, row in APP_ROWS.items() if row.about_something])
def test_a_user_with_a_look_alike_id_owns_nothing_of_the_other(
    stack: Stack, own: Subject, route: str
) -> None:
    wrong: list[str] = []
    for user in others("user-1"):
        before = held(stack)

        answer = call(stack.app(user), route, own)

        wrong += judged(stack, answer, before, "userId", user)
        nobodys = call(stack.app(user), route, Subject("order-none", "none"))
        wrong += [] if told(answer) == told(nobodys) else [f"{answer.status} for {user!r}"]

    assert wrong == []


@pytest.mark.parametrize("user", USERS)
def test_a_user_with_such_an_id_owns_exactly_their_own_records(stack: Stack, own: Subject, user: str) -> None:
    order = f"order-of-{user.encode().hex()}"
    stack.shop.put(f"/orders/{order}", ORDER | {"userId": user})
    app = stack.app(user)

    prepared = app.post("/payments", {"orderId": order, "platform": "web"}).json()["paymentId"]
    verified(stack, user)

    assert stack.shop.get(f"/orders/{order}").json()["userId"] == user
    assert [each["paymentId"] for each in app.get("/payments").json()["items"]] == [prepared]
    assert stack.app("user-1").get(f"/payments/{prepared}").status == 404
    assert app.get(f"/payments/{own.payment_id}").status == 404
    assert stack.shop.post("/identity/erase", {"userId": user}).json() == {"erased": True, "found": True}
    assert stack.app("user-1").get("/me/verification").json()["verified"] is True
