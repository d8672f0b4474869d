"""What the publisher makes of a record of the stream: each fact once, in order, with no hole."""

from dataclasses import replace

import pytest

from portone_local.twins.event_bus import MemoryBus
from portone_local.twins.ids import SeededIds
from portone_local.twins.logs import RecordingMeter
from portone_local.twins.tables import MemoryStore
from portone_payments.domain.errors.common import StorageUnavailable
from portone_payments.domain.records.bounds import as_saved
from portone_payments.domain.records.events import Change, Event
from portone_payments.flows.timers.publish import Publisher
from portone_payments.ports.store import Skipped
from portone_payments.ports.world import Metric
from tests.support.records import NOW, history, with_history


@pytest.fixture
def bus() -> MemoryBus:
    return MemoryBus()


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore(SeededIds())


@pytest.fixture
def publisher(bus: MemoryBus, store: MemoryStore) -> Publisher:
    return Publisher(bus=bus, store=store, meter=RecordingMeter())


def numbers(events: list[Event]) -> list[int]:
    return [event.seq for event in events]


def test_a_new_payment_publishes_all_of_its_history(publisher: Publisher, bus: MemoryBus) -> None:
    publisher.publish([Change(with_history(3), None)])

    assert numbers(bus.published) == [1, 2, 3]


def test_a_save_publishes_what_the_last_save_did_not_have(publisher: Publisher, bus: MemoryBus) -> None:
    publisher.publish([Change(with_history(5), with_history(3))])

    assert [event.id for event in bus.published] == ["payment1:4", "payment1:5"]


def test_a_save_without_new_facts_publishes_nothing(publisher: Publisher, bus: MemoryBus) -> None:
    bus.available = False

    told = publisher.publish([Change(with_history(3, due_at=60), with_history(3))])

    assert told == 0


def test_history_a_save_moves_out_at_once_is_read_from_its_own_items(
    publisher: Publisher, bus: MemoryBus, store: MemoryStore
) -> None:
    store.save(with_history(20))
    before = store.payment("payment1")
    assert before is not None
    store.save(replace(before, history=history(70), next_seq=71))
    after = store.payment("payment1")
    assert after is not None

    publisher.publish([Change(after, before)])

    assert after.history[0].seq == 37
    assert numbers(bus.published) == list(range(21, 71))


def test_a_history_with_a_gap_is_not_skipped(publisher: Publisher) -> None:
    torn = replace(with_history(70), history=history(70)[30:])

    with pytest.raises(StorageUnavailable):
        publisher.publish([Change(torn, None)])


def test_a_fact_that_cannot_be_published_delays_no_other(bus: MemoryBus, store: MemoryStore) -> None:
    meter = RecordingMeter()
    torn = replace(with_history(70), payment_id="torn", history=history(70)[30:])
    unread = Skipped("payment", "unread", KeyError("total"))

    with pytest.raises(StorageUnavailable):
        Publisher(bus=bus, store=store, meter=meter).publish(
            [Change(torn, None), unread, Change(with_history(3), None)]
        )

    assert numbers(bus.published) == [1, 2, 3]
    assert meter.counts[Metric.ITEM_SKIPPED] == 1


def test_published_facts_can_be_published_again_under_the_same_ids(
    publisher: Publisher, bus: MemoryBus, store: MemoryStore
) -> None:
    store.save(with_history(70))
    payment = store.payment("payment1")
    assert payment is not None
    publisher.publish([Change(payment, None)])
    first = list(bus.published)
    bus.published.clear()

    publisher.again(payment, since=NOW + 25)

    assert bus.published == first[24:]


def test_events_are_counted(bus: MemoryBus, store: MemoryStore) -> None:
    meter = RecordingMeter()

    Publisher(bus=bus, store=store, meter=meter).publish([Change(with_history(3), None)])

    assert meter.counts == {Metric.PUBLISHED: 3}


@pytest.mark.parametrize(
    ("missing", "since", "told"), [(4, NOW + 5.5, 95), (4, NOW + 4.5, None), (30, NOW, None)]
)
def test_expired_history_lines_are_missed_only_by_a_republication(
    publisher: Publisher, store: MemoryStore, missing: int, since: float, told: int | None
) -> None:
    store.save(with_history(100))
    told_of = as_saved(with_history(100))
    gone = [
        each
        for each in store.dump()
        if each["sk"]["S"] in {f"history#{seq:08d}" for seq in range(1, missing + 1)}
    ]
    store.table.restore([each for each in store.dump() if each not in gone])

    if told is None:
        with pytest.raises(StorageUnavailable):
            publisher.again(told_of, since=since)
    else:
        assert publisher.again(told_of, since=since) == told
