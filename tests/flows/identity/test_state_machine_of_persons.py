"""Whatever people, operators and strangers do in whatever order: one person has one account (I6, I13, I14).

A run that failed stays here as a test of its own, as hypothesis printed it.
"""

import os

import pytest
from hypothesis import HealthCheck, settings

from portone_local.stories.boundaries import Side
from tests.support.machine.persons import Persons

RUNS = int(os.environ.get("STATE_MACHINE_RUNS", "36"))

TestPersons = pytest.mark.machine(pytest.mark.timeout(3600)(Persons.TestCase))
TestPersons.settings = settings(
    max_examples=RUNS,
    stateful_step_count=25,
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("side", Side)
def test_a_repeated_erasure_completes_an_interrupted_one(side: Side) -> None:
    state = Persons()
    state.open(unknowns="defaults", policy="on")
    state.go(user="user-1", person="adult", purpose="signup", provider="KCP_V2")
    state.let_another_in(user="user-1")
    state.die_erasing(user="user-1", nth=2, side=side)
    state.teardown()


def test_a_person_known_by_two_names_of_a_pg_is_listed_when_uniqueness_is_on_again() -> None:
    state = Persons()
    state.open(unknowns="no CI", policy="off")
    for user in ("user-1", "50%off"):
        state.go(user=user, person="adult", purpose="signup", provider="DANAL")
    state.operate(act="policy", pick=0)
    for _ in range(3):
        state.operate(act="rotate", pick=0)
    state.decide(keep="first")
    state.teardown()


def test_a_restored_table_brings_no_erased_person_back() -> None:
    state = Persons()
    state.open(unknowns="defaults", policy="on")
    state.go(user="user-1", person="adult", purpose="signup", provider="DANAL")
    state.take_a_snapshot()
    state.erase(user="user-1")
    state.go(user="50%off", person="adult", purpose="signup", provider="DANAL")
    state.restore()
    state.teardown()
