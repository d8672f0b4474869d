"""What is owed stays owed and can be paid; what ended, or was given up, holds up and revives nothing."""

from typing import Any

import pytest

from portone_local.actors.shop import checkout
from portone_local.actors.subscribers import (
    PRICE,
    ask,
    days_pass,
    invoice,
    key_chosen,
    key_saved,
    order_in_parts,
    schedule,
    to_hour,
)
from portone_local.portone import Fault
from tests.support.lives import (
    begun,
    charge_back_decided,
    paid_by_window,
    part_declined,
    part_voided,
    pay,
    sent,
    sold,
    somebody_is_called,
    status,
    tied,
    told,
    took,
    view,
    waived,
    window_opened,
)
from tests.support.unkind import UnkindStack
from tests.support.world import USER

MINUTE = 60
DEPOSIT, BALANCE = 10_000, 990_000
FEBRUARY, MARCH = "2026-02-01T03:00:00Z", "2026-03-01T03:00:00Z"


def in_parts(stack: UnkindStack, *parts: tuple[int, str | None]) -> str:
    """A customer with a card, and an order paid in these amounts, each due then or at once."""
    key_saved(stack)
    wanted: list[dict[str, Any]] = [
        {"amount": amount} | ({"dueAt": at} if at else {}) for amount, at in parts
    ]
    order_in_parts(stack, "order-1", wanted)
    answer = schedule(stack, "order-1")
    assert answer.status in {200, 202}, answer.body
    return str(answer.json()["subscriptionId"])


def sofa(stack: UnkindStack) -> str:
    """A deposit paid at once, and a balance due on 1 February."""
    return in_parts(stack, (DEPOSIT, None), (BALANCE, FEBRUARY))


def declined_until_given_up(stack: UnkindStack, days: float) -> None:
    """Every card is declined for so many days, then every card is good."""
    stack.portone.pg.decline(times=None)
    days_pass(stack, days)
    stack.portone.pg.accept()


def unpaid(stack: UnkindStack, **plan: Any) -> str:
    """A subscription to a plan by the month whose second period was given up; it runs still."""
    sold(stack, **plan)
    subscription_id = begun(stack)
    days_pass(stack, 28)
    declined_until_given_up(stack, 20)
    assert status(stack, subscription_id) == "UNPAID"
    return subscription_id


def taken_and_refunded_unseen(stack: UnkindStack, subscription_id: str, number: int = -1) -> None:
    """The charge that is due succeeds without an answer; the console refunds it before we read."""
    stack.portone.webhooks.switched_on = False
    stack.portone.inject(operation="pay_with_billing_key", fault=Fault.TIMEOUT_AFTER_COMMIT)
    stack.portone.inject(operation="get_payment", fault=Fault.HTML_502, times=5)
    stack.tick()
    stack.run_for(MINUTE)
    stack.portone.console.cancel(str(invoice(stack, subscription_id, number).payment_id))
    stack.portone.clear_faults()
    stack.portone.webhooks.switched_on = True
    stack.run_for(60 * MINUTE)


@pytest.mark.parametrize("another_card", [True, False], ids=["another card", "the same card"])
def test_a_renewal_refunded_before_it_was_read_frees_later_periods(
    stack: UnkindStack, *, another_card: bool
) -> None:
    subscription_id = begun(stack)
    to_hour(stack, 12, 31)
    taken_and_refunded_unseen(stack, subscription_id)
    if another_card:
        key_chosen(stack, key_saved(stack, card="card-2"))

    days_pass(stack, 70)

    assert took(stack) == [PRICE] * 4
    assert status(stack, subscription_id) == "ACTIVE"
    assert pay(stack, subscription_id, 2).status == 409


def test_a_part_refunded_before_it_was_read_holds_up_later_parts_and_calls_staff(stack: UnkindStack) -> None:
    subscription_id = in_parts(stack, (DEPOSIT, "2026-01-10T03:00:00Z"), (BALANCE, FEBRUARY))
    before = dict(stack.metrics)
    to_hour(stack, 12, 8)
    taken_and_refunded_unseen(stack, subscription_id, 1)

    days_pass(stack, 40)

    assert took(stack) == [DEPOSIT]
    assert somebody_is_called(stack, before)
    assert part_voided(stack, subscription_id, 1).status == 200
    days_pass(stack, 2)
    assert took(stack) == [DEPOSIT, BALANCE]


@pytest.mark.parametrize("how", ["staff", "the console", "the issuer"])
def test_a_balance_is_not_charged_once_its_deposit_was_given_back(stack: UnkindStack, how: str) -> None:
    subscription_id = sofa(stack)
    before = dict(stack.metrics)
    payment_id = str(invoice(stack, subscription_id, 1).paid_by)
    if how == "staff":
        refund = {"refundId": "refund-1", "reason": "단순 변심", "full": True}
        assert stack.staff.post(f"/ops/payments/{payment_id}/cancel", refund).status == 200
    elif how == "the console":
        stack.portone.console.cancel(payment_id)
    else:
        stack.portone.console.chargeback(payment_id)
        stack.deliver()
        charge_back_decided(stack, payment_id)
    days_pass(stack, 40)

    shown = (status(stack, subscription_id), view(stack, subscription_id)["waitsFor"])
    assert (took(stack), shown) == ([DEPOSIT], ("ACTIVE", "earlier_part"))
    assert somebody_is_called(stack, before)
    assert part_voided(stack, subscription_id, 1).status == 200
    days_pass(stack, 2)
    assert took(stack) == [DEPOSIT, BALANCE]
    assert told(stack, "subscription.completed") == []


def test_a_deposit_given_back_in_part_is_paid_still(stack: UnkindStack) -> None:
    subscription_id = sofa(stack)
    stack.portone.console.cancel(str(invoice(stack, subscription_id, 1).paid_by), 1_000)

    days_pass(stack, 40)

    assert (took(stack), status(stack, subscription_id)) == ([DEPOSIT, BALANCE], "COMPLETED")


@pytest.mark.parametrize("chosen", [False, True], ids=["saved", "made the default"])
def test_a_card_for_something_else_does_not_revive_what_was_given_up_in_an_earlier_period(
    stack: UnkindStack, *, chosen: bool
) -> None:
    subscription_id = unpaid(stack)
    days_pass(stack, 365)
    paid = took(stack)

    card = key_saved(stack, card="card-2")
    if chosen:
        key_chosen(stack, card)
    days_pass(stack, 40)

    assert (took(stack), status(stack, subscription_id)) == (paid, "UNPAID")


def test_a_subscription_given_up_is_resumed_by_its_customers_word_alone(stack: UnkindStack) -> None:
    subscription_id = unpaid(stack)
    days_pass(stack, 365)
    key_chosen(stack, key_saved(stack, card="card-2"))

    resumed = ask(stack, subscription_id, "resume")
    days_pass(stack, 1)

    assert resumed.status in {200, 202}
    first, rest = took(stack)
    assert first == PRICE >= rest > 0
    assert status(stack, subscription_id) == "ACTIVE"


@pytest.mark.parametrize("for_this_one", [False, True], ids=["as default", "for this subscription"])
def test_a_card_given_in_the_period_that_was_given_up_pays_it(
    stack: UnkindStack, *, for_this_one: bool
) -> None:
    subscription_id = unpaid(stack)
    card = key_saved(stack, card="card-2")

    if for_this_one:
        tied(stack, subscription_id, card)
    else:
        key_chosen(stack, card)
    days_pass(stack, 0.1)

    assert (took(stack), status(stack, subscription_id)) == ([PRICE, PRICE], "ACTIVE")


def test_paying_an_invoice_of_an_earlier_period_revives_nothing(stack: UnkindStack) -> None:
    subscription_id = unpaid(stack)
    days_pass(stack, 100)

    answer = pay(stack, subscription_id, 2)
    days_pass(stack, 40)

    assert answer.status == 200, answer.body
    assert (took(stack), status(stack, subscription_id)) == ([PRICE, PRICE], "UNPAID")


@pytest.mark.parametrize("numbers", [(2,), (2, 3), (3,)], ids=str)
def test_an_order_of_which_a_part_was_declined_by_its_customer_is_not_completed(
    stack: UnkindStack, numbers: tuple[int, ...]
) -> None:
    subscription_id = in_parts(stack, (DEPOSIT, None), (BALANCE, FEBRUARY), (5_000, MARCH))

    for number in numbers:
        assert part_declined(stack, subscription_id, number).status == 200
    days_pass(stack, 70)

    assert status(stack, subscription_id) != "COMPLETED"
    assert told(stack, "subscription.completed") == []
    assert took(stack) == ([DEPOSIT, BALANCE] if numbers == (3,) else [DEPOSIT])


def test_a_part_its_customer_declined_stays_owed_and_completes_the_order_once_paid(
    stack: UnkindStack,
) -> None:
    subscription_id = sofa(stack)
    part_declined(stack, subscription_id, 2)
    days_pass(stack, 40)

    answer = pay(stack, subscription_id, 2)

    assert answer.status == 200, answer.body
    assert (took(stack), status(stack, subscription_id)) == ([DEPOSIT, BALANCE], "COMPLETED")
    assert told(stack, "subscription.completed") == ["subscription.completed"]


def test_a_part_only_the_shop_gives_up_cannot_be_paid_any_more(stack: UnkindStack) -> None:
    subscription_id = sofa(stack)

    assert part_voided(stack, subscription_id, 2).status == 200

    assert status(stack, subscription_id) != "COMPLETED"
    assert pay(stack, subscription_id, 2).status == 409
    days_pass(stack, 40)
    assert took(stack) == [DEPOSIT]


def test_a_balance_is_not_charged_while_the_deposit_is_unpaid(stack: UnkindStack) -> None:
    subscription_id = in_parts(stack, (DEPOSIT, "2026-01-05T03:00:00Z"), (BALANCE, FEBRUARY))
    declined_until_given_up(stack, 25)

    days_pass(stack, 30)

    assert took(stack) == []
    assert pay(stack, subscription_id, 1).status == 200
    days_pass(stack, 1)
    assert took(stack) == [DEPOSIT, BALANCE]
    assert status(stack, subscription_id) == "COMPLETED"


def test_an_instalment_is_not_charged_while_an_earlier_one_is_in_dunning(stack: UnkindStack) -> None:
    in_parts(stack, (1_000, None), (2_000, FEBRUARY), (3_000, "2026-02-04T03:00:00Z"))
    days_pass(stack, 29)
    stack.portone.pg.decline(times=3)

    days_pass(stack, 30)

    assert took(stack) == [1_000, 2_000, 3_000]


def test_a_balance_is_not_charged_when_its_customer_declined_the_deposit(stack: UnkindStack) -> None:
    subscription_id = in_parts(stack, (DEPOSIT, "2026-01-05T03:00:00Z"), (BALANCE, FEBRUARY))

    part_declined(stack, subscription_id, 1)
    days_pass(stack, 40)

    assert took(stack) == []


@pytest.mark.parametrize("how", ["a saved method", "a window", "this order's method"])
def test_a_balance_that_was_given_up_can_be_paid(stack: UnkindStack, how: str) -> None:
    subscription_id = sofa(stack)
    days_pass(stack, 29)
    declined_until_given_up(stack, 50)
    card = key_saved(stack, card="card-2")

    if how == "a window":
        assert paid_by_window(stack, window_opened(stack, subscription_id, 2)).status == 200
    elif how == "a saved method":
        assert pay(stack, subscription_id, 2, billingKeyId=card).status == 200
    else:
        assert tied(stack, subscription_id, card).status == 200
    days_pass(stack, 0.1)

    assert (took(stack), status(stack, subscription_id)) == ([DEPOSIT, BALANCE], "COMPLETED")


def test_an_invoice_paid_by_window_is_charged_no_more(stack: UnkindStack) -> None:
    subscription_id = begun(stack)
    days_pass(stack, 30)
    stack.portone.pg.decline(times=1, readable=True)
    days_pass(stack, 1.2)
    assert status(stack, subscription_id) == "PAST_DUE"

    handed = window_opened(stack, subscription_id, 2)
    paid_by_window(stack, handed)
    days_pass(stack, 20)

    assert (took(stack), status(stack, subscription_id)) == ([PRICE, PRICE], "ACTIVE")
    assert handed["paymentId"] != invoice(stack, subscription_id, 1).payment_id
    assert "VIRTUAL_ACCOUNT" not in str(handed)
    assert pay(stack, subscription_id, 2).status == 409


def test_dunning_waits_for_a_window_half_an_hour_and_no_longer(stack: UnkindStack) -> None:
    subscription_id = begun(stack)
    days_pass(stack, 30)
    stack.portone.pg.decline(times=1, readable=True)
    days_pass(stack, 1.2)
    to_hour(stack, 9.9)
    window_opened(stack, subscription_id, 2)
    before = sent(stack)

    stack.run_for(25 * MINUTE)
    held = sent(stack)
    stack.run_for(20 * MINUTE)

    assert (held, sent(stack)) == (before, before + 1)
    assert (took(stack), status(stack, subscription_id)) == ([PRICE, PRICE], "ACTIVE")


def test_a_window_paid_after_its_half_hour_never_makes_a_customer_pay_twice(stack: UnkindStack) -> None:
    subscription_id = begun(stack)
    days_pass(stack, 30)
    stack.portone.pg.decline(times=1, readable=True)
    days_pass(stack, 1.2)
    to_hour(stack, 9.9)
    handed = window_opened(stack, subscription_id, 2)
    stack.run_for(60 * MINUTE)
    charged = took(stack)

    stack.portone.buyer.pay(handed["paymentId"], checkout(handed))
    stack.app(USER).post(f"/payments/{handed['paymentId']}/verify")
    days_pass(stack, 1)

    assert charged == [PRICE, PRICE]
    assert stack.portone.books()[handed["paymentId"]].state == "CANCELLED"


def test_what_staff_waives_is_asked_for_by_nobody(stack: UnkindStack) -> None:
    subscription_id = unpaid(stack)

    assert waived(stack, subscription_id, 2).status == 200

    assert told(stack, "invoice.waived") == ["invoice.waived"]
    assert pay(stack, subscription_id, 2).status == 409
    key_chosen(stack, key_saved(stack, card="card-2"))
    days_pass(stack, 2)
    assert took(stack) == [PRICE]


@pytest.mark.parametrize("days_between", [(30,), (30, 12, 15)], ids=["once", "every month"])
def test_a_pause_in_grace_does_not_reduce_what_is_owed(
    stack: UnkindStack, days_between: tuple[int, ...]
) -> None:
    subscription_id = begun(stack)
    for days in days_between:
        days_pass(stack, days)
        stack.portone.pg.decline(times=None)
        days_pass(stack, 14)
        ask(stack, subscription_id, "pause")
        ask(stack, subscription_id, "resume")
        stack.portone.pg.accept()
        days_pass(stack, 2)

    assert sum(took(stack)) == PRICE * (1 + len(days_between))


def test_a_pause_that_is_not_taken_back_leaves_the_declined_period_owed(stack: UnkindStack) -> None:
    subscription_id = begun(stack)
    days_pass(stack, 30)
    stack.portone.pg.decline(times=None)
    days_pass(stack, 5)

    ask(stack, subscription_id, "pause")
    stack.portone.pg.accept()
    days_pass(stack, 40)

    assert status(stack, subscription_id) == "PAUSED"
    assert took(stack) == [PRICE]
    assert pay(stack, subscription_id, 2).status == 200
    assert took(stack) == [PRICE, PRICE]
    assert status(stack, subscription_id) == "PAUSED"


def test_a_new_subscription_leaves_one_that_was_given_up_as_it_is(stack: UnkindStack) -> None:
    old = unpaid(stack)
    days_pass(stack, 60)
    key_chosen(stack, key_saved(stack, card="card-2"))

    new = begun(stack, request="request-2")
    days_pass(stack, 31)

    assert took(stack) == [PRICE, PRICE, PRICE]
    assert (status(stack, old), status(stack, new)) == ("UNPAID", "ACTIVE")


def test_a_subscription_given_up_does_not_go_on_beside_a_new_one(stack: UnkindStack) -> None:
    old = unpaid(stack)
    days_pass(stack, 60)
    key_chosen(stack, key_saved(stack, card="card-2"))
    begun(stack, request="request-2")

    answer = ask(stack, old, "resume")
    days_pass(stack, 1)

    assert (answer.status, answer.json()["error"]["code"]) == (409, "already_subscribed")
    assert took(stack) == [PRICE, PRICE]
