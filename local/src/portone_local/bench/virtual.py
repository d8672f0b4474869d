"""Charging in virtual time: a simulation of sweeps, queue and workers around the shipped code.

Threads and a clock that is moved do not mix, so nothing runs at the same time here. Events are taken in the
order in which they begin: a sweep every minute, and a batch of at most ten whenever a worker is free and
messages are visible. Each message of a batch is worked with the one clock put at the batch's start; store,
fake PortOne and flows share that clock and move it by what they wait for. The batch ends with its last one,
then the clock is put back for whatever begins next. What overlaps in time touches different subscriptions, so
the order in which it is computed changes nothing; races on one are proven elsewhere.
"""

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from portone_local.bench.clock import VirtualClock
from portone_local.bench.function import Killed, Wired, job_of
from portone_local.bench.measure import CHARGE, Spent
from portone_local.bench.queue import VirtualQueue
from portone_local.bench.scene import DUE_AT, Shop
from portone_local.stack import wiring
from portone_local.stack.parameters import fake_portone, parameters_of
from portone_local.stack.token_issuer import TokenIssuer
from portone_payments.flows.timers.sweep import THREADS, Sweeper
from portone_payments.ports.world import Deadline

GATEWAY = (0.05, 0.2)
DYNAMODB = (0.002, 0.008)
MINUTE = 60.0
VISIBILITY = 900.0
BATCH = 10
SWEEP_SECONDS = 40.0
# minutes without a message after which nothing more will come
QUIET = 15
EVERYTHING = 1_000_000


type Done = Callable[[int], object]


def unheard(_more: int) -> None:
    """Progress nobody looks at."""


def workers_for(rate: int) -> int:
    """Batches under way at once that never limit: a message waits for its slot, then for the PG."""
    return max(4, -(-rate // 5))


@dataclass(slots=True)
class Bill:
    """Request units of one side."""

    reads: float = 0.0
    writes: float = 0.0


@dataclass(slots=True)
class Run:
    """What a simulation saw; `charges` in epoch seconds UTC, as requested from the fake PortOne."""

    charges: list[float] = field(default_factory=list)
    worker: Bill = field(default_factory=Bill)
    sweeps: Bill = field(default_factory=Bill)
    killed: int = 0
    failed: int = 0
    calls: int = 0

    def spent(self, count: int) -> Spent:
        """What one of `count` charges took, without the sweep."""
        return Spent(self.calls / count, self.worker.reads / count, self.worker.writes / count)


class Simulation:
    """`count` subscriptions due at once, at `rate` charges a second; `deadly` is the share of dying batches.

    `fires` says at which seconds of each minute the sweep is woken.
    """

    def __init__(
        self, *, rate: int, seed: int = 1, deadly: float = 0.0, fires: tuple[float, ...] = (0.0,)
    ) -> None:
        self.clock = VirtualClock(DUE_AT - 3600.0)
        self.run = Run()
        self._random = random.Random(seed)
        self._deadly = deadly
        self._fires = fires
        self._lives: int | None = None
        parameters = parameters_of(TokenIssuer(self.clock), {"charge_rate": str(rate)})
        self.portone = fake_portone(parameters, self.clock, seed)
        self.portone.pause = self.clock.advance
        transport = Wired(self.portone.transport(), self._boundary)
        wired = wiring.in_memory(parameters, clock=self.clock, seed=seed, transport=transport)
        self.store = wired.ports["store"]
        self.work, self.charges = (VirtualQueue(self.clock, self._random) for _ in range(2))
        ports = wired.ports | {
            "queue": self.work,
            "charge_queue": self.charges,
            "wait": self.clock.advance,
        }
        self._jobs = {
            name: job_of(name, parameters, wired.resources, ports)
            for name in ("work_charges", "work_payments")
        }
        self._workers = [0.0] * workers_for(rate)
        self._sweeper = Sweeper(
            store=self.store,
            queue=self.work,
            charges=self.charges,
            clock=self.clock,
            meter=ports["meter"],
            rate=rate,
            charge_rate=rate,
        )
        self.shop = Shop(self.store, ports["vault"], self.portone)

    def go(self, done: Done = unheard) -> Run:
        """Let time pass until nothing is left to do; `done` hears of each message worked."""
        self.portone.pg.gateway = GATEWAY
        self.store.table.log.calls.clear()
        self.portone.api.calls.clear()
        minute, quiet = float(DUE_AT), 0
        while quiet < QUIET:
            before = self.charges.sent + self.work.sent
            for fire in self._fires:
                self._batches(minute + fire, done)
                self._sweep(minute + fire)
            minute += MINUTE
            self._batches(minute, done)
            quiet = 0 if self.charges.sent + self.work.sent > before else quiet + 1
        self.run.charges = [call.at for call in self.portone.api.calls if call.operation == CHARGE]
        self.run.calls = len(self.portone.api.calls)
        return self.run

    def _sweep(self, at: float) -> None:
        """Leases are written by threads: so many take the time of one."""
        self.clock.put(at)
        self.store.table.around = self._in_turn(1 / THREADS)
        self._sweeper.sweep(deadline=Deadline.after(self.clock, SWEEP_SECONDS))
        self._billed(self.run.sweeps)
        while found := self.work.take(self.clock.now(), BATCH):
            for body in found:
                self._one("work_payments", body, self.clock.now())

    def _batches(self, until: float, done: Done) -> None:
        """Every batch that begins before `until`."""
        while (visible := self.charges.next_at()) is not None:
            start = max(self._workers[0], visible)
            if start >= until:
                return
            bodies = self.charges.take(start, BATCH)
            dies = self._random.random() < self._deadly
            ends = [self._one("work_charges", body, start, dies=dies) for body in bodies]
            heapq.heapreplace(self._workers, max(ends))
            done(len(bodies))

    def _one(self, name: str, body: str, at: float, *, dies: bool = False) -> float:
        """One message; when it ended."""
        self.clock.put(at)
        self.store.table.around = self._in_turn(1.0)
        self._lives = self._random.randrange(12) if dies else None
        try:
            self._jobs[name]({"messageId": "message-1", "body": body})
        except Killed:
            self.run.killed += 1
        except Exception:  # noqa: BLE001 - counted, and received again as from SQS
            self.run.failed += 1
            dies = True
        if dies:
            self.charges.put_back(body, at + VISIBILITY)
        self._lives = None
        self._billed(self.run.worker)
        return self.clock.now()

    def _in_turn(self, share: float) -> Callable[[str, Callable[[], Any]], Any]:
        def around(_operation: str, call: Callable[[], Any]) -> Any:
            self._boundary()
            self.clock.advance(self._random.uniform(*DYNAMODB) * share)
            found = call()
            self._boundary()
            return found

        return around

    def _boundary(self) -> None:
        """Before and after everything that reaches the outside: here a worker may die."""
        if self._lives is None:
            return
        if self._lives == 0:
            raise Killed
        self._lives -= 1

    def _billed(self, bill: Bill) -> None:
        """Sum up and forget, as the stream is forgotten: both would only grow."""
        log = self.store.table.log
        bill.reads += log.reads
        bill.writes += log.writes
        log.calls.clear()
        self.store.table.take_written(EVERYTHING)
