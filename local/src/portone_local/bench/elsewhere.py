"""Part of the benchmark in a process of its own, beside whatever this one does."""

import gc
from collections.abc import Callable
from multiprocessing import get_context
from typing import Any

from portone_local.bench.virtual import Done

SPAWNED = get_context("spawn")


def elsewhere[Found](done: Done, run: Callable[..., Found], *args: object) -> Found:
    """What `run` finds with these arguments and, as its last, who hears how many more are done.

    Raises EOFError when that process dies; why stands on standard error.
    """
    here, there = SPAWNED.Pipe(duplex=False)
    process = SPAWNED.Process(target=_telling, args=(there, run, args), daemon=True)
    process.start()
    there.close()
    while isinstance(told := here.recv(), int):
        done(told)
    # it would take a minute to free what the end of a process frees at once
    process.kill()
    process.join()
    found: Found = told
    return found


def seldom_collected() -> None:
    """What is kept is kept to the end: looking through millions of objects again and again finds nothing."""
    gc.set_threshold(1_000_000, 50, 1_000)


def _telling(there: Any, run: Callable[..., object], args: tuple[object, ...]) -> None:
    seldom_collected()
    there.send(run(*args, there.send))
