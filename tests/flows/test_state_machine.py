"""Whatever happens in whatever order, crashes and lost messages included: the money is where a model says.

A run that failed stays here as a test of its own, as hypothesis printed it.
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings

from portone_local.portone import CancellationStatus, Fault
from portone_local.stories.boundaries import Side
from tests.support.machine.money import Money
from tests.support.machine.recurring import Recurring
from tests.support.poisoned_table import Poison

RUNS = int(os.environ.get("STATE_MACHINE_RUNS", "45"))
STEPS = 50
# STATE_MACHINE_HUNT=1 searches only: a failing run is printed as it was, not made small first
SEARCH = (Phase.explicit, Phase.generate)

EVERYTHING = settings(
    max_examples=RUNS,
    stateful_step_count=STEPS,
    deadline=None,
    report_multiple_bugs=False,
    phases=SEARCH if "STATE_MACHINE_HUNT" in os.environ else tuple(Phase),
    suppress_health_check=list(HealthCheck),
)
LONG = pytest.mark.timeout(3600)

TestMoney = pytest.mark.machine(LONG(Money.TestCase))
TestMoney.settings = EVERYTHING
TestRecurring = pytest.mark.machine(LONG(Recurring.TestCase))
TestRecurring.settings = EVERYTHING


def test_a_chargeback_beside_a_requested_refund_is_not_our_fault() -> None:
    state = Money()
    state.open(unknowns="all_turned", begun="paid")
    state.next_refund_ends(status=CancellationStatus.REQUESTED)
    state.refund_all(pick=0)
    state.chargeback(amount=1, pick=0)
    state.nothing_is_wrong()
    state.teardown()


def test_a_channel_is_replaced_before_another_user_saves_a_card() -> None:
    state = Money()
    state.open(unknowns="defaults", begun="paid")
    state.operate(act="replace_channel", minutes=0, pick=0)
    state.poison_overnight(due=False, pick=0, poison=Poison.UNREADABLE)
    state.teardown()


def test_a_payment_two_days_after_its_offer_is_found_within_a_day_without_a_webhook() -> None:
    state = Money()
    state.open(unknowns="defaults", begun="")
    state.days(days=2)
    state.pay(pick=0)
    state.lose()
    state.teardown()


def test_the_sweep_finishes_a_refund_whose_process_died_after_reserving_it() -> None:
    state = Money()
    state.open(unknowns="defaults", begun="paid")
    state.die_refunding(nth=3, pick=0, side=Side.BEFORE)
    state.teardown()


def test_a_window_deleted_before_its_key_is_known_leaves_no_key_at_portone() -> None:
    state = Recurring()
    state.open(unknowns="defaults", most=None, hour=0)
    state.save_and_lose_the_answer(card="card-1", manual=False, asks=False)
    state.delete(pick=0)
    state.lose()
    state.days(days=2)
    state.teardown()


def test_a_deletion_that_waits_for_a_charge_keeps_no_worker_busy() -> None:
    state = Recurring()
    state.open(unknowns="defaults", most=None, hour=0)
    state.lose_a_charge(fault=Fault.TIMEOUT_AFTER_COMMIT, times=1)
    state.misread(fault=Fault.TIMEOUT_BEFORE_COMMIT, times=3)
    state.subscribe(plan="weekly", consents=True, twice=False)
    state.lose_messages()
    state.delete(pick=0)
    at_once = state.stack.ports["queue"].receive()
    state.teardown()

    assert at_once == ()


def test_a_billing_key_event_signed_long_ago_still_counts() -> None:
    state = Recurring()
    state.open(unknowns="all_turned", most=None, hour=0)
    state.die_delivering(nth=1, side=Side.BEFORE)
    state.delete_elsewhere(pick=0)
    state.die_delivering(nth=1, side=Side.BEFORE)
    state.hours(hours=24)
    state.teardown()


def test_an_order_whose_deposit_was_given_up_is_unpaid_although_its_balance_is_paid() -> None:
    state = Recurring()
    state.open(unknowns="defaults", most=None, hour=0)
    state.cards_say_no(card="card-1", code="51", times=None, readable=True, silent=False)
    state.buy_in_parts(later=40)
    state.days(days=16)
    state.cards_say_yes()
    state.days(days=16)
    state.days(days=16)
    state.teardown()


def test_an_approval_after_the_order_was_cancelled_completes_nothing() -> None:
    state = Recurring()
    state.open(unknowns="defaults", most=None, hour=8)
    state.cards_say_no_and_approve_later(card="card-1", minutes=200, readable=True)
    state.buy_in_parts(later=1)
    state.nothing_is_wrong()
    state.cancel(pick=1, at_end=False, pay_open=False)
    state.nothing_is_wrong()
    state.teardown()


def test_another_method_revives_no_given_up_order() -> None:
    state = Recurring()
    state.open(most=2, unknowns="all_turned", hour=11)
    state.die_deleting(nth=6, pick=2, side=Side.BEFORE)
    state.save(card="card-2", manual=True)
    state.die_buying_in_parts(nth=8, side=Side.BEFORE)
    state.delete(pick=2)
    state.days(days=8)
    state.days(days=8)
    state.settle()
    state.save(card="card-2", manual=False)
    state.teardown()


def test_an_automatic_refund_that_fails_after_staff_closed_its_attention_raises_it_again() -> None:
    state = Money()
    state.open(unknowns="defaults", begun="paid")
    state.refund_beside_the_console(amount=3000, pick=1, times=None)
    state.die_preparing(nth=9, order="order-2", side=Side.BEFORE)
    state.refund_beside_the_console(amount=100, pick=2, times=None)
    state.refund_beside_the_console(amount=100, pick=0, times=None)
    state.pay_tampered(method="CARD", pick=0)
    state.refund_lagging(amount=3000, pick=0)
    state.careless(pick=1, what="resolve_blindly")
    state.refund_beside_the_console(amount=1, pick=2, times=None)
    state.careless(pick=0, what="resolve_blindly")
    state.days(days=2)
    state.hours(hours=30)
    state.teardown()


@pytest.mark.parametrize("poison", Poison)
def test_an_item_in_trouble_stops_no_other(poison: Poison) -> None:
    state = Money()
    state.open(unknowns="defaults", begun="paid")
    state.prepare(order="order-2")
    state.poison(poison=poison, pick=0, due=True)
    state.prepare(order="order-1")
    state.teardown()


def test_fields_of_the_next_version_are_kept_wherever_they_are() -> None:
    state = Money()
    state.open(unknowns="defaults", begun="paid")
    state.refund_part(pick=0, amount=100)
    for pick in range(3):
        state.release(act="next_writes", pick=pick)
    state.refund_part(pick=0, amount=100)
    state.teardown()


def test_fields_of_the_next_version_in_invoices_and_methods_are_kept() -> None:
    state = Recurring()
    state.open(unknowns="defaults", most=None, hour=0)
    state.subscribe(plan="weekly", consents=True, twice=False)
    for pick in range(4):
        state.release(act="next_writes", pick=pick)
    state.days(days=8)
    state.teardown()


def test_a_refund_in_a_state_of_the_next_version_is_shown_and_waits() -> None:
    state = Money()
    state.open(unknowns="defaults", begun="paid")
    state.refund_by_staff(pick=0, amount=12_000)
    state.release(act="next_holds_a_refund", pick=0)
    state.prepare(order="order-1")
    state.refund_part(pick=0, amount=100)
    state.teardown()


@pytest.mark.parametrize("act", ["replace_channel", "close_channel"])
def test_a_removed_channel_changes_nothing_for_payments_made_on_it(act: str) -> None:
    state = Money()
    state.open(unknowns="defaults", begun="paid")
    state.operate(act=act, pick=0, minutes=20)
    state.refund_part(pick=0, amount=100)
    state.teardown()


def test_another_store_in_the_settings_refunds_nothing() -> None:
    state = Money()
    state.open(unknowns="defaults", begun="paid")
    state.operate(act="change_store", pick=0, minutes=20)
    state.teardown()


@pytest.mark.parametrize("act", ["replace_channel", "close_channel"])
def test_a_card_saved_on_a_removed_channel_still_pays(act: str) -> None:
    state = Recurring()
    state.open(unknowns="defaults", most=None, hour=0)
    state.subscribe(plan="weekly", consents=True, twice=False)
    state.operate(act=act, pick=0, minutes=20)
    state.days(days=8)
    state.teardown()


def test_an_error_of_ours_is_no_decline() -> None:
    state = Recurring()
    state.open(unknowns="defaults", most=None, hour=0)
    state.subscribe(plan="weekly", consents=True, twice=False)
    state.operate(act="forbid_charges", pick=0, minutes=0)
    for _ in range(7):
        state.nobody_sweeps(days=5)
        state.a_minute(times=3)
    state.teardown()


def test_the_requester_of_a_large_refund_cannot_approve_it_through_another_route() -> None:
    state = Money()
    state.open(unknowns="defaults", begun="paid")
    state.careless(what="approve_own", pick=0)
    state.careless(what="approve_own", pick=0)
    state.teardown()


def test_a_limit_covers_the_sum_of_a_payments_refunds() -> None:
    state = Money()
    state.open(unknowns="defaults", begun="paid")
    state.careless(what="small_steps", pick=0)
    state.teardown()


def test_another_store_in_the_settings_leaves_a_retry_unchanged() -> None:
    state = Money()
    state.open(unknowns="defaults", begun="paid")
    state.refund_unanswered(pick=0, amount=100, fault=Fault.TIMEOUT_BEFORE_COMMIT, after=0)
    state.operate(act="change_store", pick=0, minutes=20)
    state.nothing_is_wrong()
    state.teardown()


def test_another_store_in_the_settings_leaves_a_charge_unchanged() -> None:
    state = Recurring()
    state.open(unknowns="defaults", most=None, hour=0)
    state.lose_a_charge(fault=Fault.TIMEOUT_BEFORE_COMMIT, times=3)
    state.subscribe(plan="weekly", consents=True, twice=False)
    state.operate(act="change_store", pick=0, minutes=20)
    state.nothing_is_wrong()
    state.teardown()


@pytest.mark.parametrize("digit", ["more", "less"])
def test_a_price_with_a_wrong_digit_charges_nobody_who_did_not_agree(digit: str) -> None:
    state = Recurring()
    state.open(unknowns="defaults", most=None, hour=0)
    state.subscribe(plan="weekly", consents=False, twice=False)
    state.misprice(plan="weekly", digit=digit)
    state.subscribe(plan="weekly", consents=False, twice=False)
    state.days(days=8)
    state.misprice(plan="weekly", digit="right")
    state.days(days=8)
    prices = {amount for _, plan, amount in state.priced if plan == "weekly"}
    state.teardown()

    assert len(prices) == 2


def test_charges_routed_by_a_channel_group_are_paid_like_any_other() -> None:
    state = Recurring()
    state.open(unknowns="routed", most=None, hour=0)
    state.subscribe(plan="weekly", consents=True, twice=False)
    state.days(days=8)
    state.teardown()


@pytest.mark.parametrize("poison", Poison)
def test_an_item_in_trouble_stops_no_other_renewal(poison: Poison) -> None:
    state = Money()
    state.open(unknowns="defaults", begun="paid")
    state.poison_overnight(poison=poison, pick=0, due=True)
    state.teardown()


@pytest.mark.parametrize("word", ["refunded", "not_refunded"])
def test_a_refund_the_pg_reverses_is_decided_by_staff(word: str) -> None:
    state = Money()
    state.open(unknowns="defaults", begun="paid")
    state.refund_part(pick=0, amount=3_000)
    state.refund_part(pick=0, amount=100)
    state.reverse(pick=1, listed=False, word=word)
    state.settle()
    state.refund_all(pick=0)
    state.teardown()


def test_a_reversed_refund_that_left_its_payments_item_is_decided_like_any_other() -> None:
    state = Money()
    state.open(unknowns="defaults", begun="")
    state.get_account(pick=0)
    state.deposit(pick=0)
    state.settle()
    state.refund_unanswered(after=600, amount=1, fault=Fault.OUTSTANDING, pick=2)
    state.refund_by_staff(amount=100, pick=2)
    state.refund_by_staff(amount=1, pick=1)
    state.hostile_refunds(pick=0, refused=True, times=8)
    state.reverse(listed=False, pick=2, word="not_refunded")
    state.teardown()


def test_an_order_without_an_open_part_waits_for_nothing() -> None:
    state = Recurring()
    state.open(unknowns="defaults", hour=0, most=None)
    state.cards_say_no(card="card-1", code="54", readable=True, silent=False, times=None)
    state.buy_in_parts(later=40)
    state.nobody_sweeps(days=40)
    state.decline_part(pick=0)
    state.teardown()


def test_a_subscription_that_is_to_end_reaches_no_further_than_what_will_be_charged() -> None:
    state = Recurring()
    state.open(hour=11, unknowns="routed", most=None)
    state.start_ahead(days=1, plan="weekly")
    state.buy_in_parts(later=8)
    state.nobody_sweeps(days=5)
    state.buy_in_parts(later=40)
    state.cancel(at_end=True, pay_open=True, pick=2)
    state.teardown()
