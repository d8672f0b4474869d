"""Many at once: all begin at the same moment."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

type Act = Callable[[], Any]


def race(acts: Sequence[Act]) -> list[Any]:
    """What each act gave; all begin at the same moment."""
    start = Barrier(len(acts))

    def run(act: Act) -> Any:
        start.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as racers:
        return list(racers.map(run, acts))
