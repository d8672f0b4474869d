"""Whatever happens in whatever order, crashes and lost messages included: the money is where a model says.

A run that failed stays here as a test of its own, as hypothesis printed it.
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings

from portone_local.portone import CancellationStatus, Fault
from portone_local.testing.boundaries import Side
from portone_local.testing.machine.money import Money
from portone_local.testing.machine.recurring import Recurring

RUNS = int(os.environ.get("STATE_MACHINE_RUNS", "100"))
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


def test_what_the_issuer_takes_back_beside_a_requested_refund_is_not_our_fault() -> None:
    state = Money()
    state.open(unknowns="all_turned", begun="paid")
    state.next_refund_ends(status=CancellationStatus.REQUESTED)
    state.refund_all(pick=0)
    state.chargeback(amount=1, pick=0)
    state.nothing_is_wrong()
    state.teardown()


def test_what_is_paid_two_days_after_its_offer_ended_is_found_within_a_day_without_a_webhook() -> None:
    state = Money()
    state.open(unknowns="defaults", begun="")
    state.days(days=2)
    state.pay(pick=0)
    state.lose()
    state.teardown()


def test_who_dies_after_reserving_a_refund_is_followed_by_the_sweep() -> None:
    state = Money()
    state.open(unknowns="defaults", begun="paid")
    state.die_refunding(nth=3, pick=0, side=Side.BEFORE)
    state.teardown()


def test_a_window_that_is_deleted_before_its_key_is_known_leaves_no_key_at_portone() -> None:
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


def test_an_order_whose_deposit_was_given_up_is_unpaid_also_once_its_balance_is_paid() -> None:
    state = Recurring()
    state.open(unknowns="defaults", most=None, hour=0)
    state.cards_say_no(card="card-1", code="51", times=None, readable=True, silent=False)
    state.buy_in_parts(later=40)
    state.days(days=16)
    state.cards_say_yes()
    state.days(days=16)
    state.days(days=16)
    state.teardown()
