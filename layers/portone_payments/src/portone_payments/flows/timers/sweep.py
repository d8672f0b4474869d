"""Every minute: lease what is due, send its ids. The table is the truth; this only wakes workers (rule 4)."""

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby

from portone_payments.domain.errors.common import StorageUnavailable
from portone_payments.domain.records.stops import Stops, may_probe, standing
from portone_payments.domain.shared.times import POISON
from portone_payments.flows.charges.rate_limit import AHEAD, HEAD_START, RateLimiter
from portone_payments.flows.operations.burying import Burier
from portone_payments.flows.shared.gate import Gate, Operation
from portone_payments.flows.shared.skipping import Note, Skips, unnoted
from portone_payments.ports.store import CHARGES, WORK, Due, Kind, Queue, Store
from portone_payments.ports.world import Clock, Deadline, Meter, Metric

LEASE = 180
SHARDS = 16
PAGE = 100
BACKLOG_SECONDS = 120
# leases at a time; each takes 2 ms of a processor, so more of them only queue
THREADS = 4


@dataclass(slots=True)
class Swept:
    """What one sweep did; `lag` is the age of the oldest due item in seconds.

    `stops`: the record of what is or was stopped, where there is one; `looked`: whether it was looked for.
    """

    sent: int = 0
    dead: int = 0
    lag: float = 0.0
    stops: Stops | None = None
    looked: bool = False


@dataclass(frozen=True, slots=True)
class Shard:
    """One partition of the due index, and behind which entry the sweep goes on in it."""

    kind: Kind
    number: int
    after: Due | None = None


@dataclass(frozen=True, slots=True)
class Leased:
    """What of a page is to be sent; `moved` unless another sweep leased all of it."""

    live: tuple[Due, ...] = ()
    moved: bool = False


@dataclass(frozen=True, kw_only=True)
class Sweeper:
    """`rate` is how many items a second the workers finish; the backlog stays under two minutes of it.

    `charge_rate` is how many charges a second the PG takes: each gets a slot of its own. What cannot be
    leased, sent or buried is counted and skipped; `note` is called with it.
    """

    store: Store
    queue: Queue
    charges: Queue
    clock: Clock
    meter: Meter
    rate: int
    charge_rate: int
    note: Note = unnoted

    def sweep(self, *, deadline: Deadline) -> Swept:
        """Lease and send what is due, oldest first per shard, until time or room in the queues ends.

        Raises what a failing queue raises, after the other one was sent to.
        """
        swept, charged = Swept(), Swept()
        try:
            self._work(swept, deadline)
        finally:
            charged.stops = swept.stops if swept.looked else self._stops()
            self._charges(charged, deadline)
        return Swept(swept.sent + charged.sent, swept.dead + charged.dead, max(swept.lag, charged.lag))

    def _work(self, swept: Swept, deadline: Deadline) -> None:
        try:
            room = self.rate * BACKLOG_SECONDS - self.queue.backlog()
            self._sweep(WORK, room, swept, deadline)
        finally:
            self.meter.count(Metric.DUE_LAG, swept.lag)

    def _charges(self, charged: Swept, deadline: Deadline) -> None:
        rate_limiter = RateLimiter(self.store, self.clock, self.charge_rate, self._skips)
        try:
            # a backlog that the workers have not finished is not sent again
            room = self.charge_rate * AHEAD - self.charges.backlog()
            if self._may_charge(charged.stops):
                self._sweep(CHARGES, room, charged, deadline, rate_limiter)
            elif self._may_probe(charged.stops):
                self._sweep(CHARGES, min(room, 1), charged, deadline, rate_limiter)
        finally:
            rate_limiter.release()
            self.meter.count(Metric.CHARGE_LAG, charged.lag)

    @cached_property
    def _skips(self) -> Skips:
        return Skips(self.meter, self.note)

    @cached_property
    def _gate(self) -> Gate:
        return Gate(store=self.store, clock=self.clock, meter=self.meter)

    @cached_property
    def _burier(self) -> Burier:
        return Burier(self.store, self.clock, self.meter, self._skips)

    def _sweep(
        self,
        kinds: frozenset[Kind],
        room: int,
        swept: Swept,
        deadline: Deadline,
        rate_limiter: RateLimiter | None = None,
    ) -> None:
        """Page after page of every shard, until one is not full or another sweep leased all of it.

        Raises `StorageUnavailable` where not one shard could be read: that is no fault of one item.
        """
        if room <= 0:
            self.meter.count(Metric.BACKLOG_STOP)
        shards = deque(Shard(kind, number) for kind in sorted(kinds) for number in range(SHARDS))
        silent = 0
        while shards and swept.sent < room and deadline.remaining() > 0:
            shard = shards.popleft()
            page = self._page(shard)
            if page is None:
                silent += 1
                continue
            batch = self._heeded(page, swept)
            some = batch[: room - swept.sent]
            if rate_limiter is not None and some:
                some = some[: rate_limiter.allow(len(some))]
            leased = self._leased(some, swept) if some else Leased()
            if leased.live:
                self._send(leased.live, rate_limiter)
            swept.sent += len(leased.live)
            if leased.moved and len(page) == PAGE:
                # what could not be leased is still the oldest: the next page begins behind it
                shards.append(replace(shard, after=some[-1]))
        if silent == len(kinds) * SHARDS:
            raise StorageUnavailable(service="dynamodb", reason="no_shard_answered")

    def _page(self, shard: Shard) -> tuple[Due, ...] | None:
        """None where a shard cannot be read."""
        now = self.clock.now()
        with self._skips.over("shard", f"{shard.kind}#{shard.number}"):
            return self.store.due(shard.kind, shard.number, before=now, limit=PAGE, after=shard.after)
        return None

    def _heeded(self, page: tuple[Due, ...], swept: Swept) -> tuple[Due, ...]:
        """What is due of a page; the record of stops among it is read, never leased."""
        swept.looked = True
        work = tuple(due for due in page if due.kind is not Kind.STOPS)
        if len(work) < len(page):
            swept.stops = self._stops()
        return work

    def _stops(self) -> Stops | None:
        with self._skips.over(Kind.STOPS, Kind.STOPS):
            stops = self._gate.tidy()
            return stops if stops.stops or stops.past else None
        return None

    def _may_charge(self, stops: Stops | None) -> bool:
        return stops is None or not standing(stops, None)

    def _may_probe(self, stops: Stops | None) -> bool:
        now = self.clock.now()
        return stops is not None and all(
            may_probe(stop, Operation.CHARGE, now) for stop in standing(stops, None)
        )

    def _leased(self, batch: tuple[Due, ...], swept: Swept) -> Leased:
        now = self.clock.now()
        swept.lag = max(swept.lag, *(now - due.due_at for due in batch))
        until = int(now) + LEASE
        tries = self._tried(batch, until)
        live = []
        for due, times in zip(batch, tries, strict=True):
            if isinstance(times, Exception):
                self._skips.skip(due.kind, due.id, times)
            elif times is not None and times > POISON:
                self._burier.bury(replace(due, due_at=until))
                swept.dead += 1
            elif times is not None:
                live.append(replace(due, due_at=until, stops=swept.stops is not None))
        return Leased(tuple(live), any(times is not None for times in tries))

    def _tried(self, batch: tuple[Due, ...], until: int) -> list[int | Exception | None]:
        """The result of each lease; one alone needs no thread."""
        if len(batch) == 1:
            return [self._lease(batch[0], until)]
        with ThreadPoolExecutor(max_workers=min(THREADS, len(batch))) as pool:
            return list(pool.map(lambda due: self._lease(due, until), batch))

    def _lease(self, due: Due, until: int) -> int | Exception | None:
        """The attempts so far, None where another sweep leased it first, or the error."""
        try:
            return self.store.lease(due, until=until)
        except Exception as error:  # noqa: BLE001 - the boundary: the others go on
            return error

    def _send(self, live: tuple[Due, ...], rate_limiter: RateLimiter | None) -> None:
        """Work at once; each charge so that its worker has it shortly before its slot, in whole seconds."""
        if rate_limiter is None:
            self.queue.send(live)
            return
        soon = self.clock.now() + HEAD_START
        seconds = groupby(rate_limiter.timed(live), key=lambda due: max(0, int((due.slot or soon) - soon)))
        for second, some in seconds:
            self.charges.send(tuple(some), delay=second)
