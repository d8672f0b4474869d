"""A customer is charged what was agreed: for what, how often, and with what is held for them used first."""

from typing import Any

import pytest

from portone_local.actors.shop import put_order
from portone_local.actors.subscribers import (
    MONTHLY,
    PRICE,
    ask,
    change,
    days_pass,
    invoice,
    key_chosen,
    key_saved,
    to_hour,
)
from portone_local.oracle import assert_clean
from portone_payments.domain.shared.calendar import DAY, kst_day
from tests.support.lives import (
    WEEKLY,
    YEARLY,
    begun,
    changed_by_shop,
    charge_back_decided,
    repriced_by_shop,
    repriced_for_all,
    sold,
    states,
    status,
    subscribed_by_shop,
    told,
    took,
    view,
)
from tests.support.unkind import UnkindStack
from tests.support.world import USER

OLD, NEW = 10_000, 50_000
LATER: dict[str, Any] = {"when": "period_end"}
CHEAP, DEAR = 3_100, 15_500
START_AHEAD: dict[str, Any] = {"startAheadDays": 365}


def consented(stack: UnkindStack, subscription_id: str, amount: int, **to: Any) -> int:
    """The customer agrees to an amount; the status of the answer."""
    return ask(stack, subscription_id, "consent", {"amount": amount} | to).status


def balance(stack: UnkindStack, subscription_id: str) -> int:
    """What is held for the customer, or, below 0, owed by them."""
    shown = view(stack, subscription_id).get("balance")
    assert isinstance(shown, int)
    return shown


def charged_back(stack: UnkindStack, payment_id: str) -> None:
    """The issuer takes a payment back, and we have read it."""
    stack.portone.console.chargeback(payment_id)
    stack.deliver()
    stack.staff.post(f"/ops/payments/{payment_id}/catch-up")


def test_an_older_period_paid_at_the_old_price_agrees_to_nothing_new(stack: UnkindStack) -> None:
    sold(stack, amount=OLD, interval=WEEKLY)
    subscription_id = begun(stack)
    days_pass(stack, 6)
    stack.portone.pg.decline(times=None)
    days_pass(stack, 3)
    repriced_by_shop(stack, subscription_id, NEW, interval=WEEKLY)
    days_pass(stack, 6)
    stack.portone.pg.accept()

    key_chosen(stack, key_saved(stack, card="card-2"))
    days_pass(stack, 8)

    assert took(stack) == [OLD, OLD]
    assert states(stack, subscription_id)["4"] == "WITHHELD"
    assert consented(stack, subscription_id, NEW) in {200, 202}
    days_pass(stack, 0.5)
    assert NEW in took(stack)


def test_a_price_is_agreed_with_its_interval(stack: UnkindStack) -> None:
    sold(stack, amount=NEW, interval=MONTHLY)
    subscription_id = begun(stack)
    repriced_by_shop(stack, subscription_id, NEW, interval=WEEKLY)

    days_pass(stack, 32)

    assert took(stack) == [NEW]
    assert "WITHHELD" in states(stack, subscription_id).values()


def test_a_period_paid_with_a_credit_is_agreed_at_its_whole_price(stack: UnkindStack) -> None:
    sold(stack, "cheap", CHEAP)
    subscription_id = begun(stack)
    days_pass(stack, 1)
    change(stack, subscription_id, "cheap")

    days_pass(stack, 120)

    assert sum(took(stack)[1:]) > CHEAP
    assert told(stack, "invoice.withheld") == []


def test_the_end_of_a_discount_shown_at_the_start_was_agreed(stack: UnkindStack) -> None:
    key_saved(stack)
    sold(stack, amount=OLD)
    begun_by_shop = subscribed_by_shop(stack, discount={"percent": 50, "periods": 2})
    assert begun_by_shop.status == 200, begun_by_shop.body

    days_pass(stack, 62)

    assert took(stack) == [OLD // 2, OLD // 2, OLD]


def test_a_price_rise_during_a_discount_is_asked_for(stack: UnkindStack) -> None:
    key_saved(stack)
    sold(stack, amount=OLD)
    answer = subscribed_by_shop(stack, discount={"amount": 9_000, "periods": 2})
    assert answer.status == 200, answer.body
    repriced_by_shop(stack, answer.json()["subscriptionId"], OLD + 5_000)

    days_pass(stack, 32)

    assert took(stack) == [1_000]


def test_a_later_downgrade_withdraws_the_word_given_for_an_upgrade(stack: UnkindStack) -> None:
    sold(stack, amount=OLD, interval=WEEKLY)
    sold(stack, "cheap", 5_000, interval=WEEKLY)
    subscription_id = begun(stack)
    repriced_by_shop(stack, subscription_id, NEW, interval=WEEKLY)
    assert consented(stack, subscription_id, NEW) in {200, 202}
    assert change(stack, subscription_id, "cheap", **LATER).status == 200
    days_pass(stack, 8)
    changed_by_shop(stack, subscription_id)

    days_pass(stack, 7)

    assert took(stack) == [OLD, 5_000]


def test_a_price_that_rises_before_the_first_period_is_asked_for(stack: UnkindStack) -> None:
    sold(stack, amount=OLD, **START_AHEAD)
    subscription_id = begun(stack, start="2026-01-22")
    repriced_by_shop(stack, subscription_id, NEW, **START_AHEAD)

    days_pass(stack, 22)

    assert took(stack) == []
    assert consented(stack, subscription_id, NEW) in {200, 202}
    days_pass(stack, 1)
    assert took(stack) == [NEW]


def test_starting_agrees_to_the_price_of_the_start(stack: UnkindStack) -> None:
    sold(stack, amount=OLD, **START_AHEAD)
    begun(stack, start="2026-01-22")

    days_pass(stack, 22)

    assert took(stack) == [OLD]
    assert told(stack, "invoice.withheld") == []


def test_a_price_that_rises_during_a_trial_is_asked_for(stack: UnkindStack) -> None:
    sold(stack, amount=OLD, trialDays=7)
    subscription_id = begun(stack, consent=True)
    repriced_by_shop(stack, subscription_id, NEW)

    days_pass(stack, 10)

    assert took(stack) == []


@pytest.mark.parametrize("everybody", [False, True], ids=["this one", "everybody"])
def test_a_shops_change_leaves_its_customers_own_choice(stack: UnkindStack, *, everybody: bool) -> None:
    sold(stack, amount=PRICE)
    sold(stack, "cheap", 5_000)
    subscription_id = begun(stack)
    assert change(stack, subscription_id, "cheap", **LATER).status == 200
    if everybody:
        assert repriced_for_all(stack, 10_000).status in {200, 202}
    else:
        repriced_by_shop(stack, subscription_id, 10_000, name="새 이름")

    days_pass(stack, 32)

    assert took(stack) == [PRICE, 5_000]


def test_a_customers_choice_replaces_the_shops_change(stack: UnkindStack) -> None:
    sold(stack, amount=PRICE)
    sold(stack, "cheap", 5_000)
    subscription_id = begun(stack)
    repriced_by_shop(stack, subscription_id, 10_000)
    assert change(stack, subscription_id, "cheap", **LATER).status == 200
    changed_by_shop(stack, subscription_id)

    days_pass(stack, 32)

    assert took(stack) == [PRICE, 5_000]


def test_a_new_price_for_everybody_is_asked_for_and_charged_to_nobody_unasked(stack: UnkindStack) -> None:
    sold(stack, amount=OLD)
    first = begun(stack)
    second = begun(stack, "user-2")
    assert repriced_for_all(stack, NEW).status in {200, 202}
    days_pass(stack, 2)
    assert consented(stack, first, NEW) in {200, 202}

    days_pass(stack, 30)

    assert sorted(took(stack)) == [OLD, OLD, NEW]
    assert "WITHHELD" in states(stack, second, "user-2").values()


def test_what_was_told_for_a_period_holds_whatever_is_told_for_later_ones(stack: UnkindStack) -> None:
    sold(stack, amount=PRICE)
    subscription_id = begun(stack)
    assert repriced_for_all(stack, 8_000).status in {200, 202}
    days_pass(stack, 2)
    later = kst_day(stack.clock.now() + 50 * DAY).isoformat()
    assert repriced_for_all(stack, NEW, since=later).status in {200, 202}

    days_pass(stack, 62)

    assert took(stack) == [PRICE, 8_000]
    assert states(stack, subscription_id)["3"] == "WITHHELD"
    assert_clean(stack)


def test_a_credit_goes_with_the_payment_it_came_from(stack: UnkindStack) -> None:
    sold(stack, amount=99_000)
    sold(stack, "cheap", 990)
    subscription_id = begun(stack)
    change(stack, subscription_id, "cheap")
    payment_id = str(invoice(stack, subscription_id, 1).paid_by)

    charged_back(stack, payment_id)
    shown = balance(stack, subscription_id)
    charge_back_decided(stack, payment_id)
    days_pass(stack, 70)

    assert shown == 0
    assert took(stack) == [99_000, 990, 990]


def test_a_credit_used_before_its_charge_back_becomes_owed(stack: UnkindStack) -> None:
    sold(stack, amount=99_000)
    sold(stack, "cheap", 9_900)
    subscription_id = begun(stack)
    change(stack, subscription_id, "cheap")
    days_pass(stack, 32)
    payment_id = str(invoice(stack, subscription_id, 1).paid_by)

    charged_back(stack, payment_id)
    owed = balance(stack, subscription_id)
    charge_back_decided(stack, payment_id)
    days_pass(stack, 31)

    assert owed == -9_900
    assert took(stack) == [99_000, 19_800]
    assert balance(stack, subscription_id) == 0


def test_a_credit_goes_with_a_refund_of_its_payment(stack: UnkindStack) -> None:
    sold(stack, amount=99_000)
    sold(stack, "cheap", 990)
    subscription_id = begun(stack)
    change(stack, subscription_id, "cheap")
    payment_id = str(invoice(stack, subscription_id, 1).paid_by)

    refund = {"refundId": "refund-1", "reason": "단순 변심", "full": True}
    assert stack.staff.post(f"/ops/payments/{payment_id}/cancel", refund).status == 200
    days_pass(stack, 32)

    assert balance(stack, subscription_id) == 0
    assert took(stack) == [99_000, 990]


def test_a_credit_pays_a_later_upgrade_first(stack: UnkindStack) -> None:
    sold(stack, "cheap", CHEAP)
    sold(stack, "dear", PRICE + 1_000)
    subscription_id = begun(stack)
    days_pass(stack, 1)
    change(stack, subscription_id, "cheap")
    days_pass(stack, 2)
    shown = ask(stack, subscription_id, "preview", {"planId": "plan-1"}).json()

    assert change(stack, subscription_id, "plan-1").status == 200

    assert (shown["due"], took(stack)) == (0, [PRICE])
    days_pass(stack, 30)
    assert PRICE - 1_000 < took(stack)[1] < PRICE


def test_an_upgrade_dearer_than_the_credit_asks_for_the_rest_as_previewed(stack: UnkindStack) -> None:
    sold(stack, "cheap", CHEAP)
    sold(stack, "dear", 99_000)
    subscription_id = begun(stack)
    days_pass(stack, 1)
    change(stack, subscription_id, "cheap")
    credit = balance(stack, subscription_id)
    days_pass(stack, 2)
    shown = ask(stack, subscription_id, "preview", {"planId": "dear"}).json()

    assert change(stack, subscription_id, "dear").status == 200

    # 28 of January's 31 days are left
    worth = -(-99_000 * 28 // 31) - -(-CHEAP * 28 // 31)
    assert took(stack) == [PRICE, worth - credit] == [PRICE, shown["due"]]
    assert balance(stack, subscription_id) == 0


def test_a_difference_below_the_smallest_charge_joins_the_next_invoice(stack: UnkindStack) -> None:
    sold(stack, amount=1_000)
    sold(stack, "dear", 2_000)
    subscription_id = begun(stack)
    days_pass(stack, 30)

    changed = change(stack, subscription_id, "dear")
    owed = balance(stack, subscription_id)

    assert (changed.status, owed) == (200, -32)
    assert view(stack, subscription_id)["planId"] == "dear"
    days_pass(stack, 1)
    assert took(stack) == [1_000, 2_032]


def test_an_invoice_of_which_a_credit_leaves_too_little_is_settled_and_owed(stack: UnkindStack) -> None:
    sold(stack, "cheap", 1_000)
    subscription_id = begun(stack)
    days_pass(stack, 25)
    change(stack, subscription_id, "cheap")
    credit = balance(stack, subscription_id)
    sold(stack, "next", credit + 60)
    change(stack, subscription_id, "next", **LATER)

    days_pass(stack, 8)

    assert (took(stack), status(stack, subscription_id)) == ([PRICE], "ACTIVE")
    assert balance(stack, subscription_id) == -60
    days_pass(stack, 28)
    assert took(stack) == [PRICE, credit + 120]


def test_a_free_plan_is_settled_without_a_pg(stack: UnkindStack) -> None:
    sold(stack, amount=0)
    subscription_id = begun(stack)

    days_pass(stack, 65)

    assert status(stack, subscription_id) == "ACTIVE"
    assert took(stack) == []
    assert set(states(stack, subscription_id).values()) == {"PAID"}


def test_a_free_plan_that_gets_a_price_asks_for_consent(stack: UnkindStack) -> None:
    sold(stack, amount=0)
    subscription_id = begun(stack)
    repriced_by_shop(stack, subscription_id, OLD)

    days_pass(stack, 32)

    assert took(stack) == []
    assert "WITHHELD" in states(stack, subscription_id).values()


def test_an_order_of_nothing_is_paid_without_a_pg(stack: UnkindStack) -> None:
    stored = put_order(stack, amount={"total": 0})
    assert stored.status == 200, stored.body

    prepared = stack.app(USER).post("/payments", {"orderId": "order-1", "platform": "web"})
    days_pass(stack, 2)

    assert prepared.status == 200, prepared.body
    shown = stack.app(USER).get(f"/payments/{prepared.json()['paymentId']}").json()
    assert shown["status"] == "PAID"
    assert told(stack, "payment.paid") == ["payment.paid"]
    assert stack.portone.calls() == []


def test_another_interval_at_once_credits_the_rest_by_days(stack: UnkindStack) -> None:
    sold(stack, amount=31_000)
    sold(stack, "yearly", 365_000, interval=YEARLY)
    subscription_id = begun(stack)
    to_hour(stack, 12, 9)
    shown = ask(stack, subscription_id, "preview", {"planId": "yearly"}).json()

    changed = change(stack, subscription_id, "yearly")

    # the eleventh day begins a year; 21 of 31 days had been paid for
    assert changed.status == 200, changed.body
    assert took(stack) == [31_000, 365_000 - 21_000] == [31_000, shown["due"]]
    assert str(view(stack, subscription_id)["paidUntil"]) == "2027-01-11T15:00:00Z"
    days_pass(stack, 364)
    assert len(took(stack)) == 2
    days_pass(stack, 2)
    assert took(stack)[2:] == [365_000]
