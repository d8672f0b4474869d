"""What comes due by itself: whose turn it is, what a window decides, what is told beforehand, once."""

from collections.abc import Callable
from typing import Any

import pytest

from portone_local.actors.shop import checkout
from portone_local.actors.subscribers import PRICE, ask, cancel, change, days_pass, held, key_deleted
from portone_local.oracle import assert_clean
from tests.support.lives import (
    DAILY,
    WEEKLY,
    begun,
    ended,
    paid_by_window,
    pay,
    repriced_for_all,
    said,
    sold,
    states,
    status,
    took,
    view,
    window_opened,
)
from tests.support.unkind import UnkindStack
from tests.support.world import USER

MINUTE = 60
COMING = "subscription.price_change_coming"


def past_due(stack: UnkindStack) -> str:
    """A subscription whose second period was declined; every card is good again."""
    subscription_id = begun(stack)
    days_pass(stack, 30)
    stack.portone.pg.decline(times=None)
    days_pass(stack, 1.2)
    stack.portone.pg.accept()
    assert status(stack, subscription_id) == "PAST_DUE"
    return subscription_id


def withheld(stack: UnkindStack) -> str:
    """A subscription whose second period waits for consent to a higher price."""
    subscription_id = begun(stack)
    repriced_for_all(stack, 12_000)
    days_pass(stack, 31)
    assert states(stack, subscription_id)["2"] == "WITHHELD"
    return subscription_id


@pytest.mark.parametrize("interval", [WEEKLY, DAILY], ids=["weekly", "daily"])
def test_a_card_that_pays_again_pays_every_older_period_first(
    stack: UnkindStack, interval: dict[str, Any]
) -> None:
    sold(stack, interval=interval)
    subscription_id = begun(stack)
    days_pass(stack, 6)
    stack.portone.pg.decline(times=None)
    days_pass(stack, 9)
    stack.portone.pg.accept()

    days_pass(stack, 20)

    assert status(stack, subscription_id) == "ACTIVE"
    paid = [*held(stack, subscription_id).invoices.values()][: len(took(stack))]
    assert {each.state for each in paid} == {"PAID"}


def test_a_card_called_lost_that_pays_the_next_period_pays_the_older_one(stack: UnkindStack) -> None:
    sold(stack, interval=WEEKLY)
    subscription_id = begun(stack)
    days_pass(stack, 6)
    stack.portone.pg.decline(code="INVALID_CARD_LOST_OR_STOLEN", readable=True)

    days_pass(stack, 20)

    assert (took(stack), status(stack, subscription_id)) == ([PRICE] * 4, "ACTIVE")


def test_a_period_given_up_with_this_day_is_tried_before_a_newer_one(stack: UnkindStack) -> None:
    sold(stack, interval=WEEKLY)
    subscription_id = begun(stack)
    days_pass(stack, 6)
    stack.portone.pg.decline(times=None)
    days_pass(stack, 9)
    paid_by_window(stack, window_opened(stack, subscription_id, 3))
    stack.portone.pg.accept()

    days_pass(stack, 20)

    assert status(stack, subscription_id) == "ACTIVE"
    assert set(states(stack, subscription_id).values()) == {"PAID"}
    assert len(took(stack)) == 6


@pytest.mark.parametrize("is_paid", [True, False], ids=["paid", "left"])
@pytest.mark.parametrize("owing", [past_due, withheld], ids=["declined", "withheld"])
def test_a_window_that_may_be_paid_decides_when_a_cancellation_at_period_end_happens(
    stack: UnkindStack, owing: Callable[[UnkindStack], str], *, is_paid: bool
) -> None:
    subscription_id = owing(stack)
    handed = window_opened(stack, subscription_id, 2)
    if is_paid:
        stack.portone.webhooks.switched_on = False
        stack.portone.buyer.pay(handed["paymentId"], checkout(handed))

    answer = cancel(stack, subscription_id, at_period_end=True)
    shown = view(stack, subscription_id)
    days_pass(stack, 2)

    assert (answer.status, shown["status"], shown["waitsFor"]) == (202, "ENDING", "outcome")
    after = (took(stack)[1:], ended(stack, subscription_id))
    paid = ([handed["totalAmount"]], ("ENDING", None))
    assert after == (paid if is_paid else ([], ("ENDED", "customer")))


def test_a_window_without_an_outcome_is_read_more_rarely_with_time(stack: UnkindStack) -> None:
    subscription_id = past_due(stack)
    handed = window_opened(stack, subscription_id, 2)
    stack.portone.buyer.pay_pending(handed["paymentId"], checkout(handed))
    days_pass(stack, 1)
    before = stack.asked("get_payment")

    days_pass(stack, 1)
    read = stack.asked("get_payment") - before
    stack.portone.buyer.refuse(handed["paymentId"])
    days_pass(stack, 3)

    assert read <= 2 * 24
    assert (took(stack), status(stack, subscription_id)) == ([PRICE] * 2, "ACTIVE")


def test_an_invoice_no_saved_method_can_pay_is_not_taken_for_one_to_charge(stack: UnkindStack) -> None:
    subscription_id = past_due(stack)
    [saved] = stack.app(USER).get("/billing-keys").json()["items"]
    key_deleted(stack, saved["billingKeyId"])

    answer = pay(stack, subscription_id, 2)

    assert (answer.status, answer.json()["error"]["code"]) == (409, "no_billing_key")


@pytest.mark.parametrize("amount", [12_000, 8_000], ids=["dearer", "cheaper"])
def test_a_new_price_is_told_once_before_the_first_period_that_has_it(
    stack: UnkindStack, amount: int
) -> None:
    subscription_id = begun(stack)
    days_pass(stack, 10)
    repriced_for_all(stack, amount)
    days_pass(stack, 1)
    ask(stack, subscription_id, "consent", {"amount": amount})

    days_pass(stack, 40)

    assert [each["amount"] for each in said(stack, COMING)] == [amount]
    assert took(stack) == [PRICE, amount]


def test_another_price_for_the_period_to_come_is_told_too(stack: UnkindStack) -> None:
    subscription_id = begun(stack)
    for amount in (12_000, 11_000):
        days_pass(stack, 5)
        repriced_for_all(stack, amount)
        days_pass(stack, 1)
    ask(stack, subscription_id, "consent", {"amount": 11_000})

    days_pass(stack, 35)

    first, second = said(stack, COMING)
    assert (first["amount"], second["amount"]) == (12_000, 11_000)
    assert first["chargesAt"] == second["chargesAt"]
    assert took(stack) == [PRICE, 11_000]


@pytest.mark.parametrize("settings", [{"announce": '{"renewal": 3}'}], ids=["announced"])
def test_a_renewal_is_told_again_at_the_price_its_customer_chose_since(stack: UnkindStack) -> None:
    sold(stack, "cheap", 5_000)
    subscription_id = begun(stack)
    days_pass(stack, 29)
    change(stack, subscription_id, "cheap", when="period_end")

    days_pass(stack, 5)

    renewals = said(stack, "subscription.renewal_coming")
    assert [each["amount"] for each in renewals] == [PRICE, 5_000]
    assert took(stack) == [PRICE, 5_000]


def test_a_wrong_sum_paid_in_a_window_goes_back_and_leaves_the_invoice_owed(stack: UnkindStack) -> None:
    subscription_id = past_due(stack)
    handed = window_opened(stack, subscription_id, 2)
    stack.portone.buyer.pay(handed["paymentId"], checkout(handed, amount=100, tampered=True))

    days_pass(stack, 5)

    assert stack.portone.books()[handed["paymentId"]].state == "CANCELLED"
    assert (took(stack), status(stack, subscription_id)) == ([PRICE, 100, PRICE], "ACTIVE")
    assert_clean(stack)
