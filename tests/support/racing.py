"""Many at once: all begin at the same moment."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any

from portone_local.oracle import ObservedStack, assert_clean
from portone_local.stack.ministack import MiniStack
from portone_local.stack.passing import let_pass
from portone_local.stories.world import PATIENCE

type Act = Callable[[], Any]


def race(acts: Sequence[Act]) -> list[Any]:
    """What each act gave; all begin at the same moment."""
    start = Barrier(len(acts))

    def run(act: Act) -> Any:
        start.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as racers:
        return list(racers.map(run, acts))


@contextmanager
def judged(ministack: MiniStack) -> Iterator[ObservedStack]:
    """One stack for all rounds of all races; the oracle judges it once more at the end."""
    with ObservedStack.on_ministack(ministack, seed=1) as observed:
        yield observed
        let_pass(observed, PATIENCE)
        assert_clean(observed, answers=observed.answers, hurt=True)
