"""The cost of one user is bounded at every route; nobody else notices; refunds still work."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from http import HTTPStatus

import pytest

from portone_local.actors.shop import pay, prepare, put_order
from portone_local.actors.subscribers import key_deleted, key_saved, subscribed
from portone_local.oracle import assert_clean
from portone_local.oracle.identity import assert_identity_clean
from portone_local.stack.passing import clock_of
from tests.support.filling import Act
from tests.support.hostile import Cost, HostileStack, Storm, hostile, is_limit, storm_of
from tests.support.hostile_routes import DONE, MORE, READ, Making
from tests.support.refunding import paid, refund
from tests.support.route_rows import APP_ROWS, SUBSCRIPTION

OK = HTTPStatus.OK
WHOLE = Cost(portone=70, kms=60, stock=6, queued=40, texted=10, rows=60, writes=900)
"""80 calls of one user at one route, a second apart, with the work of ten more minutes."""

INVOICE = replace(WHOLE, writes=1_300)
"""20 attempts at one invoice: each rewrites its payment with those before it, which stay below 25 KB, and is
told to the subscription as well."""

LAST = Cost(portone=3, kms=3, stock=0, queued=2, texted=0, rows=1, writes=20)
"""The last 20 calls themselves, once a bound has answered."""

PAY = f"POST {SUBSCRIPTION}/invoices/{{invoiceId}}/pay"
EVERY: dict[str, Making] = {**DONE, **MORE}


@pytest.fixture
def stack() -> Iterator[HostileStack]:
    with hostile() as opened:
        yield opened


def bystander(stack: HostileStack, user: str) -> list[int]:
    """Somebody else buys, pays, looks and gets their money back; what they were answered."""
    put_order(stack, "order-of-somebody", userId=user)
    app = stack.app(user)
    begun = app.post("/payments", {"orderId": "order-of-somebody", "platform": "web"})
    if begun.status != OK:
        return [begun.status]
    pay(stack, begun.json())
    path = f"/payments/{begun.json()['paymentId']}"
    back = {"refundId": "refund-1", "full": True, "reason": "변심"}
    answers = (
        app.post(f"{path}/verify"),
        app.get(path),
        app.get("/payments"),
        app.post(f"{path}/cancel", back),
    )
    return [answer.status for answer in answers]


def told_when(stack: HostileStack, act: Act) -> None:
    """A 429 says when to come back, in both languages, and the next request is accepted then."""
    limit = next((answer for answer in map(act, range(1_000, 1_040)) if answer and is_limit(answer)), None)
    assert limit is not None
    error = limit.json()["error"]
    assert error["retryable"]
    assert all(error["message"][language] for language in ("ko", "en"))

    clock_of(stack).advance(int(limit.headers["retry-after"]))

    assert not is_limit(act(2_000))


def told(storm: Storm) -> str:
    return f"429 at {storm.refused or '-':<4} {storm.whole}"


def test_every_route_of_a_user_has_a_repeated_case() -> None:
    assert {*READ, *DONE} == set(APP_ROWS)


@pytest.mark.parametrize("route", EVERY)
def test_the_cost_of_one_user_at_one_route_is_bounded(
    stack: HostileStack, route: str, record_property: Callable[[str, object], None]
) -> None:
    act = EVERY[route](stack)
    storm = storm_of(stack, act)
    record_property("cost", f"{route:<52} {told(storm)}")

    assert storm.last.within(LAST), f"one more of it costs still: {storm.last}"
    assert storm.whole.within(INVOICE if route == PAY else WHOLE), f"{storm.whole}"
    assert bystander(stack, "user-2") == [OK] * 4
    if is_limit(storm.answers[-1]):
        told_when(stack, act)


@pytest.mark.parametrize("route", READ)
def test_a_read_route_costs_no_call_of_portone_and_no_write(
    stack: HostileStack, route: str, record_property: Callable[[str, object], None]
) -> None:
    act = READ[route](stack)
    before = stack.spent

    answers = [act(number) for number in range(1, 41)]
    spent = stack.spent - before
    record_property("cost", f"{route:<52} 40 times: {spent}")

    assert {answer.status for answer in answers if answer} == {OK}
    assert (spent.portone, spent.writes, spent.rows, spent.queued) == (0, 0, 0, 0)


@pytest.mark.parametrize("user", ["user-2", "User-1", "user-1#", "user-1#prepare", "user-1%23", "user", "1"])
def test_a_hostile_user_blocks_no_other_user_whatever_their_id(stack: HostileStack, user: str) -> None:
    for making in (DONE["POST /payments"], DONE["POST /billing-keys"]):
        act = making(stack)
        for number in range(1, 60):
            act(number)

    assert bystander(stack, user) == [OK] * 4


def test_refunds_and_cancellations_work_after_any_number_of_requests(
    stack: HostileStack,
) -> None:
    before = paid(stack, "order-before")
    card, held = key_saved(stack), subscribed(stack)
    acts = [EVERY[route](stack) for route in ("POST /payments", "POST /payments/{paymentId}/verify")]
    acts += [EVERY[route](stack) for route in (f"PUT {SUBSCRIPTION}/plan", "POST /billing-keys")]
    for act in acts:
        for number in range(1, 60):
            act(number)
    app = stack.app("user-1")

    assert refund(stack, before).status == OK
    assert app.post(f"/subscriptions/{held}/cancel", {"atPeriodEnd": True}).status == OK
    assert key_deleted(stack, card).status in {OK, HTTPStatus.ACCEPTED}
    assert_clean(stack, answers=stack.answers)


def test_a_customer_with_many_orders_is_not_limited(stack: HostileStack) -> None:
    statuses = []
    for number in range(12):
        put_order(stack, f"order-{number}")
        prepared = prepare(stack, f"order-{number}")
        statuses += [
            stack.app("user-1").post(f"/payments/{prepared['paymentId']}/verify").status for _ in range(2)
        ]
        clock_of(stack).advance(3)
        pay(stack, prepared)
        statuses.append(stack.app("user-1").post(f"/payments/{prepared['paymentId']}/verify").status)
        clock_of(stack).advance(240)

    assert set(statuses) == {OK}
    assert_clean(stack)
    assert_identity_clean(stack)


def test_a_payment_is_recognised_although_its_owner_used_up_all_readings(stack: HostileStack) -> None:
    put_order(stack)
    prepared = prepare(stack)
    ask = stack.app("user-1").post
    for _ in range(260):
        ask(f"/payments/{prepared['paymentId']}/verify")
        clock_of(stack).advance(3)
    stack.portone.webhooks.switched_on = False
    pay(stack, prepared)

    stack.run_for(15 * 60)

    assert stack.app("user-1").get(f"/payments/{prepared['paymentId']}").json()["status"] == "PAID"
    assert_clean(stack)
