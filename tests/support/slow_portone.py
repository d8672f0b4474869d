"""PortOne that answers a mutating call late or never, and worlds in which no caller waits too long."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from portone_local.oracle import assert_clean
from portone_local.portone import Fault
from portone_local.stack.passing import let_pass
from portone_local.stories.boundaries import Boundaries
from portone_local.stories.telling import assert_in_time, in_memory
from portone_local.stories.world import MINUTE, World

HOUR, DAY = 3600, 24 * 3600

LONG = 3 * HOUR + MINUTE

# the call takes effect at once and its answer comes late; it takes effect late; it never does; no answer ever
WAITS = {
    "answer after 45 s": (Fault.LATENCY, 45.0),
    "answer after 3 h 1 min": (Fault.LATENCY, float(LONG)),
    "effect after 45 s": (Fault.LATE_COMMIT, 45.0),
    "effect after 3 h 1 min": (Fault.LATE_COMMIT, float(LONG)),
    "effect and never an answer": (Fault.TIMEOUT_AFTER_COMMIT, None),
    "neither effect nor answer": (Fault.TIMEOUT_BEFORE_COMMIT, None),
}

waits = pytest.mark.parametrize("wait", WAITS)

# once, or every call until somebody mends it after four hours
times = pytest.mark.parametrize("times", [1, None], ids=["once", "for hours"])


@contextmanager
def slowly() -> Iterator[tuple[World, Boundaries]]:
    """A world in which no caller waits longer than allowed and the oracle judges the end."""
    with in_memory() as (world, boundaries):
        yield world, boundaries
        world.stack.portone.clear_faults()
        let_pass(world.stack, 4 * HOUR)
        assert_clean(world.stack, answers=world.answers)
        assert_in_time(boundaries)


def is_slow(world: World, operation: str, wait: str, times: int | None) -> None:
    """PortOne answers this operation as one of `WAITS` describes."""
    fault, seconds = WAITS[wait]
    world.stack.portone.inject(operation=operation, fault=fault, seconds=seconds, times=times)


def never_takes_effect(wait: str, times: int | None) -> bool:
    """Only where PortOne never executes it; then the key window ends and a reading fails it."""
    return wait == "neither effect nor answer" and times is None
