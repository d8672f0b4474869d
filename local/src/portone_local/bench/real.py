"""Charging in real time: worker processes with threads, and a sweep, on a stage."""

import gc
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from portone_local.bench import sweep as sweeping
from portone_local.bench import worker as working
from portone_local.bench.measure import CHARGE, Outcome, Spent, outcome
from portone_local.bench.stage import Stage
from portone_local.bench.virtual import Done
from portone_local.portone import FakePortOne

PATIENCE = 240.0


@dataclass(slots=True)
class Seen:
    """What the workers reported: memory in bytes by worker and messages done, request units."""

    done: int = 0
    heard: int = 0
    reads: float = 0.0
    writes: float = 0.0
    kept: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def hear(self, worker: int, told: dict[str, Any]) -> None:
        """One batch of one worker."""
        with self.lock:
            self.done += told["done"]
            self.reads += told["reads"]
            self.writes += told["writes"]
            self.kept.setdefault(worker, []).append((self.done, told["kept"]))

    def growth(self, count: int) -> float:
        """Megabytes the worst worker grew from a tenth of all messages to their end."""
        grown = [0.0]
        for told in self.kept.values():
            later = [kept for done, kept in told if done >= count / 10]
            grown.append((later[-1] - later[0]) / 1e6 if later else 0.0)
        return max(grown)


@dataclass(frozen=True, slots=True)
class Report:
    """What a run in real time saw; `charges` in epoch seconds UTC, `grown` in megabytes."""

    charges: list[float]
    outcome: Outcome
    spent: Spent
    grown: float


def charged(stage: Stage, done: Done) -> Report:
    """Everybody is due at once; a sweep a minute until each is charged, or patience ends."""
    count, calls = stage.count, stage.portone.api.calls
    orders, seen = stage.begin(), Seen()
    with (
        _workers([orders | {"first": stage.first(number)} for number in range(stage.workers)], seen),
        _started(sweeping.__name__, orders | {"rate": stage.rate}) as sweep,
    ):
        _await(sweep)
        calls.clear()
        gc.freeze()
        _say(sweep, "go")
        _wait(lambda: _told(seen, count, done) and _asked(stage.portone) >= count)
    times = [call.at for call in calls if call.operation == CHARGE]
    answered = sum(call.operation in {CHARGE, "get_payment"} for call in calls)
    spent = Spent(answered / count, seen.reads / count, seen.writes / count)
    return Report(times, outcome(stage.portone, stage.everybody), spent, seen.growth(count))


def _wait(over: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not over() and time.monotonic() < end:
        time.sleep(0.2)


def _told(seen: Seen, count: int, done: Done) -> bool:
    with seen.lock:
        more, seen.heard = seen.done - seen.heard, seen.done
    done(more)
    return seen.done >= count


def _asked(portone: FakePortOne) -> int:
    """Charges requested; a message that came twice is done twice and requests one charge."""
    return sum(call.operation == CHARGE for call in portone.calls())


@contextmanager
def _started(module: str, orders: dict[str, Any]) -> Iterator[subprocess.Popen[str]]:
    """A process that will say when it is ready; killed at the end as Lambda freezes its own."""
    command = [sys.executable, "-m", module]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own module
    try:
        _say(process, json.dumps(orders))
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def _workers(orders: list[dict[str, Any]], seen: Seen) -> Iterator[None]:
    """A worker process for each of these orders, listened to."""
    listeners = []
    try:
        with ExitStack() as running:
            workers = [running.enter_context(_started(working.__name__, each)) for each in orders]
            for number, worker in enumerate(workers):
                _await(worker)
                listeners.append(threading.Thread(target=_listen, args=(number, worker, seen)))
                listeners[-1].start()
            yield
    finally:
        for listener in listeners:
            listener.join()


def _listen(number: int, worker: subprocess.Popen[str], seen: Seen) -> None:
    for line in _pipe(worker.stdout):
        seen.hear(number, json.loads(line))


def _await(process: subprocess.Popen[str]) -> None:
    """It says so when it is ready. Raises `RuntimeError` where it ended instead."""
    if not _pipe(process.stdout).readline():
        raise RuntimeError(f"{process.args!r} ended before it was ready")


def _say(process: subprocess.Popen[str], line: str) -> None:
    _pipe(process.stdin).write(f"{line}\n")
    _pipe(process.stdin).flush()


def _pipe(pipe: Any) -> Any:
    if pipe is None:
        raise RuntimeError("a worker without pipes")
    return pipe
