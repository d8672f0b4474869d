"""The benchmark of charges, small: its figures are valid at any size."""

import pytest

from portone_local.bench.elsewhere import elsewhere
from portone_local.bench.measure import Outcome, Spent, busiest_second
from portone_local.bench.runs import in_memory, virtual
from portone_local.bench.virtual import unheard

# claimed in one transaction, sent, read, settled in another, in which the invoice before leaves
BUDGET = Spent(portone=2, reads=2, writes=16)
LEASE, BOOKING = 3, 3
NOBODY = Outcome(double=0, lost=0)


def test_a_charge_costs_the_same_however_many_there_are() -> None:
    few, _ = virtual(10, 500)
    many, _ = virtual(200, 500)

    assert (few.spent(10), many.spent(200)) == (BUDGET, BUDGET)


def test_the_sweep_writes_one_lease_a_charge_and_nothing_in_idle_minutes() -> None:
    run, _ = virtual(100, 500)

    assert run.sweeps.writes == 100 * LEASE + BOOKING


@pytest.mark.parametrize(
    ("count", "rate", "fires"),
    [(600, 10, (0.0, 0.4)), (200, 2, (0.0, 20.0, 59.0)), (200, 20, (0.0,))],
    ids=["twice", "at odd times", "once"],
)
def test_no_second_has_more_charges_than_the_rate_of_the_pg_however_often_the_sweep_fires(
    count: int, rate: int, fires: tuple[float, ...]
) -> None:
    run, result = virtual(count, rate, fires=fires)

    assert busiest_second(run.charges) <= 1.1 * rate
    assert max(run.charges) - min(run.charges) <= 1.1 * count / rate
    assert result == NOBODY


def test_workers_that_die_anywhere_charge_nobody_twice_and_miss_nobody() -> None:
    run, result = virtual(200, 50, deadly=0.5)

    assert run.killed > 0
    assert result == NOBODY


def test_the_busiest_second_may_start_at_any_fraction() -> None:
    late, early = [0.9, 0.95, 0.99], [1.1, 1.2, 1.5]

    assert busiest_second([*late, *early, 2.5]) == 6


def test_a_run_in_another_process_reports_progress_and_then_its_findings() -> None:
    heard: list[int] = []

    checks, spent = elsewhere(heard.append, in_memory, 60, 10, 20)

    assert sum(heard) == 60 + 10
    assert all(check.held for check in checks)
    assert spent == BUDGET


def test_a_failed_run_in_another_process_is_not_awaited_any_longer() -> None:
    nobody = 0

    with pytest.raises(EOFError):
        elsewhere(unheard, in_memory, 60, nobody, 20)
