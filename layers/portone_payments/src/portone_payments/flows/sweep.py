"""Every minute: lease what is due, send its ids. The table is the truth; this only wakes workers (rule 4)."""

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import groupby

from portone_payments.domain.facts import Fact, Moment, raise_attention, record
from portone_payments.domain.ladder import DAY, POISON
from portone_payments.domain.records import Attention
from portone_payments.domain.subscription_records import Subscription
from portone_payments.domain.wallet_records import Wallet
from portone_payments.domain.webhook_records import HintState
from portone_payments.flows.pace import AHEAD, HEAD_START, Pacer
from portone_payments.ports import Clock, Deadline, Meter, Metric
from portone_payments.ports_store import CHARGES, WORK, Conflict, Due, Kind, Queue, Store

LEASE = 180
SHARDS = 16
PAGE = 100
BACKLOG_SECONDS = 120
# leases at a time; each takes 2 ms of a processor, so more of them only queue
THREADS = 4


@dataclass(slots=True)
class Swept:
    """What one sweep did; `lag` is the age of the oldest due item in seconds."""

    sent: int = 0
    dead: int = 0
    lag: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweeper:
    """`rate` is how many items a second the workers finish; the backlog stays under two minutes of it.

    `charge_rate` is how many charges a second the PG takes: each gets a slot of its own.
    """

    store: Store
    queue: Queue
    charges: Queue
    clock: Clock
    meter: Meter
    rate: int
    charge_rate: int

    def sweep(self, *, deadline: Deadline) -> Swept:
        """Lease and send what is due, oldest first per shard, until time or room in the queues ends."""
        swept = Swept()
        room = self.rate * BACKLOG_SECONDS - self.queue.backlog()
        self._sweep(WORK, room, swept, deadline)
        self.meter.count(Metric.DUE_LAG, swept.lag)
        charged = Swept()
        pacer = Pacer(self.store, self.clock, self.charge_rate)
        # what its workers could not do is not sent again on top
        self._sweep(CHARGES, self.charge_rate * AHEAD - self.charges.backlog(), charged, deadline, pacer)
        pacer.give_back()
        self.meter.count(Metric.CHARGE_LAG, charged.lag)
        return Swept(swept.sent + charged.sent, swept.dead + charged.dead, max(swept.lag, charged.lag))

    def _sweep(
        self,
        kinds: frozenset[Kind],
        room: int,
        swept: Swept,
        deadline: Deadline,
        pacer: Pacer | None = None,
    ) -> None:
        """Page after page of every shard, until a page is not full or none of it could be leased."""
        if room <= 0:
            self.meter.count(Metric.BACKLOG_STOP)
        shards = deque((kind, shard) for kind in sorted(kinds) for shard in range(SHARDS))
        while shards and swept.sent < room and deadline.remaining() > 0:
            kind, shard = shards.popleft()
            batch = self.store.due(kind, shard, before=self.clock.now(), limit=PAGE)
            some = batch[: room - swept.sent]
            if pacer is not None and some:
                some = some[: pacer.allow(len(some))]
            live = self._leased(some, swept) if some else ()
            if live:
                self._send(live, pacer)
            swept.sent += len(live)
            if live and len(batch) == PAGE:
                shards.append((kind, shard))

    def _leased(self, batch: tuple[Due, ...], swept: Swept) -> tuple[Due, ...]:
        now = self.clock.now()
        swept.lag = max(swept.lag, *(now - due.due_at for due in batch))
        until = int(now) + LEASE
        with ThreadPoolExecutor(max_workers=min(THREADS, len(batch))) as pool:
            tries = list(pool.map(lambda due: self.store.lease(due, until=until), batch))
        for due, times in zip(batch, tries, strict=True):
            if times is not None and times > POISON:
                self._bury(due)
                swept.dead += 1
        return tuple(
            replace(due, due_at=until)
            for due, times in zip(batch, tries, strict=True)
            if times is not None and times <= POISON
        )

    def _send(self, live: tuple[Due, ...], pacer: Pacer | None) -> None:
        """Work at once; each charge so that its worker has it shortly before its slot, in whole seconds."""
        if pacer is None:
            self.queue.send(live)
            return
        soon = self.clock.now() + HEAD_START
        seconds = groupby(pacer.timed(live), key=lambda due: max(0, int((due.slot or soon) - soon)))
        for second, some in seconds:
            self.charges.send(tuple(some), delay=second)

    def _bury(self, due: Due) -> None:
        """Twelve workers died on this item: a person is told, and it is tried once a day."""
        self.meter.count(Metric.DEAD_LETTERED)
        if due.kind is Kind.STRAY:
            self._give_up(due.id)
            return
        if due.kind in {Kind.WALLET, Kind.SUBSCRIPTION}:
            self._postpone(due)
            return
        payment = self.store.payment(due.id)
        if payment is None:
            return
        moment = Moment(now=self.clock.now(), by="sweep")
        buried = replace(payment, due_at=int(moment.now) + DAY, tries=POISON - 1)
        if payment.attention is not Attention.DEAD_LETTERED:
            buried = record(buried, Fact.DEAD_LETTERED, moment)
        with suppress(Conflict):
            self.store.save(raise_attention(buried, Attention.DEAD_LETTERED, at=moment.now))

    def _postpone(self, due: Due) -> None:
        """Nothing is charged twice by waiting: the alarm calls a person, who finds it in the metrics' log."""
        wallet = due.kind is Kind.WALLET
        held = self.store.wallet(due.id) if wallet else self.store.subscription(due.id)
        if held is None:
            return
        with suppress(Conflict):
            self.store.save(_told(held, Moment(now=self.clock.now(), by="sweep")))

    def _give_up(self, webhook_id: str) -> None:
        """A webhook about something that is not ours is not worth a daily try."""
        stray = self.store.stray(webhook_id)
        if stray is not None:
            with suppress(Conflict):
                self.store.save(replace(stray, state=HintState.QUARANTINED, due_at=None))


def _told(held: Wallet | Subscription, moment: Moment) -> Wallet | Subscription:
    tomorrow = int(moment.now) + DAY
    if isinstance(held, Wallet):
        return record(replace(held, due_at=tomorrow, tries=POISON - 1), Fact.DEAD_LETTERED, moment)
    return record(replace(held, due_at=tomorrow, tries=POISON - 1), Fact.DEAD_LETTERED, moment)
