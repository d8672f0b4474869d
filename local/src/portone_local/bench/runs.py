"""The runs of the benchmark, each judged by its bounds."""

from portone_local.bench.batch import ten_to_one
from portone_local.bench.measure import (
    Check,
    Outcome,
    Spent,
    at_most,
    busiest_second,
    none_of,
    outcome,
    same,
    span,
)
from portone_local.bench.real import charged
from portone_local.bench.stage import Stage
from portone_local.bench.virtual import Done, Run, Simulation, unheard
from portone_payments.flows.charges.rate_limit import AHEAD

SLACK = 1.1
MOST_GROWTH = 5.0
MOST_OF_ONE = 1.2


def virtual(
    count: int, rate: int, done: Done = unheard, *, deadly: float = 0.0, fires: tuple[float, ...] = (0.0,)
) -> tuple[Run, Outcome]:
    """`count` subscriptions in virtual time."""
    simulation = Simulation(rate=rate, deadly=deadly, fires=fires)
    simulation.shop.fill(count)
    run = simulation.go(done)
    return run, outcome(simulation.portone, count)


def paced(label: str, charges: list[float], count: int, rate: int) -> list[Check]:
    """The two bounds of time."""
    return [
        at_most(f"{label}: busiest second over the limit", busiest_second(charges) / rate, SLACK),
        at_most(f"{label}: makespan over count ÷ limit", span(charges) / (count / rate), SLACK),
    ]


def kept(label: str, result: Outcome) -> list[Check]:
    """Nobody twice, nobody forgotten."""
    return [
        none_of(f"{label}: charged twice", result.double),
        none_of(f"{label}: never charged", result.lost),
    ]


def in_memory(count: int, small: int, rate: int, done: Done) -> tuple[list[Check], Spent]:
    """The great run against a small one; also what one charge takes."""
    few, _ = virtual(small, rate, done)
    many, result = virtual(count, rate, done)
    wanted = few.spent(small)
    label = f"{count:,} in memory"
    sweeps = f"{many.sweeps.writes / count:.3g} WRU a charge, {many.sweeps.reads:,.0f} RRU in all"
    return [
        *kept(label, result),
        *paced(label, many.charges, count, rate),
        same(f"{label}: a charge costs as among {small:,}", many.spent(count), wanted),
        Check(f"{label}: the sweep's part", sweeps, "told apart", held=True),
    ], wanted


def killed(count: int) -> list[Check]:
    """A tenth of all batches die at a random boundary, and the sweep fires twice a minute.

    The rate is low enough for the first sweep to leave the second some work.
    """
    rate = count // (2 * AHEAD)
    run, result = virtual(count, rate, deadly=0.1, fires=(0.0, 0.4))
    label = f"{count:,}, {run.killed:,} killed in the middle"
    busiest = busiest_second(run.charges) / rate
    more = f"{run.calls / count - 2:.2g} calls a charge"
    return [
        *kept(label, result),
        at_most(f"{label}: busiest second over the limit", busiest, SLACK),
        Check(f"{label}: retries", more, "told apart", held=True),
    ]


def in_real_time(stage: Stage, wanted: Spent, done: Done) -> list[Check]:
    """On MiniStack, with processes and threads."""
    report = charged(stage, done)
    label = f"{stage.count:,} on MiniStack"
    return [
        *kept(label, report.outcome),
        *paced(label, report.charges, stage.count, stage.rate),
        same(f"{label}: a charge costs the same", report.spent, wanted),
        at_most(f"{label}: a worker grows", report.grown, MOST_GROWTH, " MB"),
    ]


def batch() -> list[Check]:
    """Ten at a time."""
    return [at_most("a batch of ten at 200 ms over one charge", ten_to_one(), MOST_OF_ONE)]
