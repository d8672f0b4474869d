"""What a customer has is said: begins, is paid until, ends, can be kept; and nothing is charged beyond it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from portone_local.actors.shop import checkout
from portone_local.actors.subscribers import (
    CHARGE,
    PRICE,
    ask,
    cancel,
    change,
    days_pass,
    key_chosen,
    key_deleted,
    key_saved,
    subscribe,
    to_hour,
)
from portone_local.portone import Fault
from portone_local.stack.passing import DAY, clock_of
from portone_local.twins.dynamo import undisturbed
from tests.support.lives import (
    DAILY,
    WEEKLY,
    begun,
    changed_by_shop,
    ended,
    keep,
    pay,
    repriced_by_shop,
    sold,
    states,
    status,
    tied,
    told,
    took,
    view,
    window_opened,
)
from tests.support.unkind import UnkindStack
from tests.support.world import USER

CHEAP = 5_000
AHEAD: dict[str, Any] = {"startAheadDays": 365}
CUSTOMER = ("ENDED", "customer")


def ending(stack: UnkindStack, **plan: Any) -> str:
    """A subscription on its second day that its customer cancelled for the end of its period."""
    sold(stack, **plan)
    sold(stack, "cheap", CHEAP)
    subscription_id = begun(stack)
    days_pass(stack, 1)
    assert cancel(stack, subscription_id, at_period_end=True).status == 200
    return subscription_id


def past_due(stack: UnkindStack) -> str:
    """A subscription whose second month was declined a moment ago, with no card that works."""
    subscription_id = begun(stack)
    days_pass(stack, 30)
    stack.portone.pg.decline(times=None, readable=True)
    days_pass(stack, 1)
    assert status(stack, subscription_id) == "PAST_DUE"
    return subscription_id


def unanswered(stack: UnkindStack) -> str:
    """A subscription whose second month is being charged, and nobody says how that ends."""
    subscription_id = begun(stack)
    days_pass(stack, 30)
    stack.portone.webhooks.switched_on = False
    stack.portone.inject(operation="get_payment", fault=Fault.HTML_502, times=None)
    return subscription_id


def test_a_cancellation_at_period_end_ends_now_what_is_not_paid(stack: UnkindStack) -> None:
    subscription_id = past_due(stack)

    answer = cancel(stack, subscription_id, at_period_end=True)
    stack.portone.pg.accept()
    key_chosen(stack, key_saved(stack, card="card-2"))
    days_pass(stack, 40)

    assert (answer.status, answer.json()["status"]) == (200, "ENDED")
    assert (ended(stack, subscription_id), took(stack)) == (CUSTOMER, [PRICE])
    assert "OPEN" not in states(stack, subscription_id).values()


def test_a_cancellation_at_period_end_ends_now_a_period_that_waits_for_consent(stack: UnkindStack) -> None:
    subscription_id = begun(stack)
    repriced_by_shop(stack, subscription_id, 50_000)
    days_pass(stack, 31)

    answer = cancel(stack, subscription_id, at_period_end=True)
    days_pass(stack, 40)

    assert (answer.status, answer.json()["status"]) == (200, "ENDED")
    assert (ended(stack, subscription_id), took(stack)) == (CUSTOMER, [PRICE])


@pytest.mark.parametrize("taken", [True, False])
def test_a_charge_under_way_decides_when_a_cancellation_at_period_end_happens(
    stack: UnkindStack, *, taken: bool
) -> None:
    subscription_id = unanswered(stack)
    fault = Fault.TIMEOUT_AFTER_COMMIT if taken else Fault.TIMEOUT_BEFORE_COMMIT
    stack.portone.inject(operation=CHARGE, fault=fault, times=None)
    days_pass(stack, 0.95)

    answer = cancel(stack, subscription_id, at_period_end=True)
    stack.portone.clear_faults()
    stack.portone.pg.decline(times=None, readable=True)
    days_pass(stack, 1)
    seen = status(stack, subscription_id)
    stack.portone.pg.accept()
    days_pass(stack, 70)

    assert answer.status == 202
    assert seen == ("ENDING" if taken else "ENDED")
    assert ended(stack, subscription_id) == CUSTOMER
    assert took(stack) == [PRICE, PRICE][: 1 + taken]


def test_a_trial_cancelled_at_period_end_lasts_to_its_end_and_charges_nothing(stack: UnkindStack) -> None:
    sold(stack, trialDays=7)
    subscription_id = begun(stack, consent=True)

    answer = cancel(stack, subscription_id, at_period_end=True)
    days_pass(stack, 6)
    seen = view(stack, subscription_id)
    days_pass(stack, 40)

    assert (answer.status, seen["status"]) == (200, "ENDING")
    assert seen.get("endsAt") == seen.get("paidUntil") == "2026-01-08T15:00:00Z"
    assert (ended(stack, subscription_id), took(stack)) == (CUSTOMER, [])


def test_neither_a_decline_nor_a_pause_changes_what_is_paid(stack: UnkindStack) -> None:
    subscription_id = begun(stack)
    paid = view(stack, subscription_id).get("paidUntil")
    ask(stack, subscription_id, "pause")
    paused = view(stack, subscription_id).get("paidUntil")
    ask(stack, subscription_id, "resume")
    days_pass(stack, 30)
    stack.portone.pg.decline(times=None, readable=True)
    days_pass(stack, 1)

    assert (paid, paused) == ("2026-02-01T15:00:00Z",) * 2
    assert view(stack, subscription_id).get("paidUntil") == paid


@pytest.mark.parametrize(
    "command",
    [
        lambda stack, held: change(stack, held, "cheap", when="period_end"),
        lambda stack, held: change(stack, held, "cheap"),
        lambda stack, held: ask(stack, held, "pause"),
        changed_by_shop,
    ],
    ids=["a plan later", "a plan now", "a pause", "the shop's plan"],
)
def test_no_command_is_agreed_to_by_a_subscription_that_ends_all_the_same(
    stack: UnkindStack, command: Any
) -> None:
    subscription_id = ending(stack)

    answer = command(stack, subscription_id)
    seen = status(stack, subscription_id)
    days_pass(stack, 40)

    if answer.status == 409:
        assert (seen, ended(stack, subscription_id), took(stack)) == ("ENDING", CUSTOMER, [PRICE])
    else:
        assert answer.status in {200, 202}
        assert seen in {"ACTIVE", "PAUSED"}
        assert status(stack, subscription_id) == seen


def test_a_cancellation_at_period_end_can_be_taken_back_until_it_happens(stack: UnkindStack) -> None:
    subscription_id = ending(stack)
    shown = view(stack, subscription_id)
    days_pass(stack, 29)

    answer = keep(stack, subscription_id)
    days_pass(stack, 2)

    assert shown.get("endsAt") == shown.get("paidUntil") == "2026-02-01T15:00:00Z"
    assert shown.get("nextChargeAt") is None
    assert (answer.status, answer.json().get("status")) == (200, "ACTIVE")
    assert (took(stack), view(stack, subscription_id)["endsAt"]) == ([PRICE, PRICE], None)
    assert told(stack, "subscription.ending", "subscription.kept") == [
        "subscription.ending",
        "subscription.kept",
    ]


def test_what_has_ended_cannot_be_kept(stack: UnkindStack) -> None:
    subscription_id = ending(stack)
    days_pass(stack, 31)

    answer = keep(stack, subscription_id)
    days_pass(stack, 40)

    assert (answer.status, ended(stack, subscription_id)) == (409, CUSTOMER)
    assert took(stack) == [PRICE]


def test_keeping_brings_back_the_plan_chosen_for_the_next_period(stack: UnkindStack) -> None:
    sold(stack, "cheap", CHEAP)
    subscription_id = begun(stack)
    change(stack, subscription_id, "cheap", when="period_end")
    cancel(stack, subscription_id, at_period_end=True)

    keep(stack, subscription_id)
    days_pass(stack, 32)

    assert took(stack) == [PRICE, CHEAP]


@pytest.mark.parametrize("ended_by", ["customer", "shop"])
def test_only_who_ended_a_subscription_takes_that_back(stack: UnkindStack, ended_by: str) -> None:
    subscription_id = begun(stack)
    path, later = f"/ops/subscriptions/{subscription_id}", {"atPeriodEnd": True}
    if ended_by == "customer":
        cancel(stack, subscription_id, at_period_end=True)
        kept = stack.shop.post(f"{path}/keep")
    else:
        assert stack.shop.post(f"{path}/cancel", later).status == 200
        kept = keep(stack, subscription_id)
    days_pass(stack, 32)

    assert (kept.status, kept.json()["error"]["details"]["reason"]) == (409, "ended_by_another")
    assert (took(stack), ended(stack, subscription_id)) == ([PRICE], ("ENDED", ended_by))


def test_keeping_a_trial_continues_the_trial(stack: UnkindStack) -> None:
    sold(stack, trialDays=7)
    subscription_id = begun(stack, consent=True)
    cancel(stack, subscription_id, at_period_end=True)

    answer = keep(stack, subscription_id)
    days_pass(stack, 8)

    assert answer.status == 200
    assert answer.json()["status"] == "TRIAL"
    assert took(stack) == [PRICE]


def paid_beside_an_open_week(stack: UnkindStack) -> str:
    """A subscription by the week whose second was declined and whose third its customer paid."""
    sold(stack, interval=WEEKLY)
    subscription_id = begun(stack)
    days_pass(stack, 6)
    stack.portone.pg.decline(times=None)
    days_pass(stack, 8.2)
    stack.portone.pg.accept()
    assert pay(stack, subscription_id, 3).status == 200
    stack.portone.pg.decline(times=None)
    shown = states(stack, subscription_id)
    assert (shown["3"], shown["2"]) == ("PAID", "OPEN")
    return subscription_id


def test_keeping_brings_back_what_the_cancellation_no_longer_asked_for(stack: UnkindStack) -> None:
    subscription_id = paid_beside_an_open_week(stack)
    before = view(stack, subscription_id)

    cancel(stack, subscription_id, at_period_end=True)
    ending_now = (status(stack, subscription_id), states(stack, subscription_id)["2"])
    keep(stack, subscription_id)

    assert ending_now == ("ENDING", "VOID")
    assert states(stack, subscription_id)["2"] == "OPEN"
    assert status(stack, subscription_id) == before["status"]


def test_a_cancellation_leaves_open_what_its_customer_wants_to_pay(stack: UnkindStack) -> None:
    subscription_id = paid_beside_an_open_week(stack)

    ask(stack, subscription_id, "cancel", {"atPeriodEnd": True, "payOpen": True})

    assert (status(stack, subscription_id), states(stack, subscription_id)["2"]) == ("ENDING", "OPEN")


def test_a_cancellation_at_period_end_is_told_at_once(stack: UnkindStack) -> None:
    subscription_id = begun(stack)
    before = len(stack.events())

    cancel(stack, subscription_id, at_period_end=True)

    assert stack.events()[before:] == ["subscription.ending"]


def test_a_card_chosen_for_a_subscription_is_told_at_once(stack: UnkindStack) -> None:
    subscription_id = begun(stack)
    card = key_saved(stack, card="card-2")
    before = len(stack.events())

    assert tied(stack, subscription_id, card).status == 200

    assert stack.events()[before:] == ["subscription.method_changed"]


def test_an_app_cannot_begin_months_ahead_of_what_is_paid(stack: UnkindStack) -> None:
    sold(stack)
    key_saved(stack)

    answer = subscribe(stack, start="2026-12-01")

    assert 400 <= answer.status < 500
    assert told(stack, "subscription.started") == []


def test_a_subscription_is_pending_until_its_first_period_begins(stack: UnkindStack) -> None:
    sold(stack, **AHEAD)
    subscription_id = begun(stack, start="2026-12-01")
    days_pass(stack, 100)
    pending = view(stack, subscription_id)
    days_pass(stack, 240)

    assert (pending["status"], pending.get("startsAt")) == ("PENDING", "2026-11-30T15:00:00Z")
    assert pending.get("paidUntil", 0) is None
    assert (str(pending.get("nextChargeAt"))[:7], pending.get("nextChargeAmount")) in {
        ("2026-11", PRICE),
        ("2026-12", PRICE),
    }
    assert (status(stack, subscription_id), took(stack)) == ("ACTIVE", [PRICE])


@pytest.mark.parametrize("at_period_end", [False, True])
def test_a_pending_subscription_that_is_cancelled_has_ended(
    stack: UnkindStack, *, at_period_end: bool
) -> None:
    sold(stack, **AHEAD)
    subscription_id = begun(stack, start="2026-02-01")

    answer = cancel(stack, subscription_id, at_period_end=at_period_end)
    days_pass(stack, 40)

    assert (answer.status, answer.json()["status"]) == (200, "ENDED")
    assert (ended(stack, subscription_id), took(stack)) == (CUSTOMER, [])


def test_a_pending_subscription_whose_first_charge_is_declined_was_never_active(stack: UnkindStack) -> None:
    sold(stack, **AHEAD)
    subscription_id = begun(stack, start="2026-01-12")
    stack.portone.pg.decline(times=None)

    days_pass(stack, 10.5)

    assert status(stack, subscription_id) in {"ENDED", "PAST_DUE"}
    assert view(stack, subscription_id).get("paidUntil", 0) is None


@pytest.mark.parametrize("left", [0.1, 0.25])
def test_a_day_begun_in_its_last_moment_is_charged(stack: UnkindStack, left: float) -> None:
    sold(stack, interval=DAILY)
    key_saved(stack)
    to_hour(stack, 24)
    clock = clock_of(stack)
    clock.advance(DAY - left)
    slowly(stack, 0.06)

    subscription_id = str(subscribe(stack).json()["subscriptionId"])
    stack.ports["store"].table.around = undisturbed
    days_pass(stack, 2)

    assert told(stack, "invoice.missed") == []
    assert took(stack) == [PRICE] * 3
    assert status(stack, subscription_id) == "ACTIVE"


def slowly(stack: UnkindStack, seconds: float) -> None:
    """Each call of the table takes so long."""
    clock = clock_of(stack)

    def slow(_operation: str, call: Callable[[], Any]) -> Any:
        clock.advance(seconds)
        return call()

    stack.ports["store"].table.around = slow


def coming(stack: UnkindStack, subscription_id: str) -> tuple[object, object]:
    """When it is said to be charged next, and what it waits for."""
    shown = view(stack, subscription_id)
    return shown["nextChargeAt"], shown["waitsFor"]


def test_a_retry_nobody_made_in_time_is_made_before_its_invoice_is_given_up(stack: UnkindStack) -> None:
    subscription_id = begun(stack)
    days_pass(stack, 30)
    stack.portone.pg.decline(times=1, readable=True)
    days_pass(stack, 1)

    clock_of(stack).advance(20 * DAY)
    days_pass(stack, 1)

    assert (took(stack), status(stack, subscription_id)) == ([PRICE, PRICE], "ACTIVE")


def test_what_is_declined_after_a_standstill_is_given_up_all_the_same(stack: UnkindStack) -> None:
    subscription_id = past_due(stack)
    clock_of(stack).advance(20 * DAY)

    days_pass(stack, 15)

    assert (took(stack), status(stack, subscription_id)) == ([PRICE], "UNPAID")


@pytest.mark.parametrize("pending", [False, True])
def test_no_charge_is_announced_while_a_window_may_have_been_paid(
    stack: UnkindStack, *, pending: bool
) -> None:
    subscription_id = past_due(stack)
    to_hour(stack, 9.9)
    handed = window_opened(stack, subscription_id, 2)
    if pending:
        stack.portone.buyer.pay_pending(handed["paymentId"], checkout(handed))
    else:
        doubtful = replace(checkout(handed), method={"type": "PaymentMethodNew"})
        stack.portone.buyer.pay(handed["paymentId"], doubtful)

    days_pass(stack, 0.1)

    assert coming(stack, subscription_id) == (None, "outcome")


def test_what_no_method_pays_waits_for_one(stack: UnkindStack) -> None:
    subscription_id = begun(stack)
    [saved] = stack.app(USER).get("/billing-keys").json()["items"]
    before = coming(stack, subscription_id)

    key_deleted(stack, saved["billingKeyId"])

    at, none = before
    assert none is None
    assert coming(stack, subscription_id) == (at, "payment_method")


def test_what_is_withheld_waits_for_consent(stack: UnkindStack) -> None:
    sold(stack, trialDays=40)
    subscription_id = begun(stack, consent=True)

    days_pass(stack, 42)

    shown = view(stack, subscription_id)
    assert (shown["nextChargeAmount"], shown["waitsFor"]) == (PRICE, "consent")


def test_the_older_of_two_charges_of_one_morning_is_shown_and_charged(stack: UnkindStack) -> None:
    sold(stack, interval=DAILY)
    sold(stack, "cheap", CHEAP, interval=DAILY)
    subscription_id = begun(stack)
    stack.portone.pg.decline(times=1, readable=True)
    days_pass(stack, 1)
    change(stack, subscription_id, "cheap", when="period_end")

    shown = view(stack, subscription_id)
    days_pass(stack, 1)

    assert states(stack, subscription_id)["2"] == "PAID"
    assert (took(stack), shown["nextChargeAmount"]) == ([PRICE, PRICE], PRICE)
