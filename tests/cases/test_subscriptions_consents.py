"""A word for a price holds for that price alone; what nobody agreed to is neither charged nor owed."""

import pytest

from portone_local.actors.subscribers import ask, change, days_pass, key_saved
from portone_local.gateway.messages import Response
from tests.support.lives import (
    WEEKLY,
    begun,
    changed_by_shop,
    pay,
    repriced_by_shop,
    repriced_for_all,
    sold,
    states,
    status,
    subscribed_by_shop,
    took,
)
from tests.support.unkind import UnkindStack

OLD, NEW, CHEAP = 10_000, 50_000, 5_000


def consented(stack: UnkindStack, subscription_id: str, amount: int) -> Response:
    """The customer agrees to an amount."""
    return ask(stack, subscription_id, "consent", {"amount": amount})


def test_a_price_that_fell_before_it_rises_again_is_asked_for_again(stack: UnkindStack) -> None:
    sold(stack, amount=OLD, interval=WEEKLY)
    subscription_id = begun(stack)
    repriced_by_shop(stack, subscription_id, NEW, interval=WEEKLY)
    assert consented(stack, subscription_id, NEW).status == 200
    repriced_by_shop(stack, subscription_id, 8_000, interval=WEEKLY)
    days_pass(stack, 8)
    repriced_by_shop(stack, subscription_id, NEW, interval=WEEKLY)

    days_pass(stack, 7)

    assert took(stack) == [OLD, 8_000]


@pytest.mark.parametrize("everybody", [False, True], ids=["this one", "everybody"])
def test_a_period_withheld_for_a_rise_is_charged_as_agreed_once_the_shop_withdraws_it(
    stack: UnkindStack, *, everybody: bool
) -> None:
    sold(stack, amount=OLD)
    subscription_id = begun(stack)
    for amount in (NEW, OLD):
        if everybody:
            assert repriced_for_all(stack, amount).status in {200, 202}
        else:
            repriced_by_shop(stack, subscription_id, amount)
        days_pass(stack, 32 if amount == NEW else 2)

    assert (took(stack), status(stack, subscription_id)) == ([OLD, OLD], "ACTIVE")
    days_pass(stack, 30)
    assert took(stack) == [OLD] * 3


def test_a_plan_chosen_while_a_rise_is_withheld_begins_though_its_period_was_never_paid(
    stack: UnkindStack,
) -> None:
    sold(stack, amount=OLD)
    sold(stack, "cheap", CHEAP)
    subscription_id = begun(stack)
    repriced_by_shop(stack, subscription_id, NEW)
    days_pass(stack, 33)
    assert "WITHHELD" in states(stack, subscription_id).values()

    assert change(stack, subscription_id, "cheap", when="period_end").status == 200
    days_pass(stack, 30)

    assert (took(stack), status(stack, subscription_id)) == ([OLD, CHEAP], "ACTIVE")


def test_a_consent_to_less_than_the_price_is_refused_with_that_price(stack: UnkindStack) -> None:
    key_saved(stack)
    sold(stack, amount=OLD)
    discount = {"percent": 50, "periods": 2}
    answer = subscribed_by_shop(stack, trialDays=7, discount=discount)
    subscription_id = str(answer.json()["subscriptionId"])

    on_trial = consented(stack, subscription_id, OLD // 2)
    days_pass(stack, 8)
    withheld = consented(stack, subscription_id, OLD // 2)

    for refused in (on_trial, withheld):
        error = refused.json()["error"]
        assert (refused.status, error["code"], error["details"]) == (409, "price_changed", {"amount": OLD})
    assert consented(stack, subscription_id, OLD).status in {200, 202}
    days_pass(stack, 1)
    assert took(stack) == [OLD // 2]


@pytest.mark.parametrize("amount", [CHEAP, NEW], ids=["lower", "higher"])
def test_a_price_from_a_day_in_a_pause_is_what_the_rest_of_a_period_costs(
    stack: UnkindStack, amount: int
) -> None:
    sold(stack, amount=OLD)
    subscription_id = begun(stack)
    days_pass(stack, 5)
    ask(stack, subscription_id, "pause")
    price = {"amount": amount, "from": "2026-02-15"}
    assert stack.shop.post("/plans/plan-1/price", price).status == 202
    days_pass(stack, 100)

    ask(stack, subscription_id, "resume")
    days_pass(stack, 0.1)

    # the period began on 2 April, and 15 of its 30 days are left
    assert took(stack) == ([OLD, CHEAP // 2] if amount == CHEAP else [OLD])


def test_a_plan_whose_charge_was_declined_is_no_word_for_its_price(stack: UnkindStack) -> None:
    sold(stack, amount=OLD)
    sold(stack, "dear", NEW)
    subscription_id = begun(stack)
    days_pass(stack, 5)
    stack.portone.pg.decline(times=1, readable=True)
    assert change(stack, subscription_id, "dear").status == 402

    assert changed_by_shop(stack, subscription_id, "dear").status == 200
    days_pass(stack, 30)

    assert took(stack) == [OLD]


def test_no_window_is_opened_for_an_invoice_that_asks_nothing(stack: UnkindStack) -> None:
    sold(stack, amount=60, trialDays=3)
    subscription_id = begun(stack)
    days_pass(stack, 20)
    assert states(stack, subscription_id)["1"] == "UNPAID"

    refused = pay(stack, subscription_id, 1, window={"platform": "web"})

    assert (refused.status, refused.json()["error"]["details"]) == (409, {"reason": "nothing_to_pay"})
    assert consented(stack, subscription_id, 60).status == 200
    assert (states(stack, subscription_id)["1"], took(stack)) == ("PAID", [])
