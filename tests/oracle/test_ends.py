"""The oracle sees what lies in the table longer than its end; a table five years older is empty (I14)."""

from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

import pytest

from portone_local.actors.shop import USER, checkout, pay, prepare, put_order
from portone_local.actors.subscribers import (
    cancel,
    days_pass,
    key_deleted,
    key_saved,
    plan_stored,
    subscribed,
    to_hour,
)
from portone_local.oracle import ObservedStack, assert_clean
from portone_local.oracle.ends import DAY, KEPT, LATE, outlived
from portone_local.stack.passing import clock_of
from portone_payments.adapters.dynamo.codec import Item
from tests.support.refunding import paid, refund

AT = 1_767_323_045
OLD = AT + KEPT + LATE + DAY


def item(kind: str, sort: str = "", **held: Any) -> Item:
    found: Item = {"pk": {"S": f"{kind}#1"}, "sk": {"S": sort or kind}}
    for name, value in held.items():
        found[name] = {"S": value} if isinstance(value, str) else {"N": str(value)}
    return found


PAID = item("payment", created_at=AT, read_at=OLD - 60)
LINE: Item = {"M": {"at": {"N": str(OLD - 60)}}}
KEPT_TOO_LONG: dict[str, list[Item]] = {
    "a payment": [PAID],
    "a payment's line": [item("payment", "history#00000001", at=AT)],
    "a refund that left": [item("payment", "refund#x", created_at=AT)],
    "an order nobody paid": [item("order", created_at=AT)],
    "an order whose payment is gone": [item("order", created_at=AT, payment_id="2")],
    "a subscription that ended": [item("subscription", created_at=AT, status="ENDED")],
    "a card that is gone": [item("wallet", "saved-key#x", created_at=AT)],
    "whose a card was": [item("key", user_id="user-1", gone_at=AT)],
    "whose a card is, without a wallet": [item("key", user_id="user-1")],
    "a call for a payment that is gone": [item("attention")],
    "a request without an end": [item("request", created_at=OLD)],
    "an unmatched webhook without an end": [item("unmatched", received_at=OLD)],
    "what staff closed": [item("discrepancy", closed_at=OLD)],
    "what nobody named an end for": [item("invention", created_at=OLD)],
}
STILL_THERE: dict[str, list[Item]] = {
    "one that is due": [PAID | {"due_at": {"N": "1"}}],
    "one that calls a person": [PAID | {"attentions": {"L": [{"M": {}}]}}],
    "one that moved lately": [PAID | {"history": {"L": [LINE]}}],
    "one DynamoDB has the word for": [PAID | {"ttl": {"N": str(OLD - 1)}}],
    "a payment and its lines": [PAID | {"history": {"L": [LINE]}}, item("payment", "history#1", at=AT)],
    "an order offered for long": [item("order", created_at=AT, expires_at=OLD)],
    "an order with its payment": [
        item("order", created_at=AT, payment_id="1"),
        PAID | {"history": {"L": [LINE]}},
    ],
    "a subscription that goes on": [item("subscription", created_at=AT, status="ACTIVE")],
    "the shop's offer": [item("plan")],
    "a call that is open": [item("attention"), PAID | {"due_at": {"N": "1"}}],
}


@pytest.mark.parametrize("items", KEPT_TOO_LONG.values(), ids=list(KEPT_TOO_LONG))
def test_data_stored_beyond_its_end_is_a_finding(items: list[Item]) -> None:
    assert len(list(outlived(items, OLD))) == 1


@pytest.mark.parametrize("items", STILL_THERE.values(), ids=list(STILL_THERE))
def test_data_before_its_end_is_no_finding(items: list[Item]) -> None:
    assert list(outlived(items, OLD)) == []


@pytest.fixture
def stack() -> Iterator[ObservedStack]:
    """A stack at noon in Korea."""
    with ObservedStack.in_memory(seed=1) as opened:
        to_hour(opened, 12)
        yield opened


def live(stack: ObservedStack) -> None:
    """Paid, refunded in many parts, declined, expired, withdrawn, subscribed, saved, deleted, unmatched."""
    for number in range(12):
        refund(
            stack, paid(stack, "order-1") if number == 0 else prepare_again(stack), f"r-{number}", amount=1
        )
    put_order(stack, "order-nobody")
    prepare(stack, "order-expired")
    prepare(stack, "order-withdrawn")
    stack.shop.request("DELETE", "/orders/order-withdrawn")
    card = key_saved(stack)
    held = subscribed(stack)
    cancel(stack, held)
    key_deleted(stack, card)
    stack.portone.buyer.pay("somebodyelses1", checkout(prepare(stack, "order-ready"), custom_data=None))
    pay(stack, prepare(stack, "order-late"))
    stack.deliver()
    stack.run_for(4 * DAY, step=3600)


def prepare_again(stack: ObservedStack) -> dict[str, Any]:
    listed = stack.app(USER).get("/payments").json()["items"]
    return next(each for each in listed if each["orderId"] == "order-1")


def later(stack: ObservedStack, seconds: float) -> None:
    """So much later, with a look for what has ended."""
    clock_of(stack).advance(seconds)
    stack.functions.invoke("Retention", {})


def test_five_years_later_no_data_of_any_person_is_left(stack: ObservedStack) -> None:
    live(stack)
    assert_clean(stack, answers=stack.answers)

    later(stack, KEPT + 2 * DAY)
    later(stack, LATE)

    now = stack.clock.now()
    left = [each for each in stack.dump() if float(each.get("ttl", {"N": "inf"})["N"]) > now]
    assert {each["sk"]["S"] for each in left} <= {"plan", "pace", "stops", "audit"}


def test_a_day_before_the_end_everything_is_there(stack: ObservedStack) -> None:
    live(stack)
    kinds: Callable[[], list[str]] = lambda: sorted(  # noqa: E731 - asked twice
        each["pk"]["S"] for each in stack.dump() if each["sk"]["S"] in {"payment", "order", "wallet"}
    )
    before = kinds()

    later(stack, KEPT - 6 * DAY)

    assert kinds() == before


def test_an_open_record_does_not_end(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    pay(stack, prepared, amount=100, tampered=True)
    stack.portone.console.refuse_next_cancel(times=99)
    stack.deliver()
    stack.run_for(DAY, step=3600)
    assert stack.staff.get("/ops/attention?kind=mismatch").json()["items"]

    later(stack, KEPT + 2 * DAY)

    assert stack.staff.get("/ops/attention?kind=mismatch").json()["items"]


def test_a_subscription_of_eight_years_continues_although_its_first_payments_ended(
    stack: ObservedStack,
) -> None:
    plan_stored(stack, interval={"unit": "YEAR", "count": 1})
    held = subscribed(stack)
    first = stack.app(USER).get("/payments").json()["items"][0]["paymentId"]
    for _ in range(4 * 8):
        days_pass(stack, 91.3)
        stack.functions.invoke("Retention", {})

    paid_for = stack.app(USER).get("/payments?limit=100").json()["items"]
    assert stack.app(USER).get(f"/payments/{first}").status == HTTPStatus.NOT_FOUND
    assert 5 <= len(paid_for) <= 6
    assert stack.app(USER).get(f"/subscriptions/{held}").json()["status"] == "ACTIVE"
    assert_clean(stack, answers=stack.answers)
