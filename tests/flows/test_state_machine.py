"""Whatever happens in whatever order, crashes and lost messages included: the money is where a model says.

A run that failed stays here as a test of its own, as hypothesis printed it.
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings

from portone_local.portone import CancellationStatus
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
