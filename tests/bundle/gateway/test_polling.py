"""The work queue's event source mapping: what fails comes back, and is given up after three receives."""

import json
from typing import Any

import pytest

from portone_local.gateway.polling import MemorySource, Message, failed_in
from portone_local.twins.clock import MovableClock
from portone_local.twins.tables import MemoryQueue
from portone_payments.ports.store import Due, Kind

DUES = tuple(Due(kind=Kind.PAYMENT, id=f"payment{number}", due_at=1) for number in range(3))


@pytest.fixture
def clock() -> MovableClock:
    """A clock at zero."""
    return MovableClock(0.0)


@pytest.fixture
def source(clock: MovableClock) -> MemorySource:
    """A queue that hides failed messages for 900 s and gives up after three receives."""
    return MemorySource(MemoryQueue(clock), clock, visibility=900, max_receives=3)


def test_a_delayed_message_is_not_visible_before_its_time(source: MemorySource, clock: MovableClock) -> None:
    source.queue.send(DUES[:1], delay=30)

    clock.advance(29)
    early = source.take(10)
    clock.advance(1)

    assert early == []
    assert len(source.take(10)) == 1


def test_a_settled_message_is_gone(source: MemorySource, clock: MovableClock) -> None:
    source.queue.send(DUES)

    source.settle(source.take(10), failed=set())
    clock.advance(10_000)

    assert source.take(10) == []


def test_only_what_failed_comes_back_when_its_visibility_ends(
    source: MemorySource, clock: MovableClock
) -> None:
    source.queue.send(DUES)
    batch = source.take(10)

    source.settle(batch, failed={batch[1].id})
    clock.advance(899)
    hidden = source.take(10)
    clock.advance(1)

    assert hidden == []
    assert [(message.id, message.received) for message in source.take(10)] == [(batch[1].id, 2)]


def test_the_third_failure_makes_a_dead_letter(source: MemorySource, clock: MovableClock) -> None:
    source.queue.send(DUES[:1])

    for _ in range(3):
        batch = source.take(10)
        source.settle(batch, failed={message.id for message in batch})
        clock.advance(900)

    assert source.take(10) == []
    assert [body["id"] for body in map(json.loads, source.dead_letters)] == ["payment0"]


@pytest.mark.parametrize(
    "result", [None, {}, {"batchItemFailures": []}, {"batchItemFailures": None}], ids=str
)
def test_a_report_without_failures_is_success(result: Any) -> None:
    assert failed_in([message("a"), message("b")], result) == set()


def test_a_report_names_what_failed() -> None:
    result = {"batchItemFailures": [{"itemIdentifier": "b"}]}

    assert failed_in([message("a"), message("b")], result) == {"b"}


@pytest.mark.parametrize("named", ["c", "", None])
def test_a_report_that_names_no_message_of_the_batch_fails_all_of_it(named: str | None) -> None:
    result = {"batchItemFailures": [{"itemIdentifier": named}]}

    assert failed_in([message("a"), message("b")], result) == {"a", "b"}


def message(name: str) -> Message:
    return Message(id=name, body="{}", received=1, sent_at=0.0)
