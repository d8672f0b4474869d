"""`make replay-events`: what happened can be published again, all of it and under the same ids (I11)."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from portone_local.actors.shop import pay, prepare
from portone_local.operator import replay_events as replaying
from portone_local.operator.replay_events import Replayed, main, replay
from portone_local.operator.target import Place, epoch_of
from portone_local.oracle import ObservedStack, assert_clean
from portone_local.stack.ministack import MiniStack
from portone_local.stack.stack import Stack
from portone_local.twins.event_bus import MemoryBus
from portone_local.twins.tables import MemoryStore
from portone_payments.domain.errors.common import StorageUnavailable
from portone_payments.flows.timers.publish import Publisher
from tests.support.fixtures import ministack
from tests.support.records import NOW, a_payment, an_order, history

__all__ = ["ministack"]


@pytest.fixture
def stack() -> Iterator[ObservedStack]:
    """A paid payment, and one with a long history, of which all was published."""
    with ObservedStack.in_memory(seed=1) as observed:
        pay(observed, prepare(observed, "order-1"))
        observed.deliver()
        observed.ports["store"].save(
            an_order("order-l", payment_id="long1"),
            a_payment("long1", order_id="order-l", history=history(70), next_seq=71, due_at=int(NOW) + 600),
        )
        observed.publish()
        yield observed


def publisher(stack: Stack) -> Publisher:
    return Publisher(**{name: stack.ports[name] for name in ("bus", "store", "meter")})


def all_of(stack: Stack, since: float = 0) -> Replayed:
    *_, last = replay(stack.dump(), publisher(stack), since=since)
    return last


def test_everything_is_published_again_unchanged(stack: ObservedStack) -> None:
    first = sorted(stack.bus.published, key=lambda event: event.id)
    stack.bus.published.clear()

    done = all_of(stack)

    assert sorted(stack.bus.published, key=lambda event: event.id) == first
    assert done == Replayed(records=2, events=72)


def test_an_unreadable_record_is_named_and_skipped(stack: ObservedStack) -> None:
    damaged = [item | {"schema": {"N": "9"}} for item in stack.dump() if item["sk"]["S"] == "payment"]

    *_, done = replay([damaged[0], *stack.dump()], publisher(stack), since=0)

    assert done == Replayed(records=2, events=72, skipped=(damaged[0]["pk"]["S"],))


def test_an_event_the_bus_never_got_is_published(stack: ObservedStack) -> None:
    stack.bus.published.clear()

    all_of(stack)

    assert_clean(stack)


def test_an_event_before_the_given_time_is_left_out(stack: ObservedStack) -> None:
    stack.bus.published.clear()

    all_of(stack, since=NOW + 60)

    assert [event.seq for event in stack.bus.published] == list(range(60, 71))


def test_a_replay_may_stop_anywhere_and_be_started_again(stack: ObservedStack) -> None:
    store, bus = stack.ports["store"], stack.bus
    assert isinstance(store, MemoryStore)
    assert isinstance(bus, MemoryBus)
    bus.published.clear()
    bus.refuses = lambda event: event.payment_id == "long1"
    with pytest.raises(StorageUnavailable):
        all_of(stack)

    bus.refuses = lambda _event: False
    all_of(stack)

    assert_clean(stack)


@pytest.mark.ministack
def test_a_stack_on_aws_is_read_page_by_page_and_its_bus_gets_the_events(ministack: MiniStack) -> None:
    with ObservedStack.on_ministack(ministack) as stack:
        pay(stack, prepare(stack, "order-1"))
        stack.deliver()
        table, bus = (stack.resources[name] for name in ("PaymentsTable", "EventBus"))
        place = Place(ministack.client("dynamodb"), ministack.client("events"), table, bus)

        *_, done = replay(replaying.items(place), replaying.publisher(place), since=0)

        assert done == Replayed(records=1, events=2)
        assert_clean(stack)


@pytest.mark.parametrize(
    "text", ["2026-11-01T00:00:00Z", "2026-11-01T09:00:00+09:00", "2026-11-01T00:00:00", "2026-11-01"]
)
def test_a_time_without_an_offset_is_utc(text: str) -> None:
    assert epoch_of(text) == datetime(2026, 11, 1, tzinfo=UTC).timestamp()


@pytest.mark.parametrize("since", ["", "yesterday", "2026-13-01"])
def test_without_a_time_it_shows_an_example_of_one(since: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--since", since]) == 2
    assert "2026-11-01T00:00:00Z" in capsys.readouterr().out
