"""One item must not stop all: what cannot be leased, read or saved is counted and passed over (rule 10.8)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from portone_local.twins.clock import MovableClock
from portone_local.twins.ids import SeededIds
from portone_local.twins.logs import RecordingMeter
from portone_local.twins.tables import MemoryQueue, MemoryStore
from portone_payments.adapters.aws.queue import parse_due
from portone_payments.adapters.dynamo.codec import Item
from portone_payments.adapters.dynamo.keys import Key, key_of
from portone_payments.adapters.dynamo.short_names import stored_as
from portone_payments.domain.errors.common import StorageUnavailable
from portone_payments.domain.records.billing_keys import Wallet
from portone_payments.domain.records.history import Fact
from portone_payments.domain.records.kept import AnyRecord
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.records.subscriptions import Subscription
from portone_payments.domain.shared.times import DAY, POISON
from portone_payments.flows.charges.rate_limit import EVERY
from portone_payments.flows.timers.sweep import LEASE, PAGE, Sweeper, Swept
from portone_payments.ports.store import Due, Kind, Skipped
from portone_payments.ports.world import Deadline, Metric
from tests.support.records import a_payment, an_unmatched

NOW = 1_767_330_000
LONG_AGO, LATELY = NOW - 3_600, NOW - 60
CHARGE_RATE = 100


class Poisonous(MemoryStore):
    """Some items cannot be leased, some shards cannot be queried."""

    def __init__(self, poisoned: Callable[[str], bool], deaf: tuple[tuple[Kind, int], ...] = ()) -> None:
        super().__init__(SeededIds())
        self._poisoned = poisoned
        self._deaf = deaf

    def due(
        self, kind: Kind, shard: int, *, before: float, limit: int, after: Due | None = None
    ) -> tuple[Due, ...]:
        if (kind, shard) in self._deaf:
            raise StorageUnavailable(service="dynamodb", reason="ThrottlingException")
        return super().due(kind, shard, before=before, limit=limit, after=after)

    def lease(self, due: Due, *, until: int) -> int | None:
        if self._poisoned(due.id):
            raise StorageUnavailable(service="dynamodb", reason="ThrottlingException")
        return super().lease(due, until=until)


@dataclass
class Scene:
    """A sweep over a store, and what came of it."""

    store: MemoryStore
    clock: MovableClock = field(default_factory=lambda: MovableClock(NOW))
    meter: RecordingMeter = field(default_factory=RecordingMeter)
    noted: list[Skipped] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.queue, self.charges = MemoryQueue(self.clock), MemoryQueue(self.clock)

    def sweep(self) -> Swept:
        sweeper = Sweeper(
            store=self.store,
            queue=self.queue,
            charges=self.charges,
            clock=self.clock,
            meter=self.meter,
            rate=1_000,
            charge_rate=CHARGE_RATE,
            note=self.noted.append,
        )
        return sweeper.sweep(deadline=Deadline.after(self.clock, 40.0))

    def sent(self) -> set[str]:
        bodies = [*self.queue.bodies, *self.charges.bodies]
        return {due.id for due in map(parse_due, bodies) if due is not None}

    def item(self, *key: str) -> Item:
        found = self.store.table.get(key_of(*key))
        assert found
        return found


def healthy() -> MemoryStore:
    return MemoryStore(SeededIds())


def a_subscription(subscription_id: str = "s1", **interesting: Any) -> Subscription:
    return Subscription(
        subscription_id=subscription_id,
        user_id="user-1",
        plan_id="plan",
        name="plan",
        amount=100,
        tax_free=0,
        currency="KRW",
        created_at=float(LONG_AGO),
        start="2026-01-01",
        **interesting,
    )


def test_a_shard_full_of_records_that_cannot_be_leased_hides_nothing_behind_it() -> None:
    scene = Scene(Poisonous(lambda id_: id_.startswith("poison")))
    for number in range(PAGE * 40):
        scene.store.save(a_payment(f"poison{number}", due_at=LONG_AGO))
    for number in range(64):
        scene.store.save(a_payment(f"good{number}", due_at=LATELY))

    scene.sweep()

    assert scene.sent() == {f"good{number}" for number in range(64)}
    assert scene.meter.counts[Metric.ITEM_SKIPPED] == PAGE * 40
    assert {each.kind for each in scene.noted} == {Kind.PAYMENT}
    assert scene.meter.counts[Metric.DUE_LAG] == NOW - LONG_AGO


def test_a_shard_that_cannot_be_read_stops_no_other() -> None:
    shards = tuple((kind, number) for kind in (Kind.PAYMENT, Kind.STRAY) for number in range(15))
    scene = Scene(Poisonous(lambda _: False, shards))
    scene.store.save(a_subscription(due_at=LATELY))

    scene.sweep()

    assert scene.sent() == {"s1"}
    assert scene.meter.counts[Metric.ITEM_SKIPPED] == len(shards)


def damaged(item: Item) -> Item:
    # a payment's and the rate record's
    return item | {name: {"S": "not a number"} for name in (stored_as(Payment, "expires_at"), "until")}


def of_another_age(item: Item) -> Item:
    return item | {"schema": {"N": "9"}}


def without_a_schema(item: Item) -> Item:
    return {name: value for name, value in item.items() if name != "schema"}


def full(item: Item) -> Item:
    return item | {"filling": {"S": "x" * 399_000}}


DAMAGE: Mapping[str, Callable[[Item], Item]] = {
    "damaged": damaged,
    "of a newer schema": of_another_age,
    "without a schema": without_a_schema,
    "full": full,
}
RECORDS: dict[str, AnyRecord] = {
    "payment": a_payment("one", due_at=LONG_AGO, tries=POISON),
    "unmatched": an_unmatched("one", due_at=LONG_AGO, tries=POISON),
    "wallet": Wallet(user_id="one", due_at=LONG_AGO, tries=POISON),
    "subscription": a_subscription("one", due_at=LONG_AGO, tries=POISON),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
@pytest.mark.parametrize("kind", RECORDS)
def test_an_item_that_killed_its_workers_is_due_daily_whatever_its_state(
    kind: str, damage: Callable[[Item], Item]
) -> None:
    scene = Scene(healthy())
    scene.store.save(RECORDS[kind])
    scene.store.table.append(damage(scene.item(kind, "one")))
    scene.store.save(a_payment("another", due_at=LATELY))

    swept = scene.sweep()

    buried = scene.item(kind, "one")
    assert (buried["due_at"], buried["tries"]) == ({"N": str(NOW + DAY)}, {"N": str(POISON - 1)})
    assert "due_shard" in buried
    assert (swept.dead, scene.sent()) == (1, {"another"})
    assert scene.meter.counts[Metric.DEAD_LETTERED] == 1


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
@pytest.mark.parametrize("kind", ["payment", "wallet", "subscription"])
def test_an_item_that_cannot_record_its_trouble_raises_the_alarm(
    kind: str, damage: Callable[[Item], Item]
) -> None:
    scene = Scene(healthy())
    scene.store.save(RECORDS[kind])
    hurt = damage(scene.item(kind, "one"))
    readable = damage is damaged and kind not in {"payment", "subscription"}
    scene.store.table.append(hurt)

    scene.sweep()

    assert scene.meter.counts[Metric.ITEM_SKIPPED] == (0 if readable else 1)


def test_an_item_put_off_records_it_where_it_can_be_written() -> None:
    scene = Scene(healthy())
    for record in (RECORDS["wallet"], RECORDS["subscription"]):
        scene.store.save(record)

    scene.sweep()

    wallet, subscription = scene.store.wallet("one"), scene.store.subscription("one")
    assert wallet
    assert subscription
    assert [entry.fact for entry in (*wallet.history, *subscription.history)] == [Fact.DEAD_LETTERED] * 2
    assert (wallet.due_at, subscription.due_at) == (NOW + DAY, NOW + DAY)


def test_an_item_put_off_is_processed_once_the_next_day() -> None:
    scene = Scene(healthy())
    scene.store.save(RECORDS["unmatched"])
    scene.sweep()
    scene.clock.advance(DAY)

    assert scene.sweep() == Swept(sent=1, dead=0, lag=0.0)

    scene.clock.advance(LEASE)
    assert scene.sweep().dead == 1


def test_a_due_entry_of_an_unknown_kind_is_counted_and_skipped() -> None:
    scene = Scene(healthy())
    scene.store.save(a_payment("one", due_at=LATELY))
    of_tomorrow = scene.item("payment", "one") | Key("invoice#one", "invoice").wire()
    scene.store.table.append(of_tomorrow | {"due_at": {"N": str(LONG_AGO)}})

    scene.sweep()

    assert scene.sent() == {"one"}
    assert scene.meter.counts[Metric.ITEM_SKIPPED] == 1


def test_a_work_queue_that_is_down_stops_no_charge() -> None:
    scene = Scene(healthy())
    scene.store.save(a_subscription(due_at=LATELY))
    scene.queue.available = False

    with pytest.raises(StorageUnavailable):
        scene.sweep()

    assert scene.sent() == {"s1"}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_an_unreadable_or_unwritable_rate_record_stops_no_charge(
    damage: Callable[[Item], Item],
) -> None:
    scene = Scene(healthy())
    scene.store.save(a_subscription("earlier", due_at=LATELY))
    scene.sweep()
    scene.store.table.append(damage(scene.item("pace", "charges")))
    scene.store.save(a_subscription("later", due_at=LATELY))

    scene.clock.advance(EVERY)
    scene.sweep()

    assert scene.sent() == {"earlier", "later"}
    assert scene.meter.counts[Metric.ITEM_SKIPPED]
