"""Every minute: lease what is due, send its ids. The table is the truth; this only wakes workers (rule 4)."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from portone_payments.domain.facts import Fact, Moment, raise_attention, record
from portone_payments.domain.ladder import DAY, POISON
from portone_payments.domain.records import Attention, HintState
from portone_payments.ports import Clock, Conflict, Deadline, Due, Kind, Meter, Metric, Queue, Store

LEASE = 180
SHARDS = 16
PAGE = 100
BACKLOG_SECONDS = 120


@dataclass(slots=True)
class Swept:
    """What one sweep did; `lag` is the age of the oldest due item in seconds."""

    sent: int = 0
    dead: int = 0
    lag: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweeper:
    """`rate` is how many items a second the workers finish; the backlog stays under two minutes of it."""

    store: Store
    queue: Queue
    clock: Clock
    meter: Meter
    rate: int

    def sweep(self, *, deadline: Deadline) -> Swept:
        """Lease and send what is due, oldest first per shard, until time or room in the queue ends."""
        room = self.rate * BACKLOG_SECONDS - self.queue.backlog()
        swept = Swept()
        if room <= 0:
            self.meter.count(Metric.BACKLOG_STOP)
        for due in self._batches():
            if swept.sent >= room or deadline.remaining() <= 0:
                break
            self._send(due[: room - swept.sent], swept)
        self.meter.count(Metric.DUE_LAG, swept.lag)
        return swept

    def _batches(self) -> Iterator[tuple[Due, ...]]:
        for kind in Kind:
            for shard in range(SHARDS):
                batch = self.store.due(kind, shard, before=self.clock.now(), limit=PAGE)
                if batch:
                    yield batch

    def _send(self, batch: tuple[Due, ...], swept: Swept) -> None:
        now = self.clock.now()
        swept.lag = max(swept.lag, *(now - due.due_at for due in batch))
        live = []
        for due in batch:
            until = int(now) + LEASE
            tries = self.store.lease(due, until=until)
            if tries is not None and tries > POISON:
                self._bury(due)
                swept.dead += 1
            elif tries is not None:
                live.append(replace(due, due_at=until))
        if live:
            self.queue.send(tuple(live))
        swept.sent += len(live)

    def _bury(self, due: Due) -> None:
        """Twelve workers died on this item: a person is told, and it is tried once a day."""
        self.meter.count(Metric.DEAD_LETTERED)
        if due.kind is Kind.STRAY:
            self._give_up(due.id)
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

    def _give_up(self, webhook_id: str) -> None:
        """A webhook about something that is not ours is not worth a daily try."""
        stray = self.store.stray(webhook_id)
        if stray is not None:
            with suppress(Conflict):
                self.store.save(replace(stray, state=HintState.QUARANTINED, due_at=None))
