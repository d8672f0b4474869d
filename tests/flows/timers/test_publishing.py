"""Every fact leaves at least once under one id (I11), whatever fails between the table and the bus."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from portone_local.actors.shop import pay, prepare
from portone_local.oracle import ObservedStack, assert_clean, check
from portone_local.stories.boundaries import Boundaries, Crash, Side, at, crash
from portone_local.twins.event_bus import MemoryBus
from tests.support.records import an_order, with_history


@pytest.fixture
def stack() -> Iterator[ObservedStack]:
    """A stack on which one payment was prepared and paid, and nothing published yet."""
    with ObservedStack.in_memory(seed=1) as observed:
        pay(observed, prepare(observed, "order-1"))
        observed.deliver()
        yield observed


def types(stack: ObservedStack) -> list[str]:
    return [event.type for event in stack.bus.published]


def test_a_paid_payment_is_published_in_the_order_it_happened(stack: ObservedStack) -> None:
    stack.publish()

    assert types(stack) == ["payment.prepared", "payment.paid"]
    assert_clean(stack)


def test_a_published_fact_is_not_published_again_by_a_later_save(stack: ObservedStack) -> None:
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


def test_an_event_the_bus_refuses_once_follows_later_and_others_may_come_twice(stack: ObservedStack) -> None:
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
    assert left["dynamodb"]["NewImage"]["pk"] == {"S": "payment#poison13"}
    others = {event.payment_id for event in stack.bus.published}
    assert others > {f"poison{number}" for number in range(20) if number != 13}
    assert [f.payment_id for f in check(stack, hurt=True) if f.invariant == "I11"] == ["poison13"] * 2


@pytest.mark.parametrize("side", Side)
def test_a_publisher_that_dies_at_the_bus_publishes_on_its_next_run(side: Side) -> None:
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
