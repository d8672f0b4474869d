"""The stacks `make serve` runs from this clone: each has a name, and a folder `.local/<name>` of its own."""

import fcntl
import itertools
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from portone_local.serve.elsewhere import NotReady
from portone_local.template import cloudformation as template

LOCAL = template.ROOT / ".local"
NAME = "serve"
NAMES = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")


class NotRunning(Exception):
    """There is no such local stack, or more than one; the text says what to do."""


@contextmanager
def held(name: str, folder: Path) -> Iterator[Path]:
    """The folder of a stack, nobody else's while open; without a name the first free one. NotReady."""
    lock, mine = _claimed(name, folder) if name else _first_free(folder)
    with lock:
        try:
            yield mine
        finally:
            state_of(mine).unlink(missing_ok=True)


def state_of(mine: Path) -> Path:
    """Where a stack writes down what is where, once it is up."""
    return mine / "stack.json"


def running(folder: Path = LOCAL) -> dict[str, dict[str, Any]]:
    """What is up now, by name: what each stack wrote down. A stack that was killed has left its lock."""
    known = {}
    for state in sorted(folder.glob("*/stack.json")):
        lock = _locked(state.parent)
        if lock is None:
            known[state.parent.name] = json.loads(state.read_text())
        else:
            lock.close()
    return known


def the_one(name: str = "", folder: Path = LOCAL) -> dict[str, Any]:
    """The stack of this name; without a name the only one. Raises `NotRunning`."""
    found = running(folder)
    names = ", ".join(found)
    if name and name in found:
        return found[name]
    if not found:
        raise NotRunning(
            "no local stack runs: start one with `make serve`, or name a deployed one: STACK=..."
        )
    if name:
        raise NotRunning(f"no local stack is called {name}; running: {names}")
    if len(found) > 1:
        raise NotRunning(
            f"more than one local stack runs ({names}): say which, such as LOCAL={next(iter(found))}"
        )
    return next(iter(found.values()))


def _claimed(name: str, folder: Path) -> tuple[IO[str], Path]:
    if not NAMES.fullmatch(name):
        raise NotReady(f"LOCAL={name} is no name: small letters, digits and hyphens, at most 31")
    lock = _locked(folder / name)
    if lock is None:
        raise NotReady(f"a local stack called {name} runs already: stop it, or choose another LOCAL=...")
    return lock, folder / name


def _first_free(folder: Path) -> tuple[IO[str], Path]:
    for number in itertools.count(1):
        mine = folder / (NAME if number == 1 else f"{NAME}-{number}")
        if lock := _locked(mine):
            return lock, mine
    raise AssertionError  # there is always another number


def _locked(mine: Path) -> IO[str] | None:
    """The stack's lock, None while another process has it; the system drops it with its process."""
    mine.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = (mine / "lock").open("w")
    os.fchmod(lock.fileno(), 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock
