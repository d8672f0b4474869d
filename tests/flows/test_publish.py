"""Every fact leaves at least once under one id (I11), whatever fails between the save and the bus."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from portone_local.capture import RecordingMeter
from portone_local.event_bus import MemoryBus
from portone_local.ids import SeededIds
from portone_local.memory import MemoryStore
from portone_local.oracle import ObservedStack, assert_clean, check
from portone_local.testing.boundaries import Boundaries, Crash, Side, at, crash
from portone_local.testing.records import NOW, a_payment, an_order, history
from portone_local.testing.shopping import pay, prepare
from portone_payments.domain.errors import StorageUnavailable
from portone_payments.domain.events import Change, Event
from portone_payments.domain.records import Payment
from portone_payments.flows.publish import Publisher
from portone_payments.ports import Metric


@pytest.fixture
def bus() -> MemoryBus:
    return MemoryBus()


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore(SeededIds())


@pytest.fixture
def publisher(bus: MemoryBus, store: MemoryStore) -> Publisher:
    return Publisher(bus=bus, store=store, meter=RecordingMeter())


def with_history(length: int, **interesting: Any) -> Payment:
    return a_payment(history=history(length), next_seq=length + 1, **interesting)


def numbers(events: list[Event]) -> list[int]:
    return [event.seq for event in events]


def test_a_new_payment_tells_all_of_its_history(publisher: Publisher, bus: MemoryBus) -> None:
    publisher.publish([Change(with_history(3), None)])

    assert numbers(bus.published) == [1, 2, 3]


def test_a_save_tells_what_the_save_before_did_not_have(publisher: Publisher, bus: MemoryBus) -> None:
    publisher.publish([Change(with_history(5), with_history(3))])

    assert [event.id for event in bus.published] == ["payment1:4", "payment1:5"]


def test_a_save_that_found_nothing_out_calls_nobody(publisher: Publisher, bus: MemoryBus) -> None:
    bus.available = False

    told = publisher.publish([Change(with_history(3, due_at=60), with_history(3))])

    assert told == 0


def test_what_a_save_tells_and_spills_at_once_is_read_from_its_own_items(
    publisher: Publisher, bus: MemoryBus, store: MemoryStore
) -> None:
    store.save(with_history(20))
    before = store.payment("payment1")
    assert before is not None
    store.save(replace(before, history=history(70), next_seq=71))
    after = store.payment("payment1")
    assert after is not None

    publisher.publish([Change(after, before)])

    assert after.history[0].seq == 31
    assert numbers(bus.published) == list(range(21, 71))


def test_a_history_with_a_hole_is_not_passed_over(publisher: Publisher) -> None:
    torn = replace(with_history(70), history=history(70)[30:])

    with pytest.raises(StorageUnavailable):
        publisher.publish([Change(torn, None)])


def test_what_happened_since_is_told_again_under_the_same_ids(
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


# ---- the whole way: save, stream, function, bus ----


@pytest.fixture
def stack() -> Iterator[ObservedStack]:
    """A stack on which one payment was prepared and paid, and nothing published yet."""
    with ObservedStack.in_memory(seed=1) as observed:
        pay(observed, prepare(observed, "order-1"))
        observed.deliver()
        yield observed


def types(stack: ObservedStack) -> list[str]:
    return [event.type for event in stack.bus.published]


def test_a_paid_payment_is_told_in_the_order_it_happened(stack: ObservedStack) -> None:
    stack.publish()

    assert types(stack) == ["payment.prepared", "payment.paid"]
    assert_clean(stack)


def test_what_was_told_is_not_told_again_by_a_later_save(stack: ObservedStack) -> None:
    stack.publish()
    (payment_id,) = {event.payment_id or "" for event in stack.bus.published}

    stack.portone.console.cancel(payment_id)
    stack.run_for(60)

    assert types(stack) == ["payment.prepared", "payment.paid", "payment.cancelled"]


def test_a_bus_that_is_down_delays_events_and_loses_none(stack: ObservedStack) -> None:
    bus = memory(stack)
    bus.available = False
    stack.run_for(240)
    assert bus.published == []

    bus.available = True
    stack.run_for(60)

    assert types(stack) == ["payment.prepared", "payment.paid"]
    assert_clean(stack, hurt=True)


def test_an_event_the_bus_refuses_once_follows_and_the_others_may_come_twice(stack: ObservedStack) -> None:
    bus = memory(stack)
    bus.refuses = lambda event: event.type == "payment.paid"
    stack.publish()

    bus.refuses = lambda _event: False
    stack.publish()

    assert set(types(stack)) == {"payment.prepared", "payment.paid"}
    assert_clean(stack, hurt=True)


def test_a_record_that_can_never_be_published_is_set_aside_alone(stack: ObservedStack) -> None:
    store = stack.ports["store"]
    for number in range(20):
        order = an_order(f"order-p{number}", payment_id=f"poison{number}")
        store.save(order, replace(with_history(2), payment_id=f"poison{number}", order_id=order.order_id))
    memory(stack).refuses = lambda event: event.payment_id == "poison13"
    attempts = stack.stream.rules.attempts

    for _ in range(attempts):
        stack.publish()

    (left,) = stack.stream.failed
    assert left["dynamodb"]["NewImage"]["payment_id"] == {"S": "poison13"}
    others = {event.payment_id for event in stack.bus.published}
    assert others > {f"poison{number}" for number in range(20) if number != 13}
    assert [f.payment_id for f in check(stack, hurt=True) if f.invariant == "I11"] == ["poison13"] * 2


@pytest.mark.parametrize("side", Side)
def test_a_publisher_that_dies_at_the_bus_publishes_when_it_runs_again(side: Side) -> None:
    boundaries = Boundaries()
    with ObservedStack.in_memory(seed=1, tap=boundaries.tap) as stack:
        pay(stack, prepare(stack, "order-1"))
        stack.deliver()
        with boundaries.watch(at("events.publish", 1, crash(side))), pytest.raises(Crash):
            stack.publish()

        stack.publish()

        assert {event.seq for event in stack.bus.published} == {1, 2}
        assert_clean(stack)


def memory(stack: ObservedStack) -> MemoryBus:
    assert isinstance(stack.bus, MemoryBus)
    return stack.bus
