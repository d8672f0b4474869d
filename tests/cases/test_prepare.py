"""A spent id gives way to a new one after a reading, and a repeated key is answered the truth of today."""

from typing import Any

import pytest

from portone_local.actors.shop import ask_to_prepare, pay, prepare, put_order, status, verify
from portone_local.actors.subscribers import key_saved
from portone_local.gateway.messages import Response
from portone_local.portone import Fault
from portone_local.stack.passing import let_pass
from tests.support.charging import charge
from tests.support.refunding import cancelled_at_portone, paid, refund
from tests.support.unkind import UnkindStack, refused

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
KEY = "one-key-of-the-app"


def spent(stack: UnkindStack, *, at_portone: int = 2, **decline: Any) -> str:
    """The id of a payment whose paymentId PortOne takes no more tries of."""
    key_saved(stack)
    put_order(stack)
    prepared = prepare(stack)
    stack.portone.pg.max_attempts = at_portone
    stack.portone.pg.decline(times=at_portone, **decline)
    for number in range(at_portone + 1):
        charge(stack, prepared["paymentId"], f"charge-{number}")
        let_pass(stack, 5 * MINUTE)
    return str(prepared["paymentId"])


@pytest.mark.parametrize("times", [1, 2, 5])
def test_an_order_whose_payment_id_takes_no_more_attempts_gets_a_new_one(
    stack: UnkindStack, times: int
) -> None:
    old = spent(stack, at_portone=times)

    again = ask_to_prepare(stack)
    paying = charge(stack, again.json()["paymentId"], "charge-new")

    assert (again.status, again.json()["paymentId"] != old) == (200, True)
    assert (paying.status, stack.portone.books()[again.json()["paymentId"]].times_paid) == (200, 1)
    assert stack.shop.get("/orders/order-1").json()["paidTotal"] == 12_000


def test_every_prepare_answers_the_same_new_id(stack: UnkindStack) -> None:
    old = spent(stack)

    ids = {ask_to_prepare(stack, key=key).json()["paymentId"] for key in (None, "a", "b", "a")}

    assert len(ids) == 1
    assert old not in ids


def test_a_used_up_id_is_replaced_only_after_a_reading(stack: UnkindStack) -> None:
    key_saved(stack)
    prepared = prepare(stack)
    stack.portone.pg.max_attempts = 1
    stack.portone.pg.decline(times=1)
    charge(stack, prepared["paymentId"], "charge-1")
    stack.portone.inject(operation="get_payment", fault=Fault.HTML_500, times=None)
    charge(stack, prepared["paymentId"], "charge-2")

    blind = ask_to_prepare(stack)
    stack.portone.clear_faults()
    let_pass(stack, 10 * MINUTE)
    seeing = ask_to_prepare(stack)

    assert blind.status != 200 or blind.json()["paymentId"] == prepared["paymentId"]
    assert seeing.json()["paymentId"] != prepared["paymentId"]


def test_a_used_up_id_paid_late_makes_the_second_payment_a_surplus(stack: UnkindStack) -> None:
    old = spent(stack, approves_after=HOUR)
    again = prepare(stack)
    assert again["paymentId"] != old
    let_pass(stack, 2 * HOUR)

    pay(stack, again)
    verify(stack, again)
    let_pass(stack, HOUR)

    books = stack.portone.books()
    kept = sum(book.paid - book.cancelled for book in books.values() if book.times_paid)
    assert books[old].times_paid == 1
    assert kept <= 12_000


def lapsed(stack: UnkindStack) -> dict[str, Any]:
    """A virtual account nobody paid into in time."""
    prepared = prepare(stack, key=KEY)
    pay(stack, prepared, method="VIRTUAL_ACCOUNT")
    verify(stack, prepared)
    let_pass(stack, 3 * DAY + 3 * HOUR)
    return prepared


def given_back(stack: UnkindStack) -> dict[str, Any]:
    """A payment refunded in full."""
    prepared = prepare(stack, key=KEY)
    pay(stack, prepared)
    verify(stack, prepared)
    refund(stack, prepared)
    return prepared


def given_back_in_the_console(stack: UnkindStack) -> dict[str, Any]:
    """The same in PortOne's console."""
    prepared = prepare(stack, key=KEY)
    pay(stack, prepared)
    verify(stack, prepared)
    stack.portone.console.cancel(prepared["paymentId"])
    stack.deliver()
    return prepared


def wrong_and_given_back(stack: UnkindStack) -> dict[str, Any]:
    """Another amount was paid and refunded."""
    prepared = prepare(stack, key=KEY)
    pay(stack, prepared, amount=10, tampered=True)
    verify(stack, prepared)
    let_pass(stack, HOUR)
    assert cancelled_at_portone(stack, prepared) == 10
    return prepared


ENDED = {
    each.__name__: each for each in (lapsed, given_back, given_back_in_the_console, wrong_and_given_back)
}


def truthful(answer: Response, old: str) -> bool:
    """A new payment, or a refusal that does not call the order paid."""
    if answer.status == 200:
        return bool(answer.json()["paymentId"] != old)
    return refused(answer) and answer.json()["error"]["code"] != "order_already_paid"


@pytest.mark.parametrize("ended", list(ENDED))
def test_a_repeated_key_answers_the_present_state(stack: UnkindStack, ended: str) -> None:
    old = ENDED[ended](stack)["paymentId"]

    first, second = (ask_to_prepare(stack, key=KEY) for _ in range(2))

    assert truthful(first, old)
    assert (second.status, second.json().get("paymentId")) == (first.status, first.json().get("paymentId"))


@pytest.mark.parametrize("ended", list(ENDED))
def test_the_payment_a_repeated_key_opens_can_be_paid_once(stack: UnkindStack, ended: str) -> None:
    ENDED[ended](stack)
    again = ask_to_prepare(stack, key=KEY)
    if again.status != 200:
        again = ask_to_prepare(stack, key="another-key")
    fresh = again.json()

    pay(stack, fresh)
    verify(stack, fresh)
    after = ask_to_prepare(stack, key=KEY)

    assert status(stack, fresh) == "PAID"
    assert (after.status, after.json()["error"]["code"]) == (409, "order_already_paid")


def test_a_repeated_key_of_a_paid_order_answers_that_it_is_paid(stack: UnkindStack) -> None:
    prepared = prepare(stack, key=KEY)
    pay(stack, prepared)
    verify(stack, prepared)

    answer = ask_to_prepare(stack, key=KEY)

    assert (answer.status, answer.json()["error"]["code"]) == (409, "order_already_paid")


def test_a_repeated_key_of_a_payable_payment_answers_that_payment(stack: UnkindStack) -> None:
    prepared = prepare(stack, key=KEY)
    stack.portone.buyer.decline(prepared["paymentId"])
    verify(stack, prepared)
    let_pass(stack, 2 * HOUR)

    assert prepare(stack, key=KEY)["paymentId"] == prepared["paymentId"]
    assert paid(stack, "order-2")["paymentId"] != prepared["paymentId"]
