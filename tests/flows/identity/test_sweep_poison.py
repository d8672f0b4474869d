"""The identity sweep treats each record by itself (money rule 10)."""

from typing import Any

import pytest

from portone_local.capture import RecordingMeter
from portone_local.clock import MovableClock
from portone_local.ids import SeededIds
from portone_local.memory_table import MemoryTable
from portone_payments.adapters.identity_keys import INDEXES
from portone_payments.adapters.identity_table import IdentityTable
from portone_payments.adapters.keys import key_of
from portone_payments.domain.identity_records import Asked, Attempt, AttemptState
from portone_payments.flows.identity_sweep import PAGE, IdentitySweeper
from portone_payments.ports import Deadline, Metric
from portone_payments.ports_identity import IdentityKind

NOW = 1_767_330_000


class Desk:
    """The desk of persons, of which this sweep only asks for the hash key in use."""

    hashes = property(lambda self: self)

    def writing(self) -> int:
        return 1


def an_attempt(number: int, due_at: int) -> Attempt:
    return Attempt(
        verification_id=f"v{number}",
        user_id="user-1",
        purpose="signup",
        provider="DANAL",
        asked=Asked(channel_key="channel-key-example"),
        customer_id="EXAMPLECUSTOMER00001",
        created_at=float(due_at) - 900,
        expires_at=due_at,
        due_at=due_at,
    )


@pytest.fixture
def people() -> IdentityTable:
    return IdentityTable(MemoryTable(INDEXES), SeededIds())


def sweep(people: IdentityTable) -> tuple[int, RecordingMeter]:
    clock, meter = MovableClock(NOW), RecordingMeter()
    desk: Any = Desk()
    sweeper = IdentitySweeper(store=people, desk=desk, clock=clock, meter=meter)
    return sweeper.sweep(deadline=Deadline.after(clock, 100)).expired, meter


def test_verifications_nobody_can_read_hide_none_behind_them(people: IdentityTable) -> None:
    for number in range(PAGE * 8):
        people.save(an_attempt(number, NOW - 3_600))
        item = people.table.get(key_of("attempt", f"v{number}"))
        assert item
        people.table.append(item | {"schema": {"N": "9"}})
    for number in range(PAGE * 8, PAGE * 8 + 8):
        people.save(an_attempt(number, NOW - 60))

    expired, meter = sweep(people)

    assert expired == 8
    assert meter.counts[Metric.ITEM_SKIPPED] == PAGE * 8
    for number in range(PAGE * 8, PAGE * 8 + 8):
        attempt = people.attempt(f"v{number}")
        assert attempt
        assert attempt.state is AttemptState.EXPIRED


def test_a_shard_that_cannot_be_asked_stops_no_other(people: IdentityTable) -> None:
    people.save(an_attempt(1, NOW - 60), an_attempt(2, NOW - 60), an_attempt(3, NOW - 60))
    queries: list[str] = []

    def once(operation: str, call: Any) -> Any:
        if operation == "Query" and not queries:
            queries.append(operation)
            raise KeyError(operation)
        return call()

    table: Any = people.table
    table.around = once

    _, meter = sweep(people)

    assert meter.counts[Metric.ITEM_SKIPPED] == 1
    assert list(people.due(IdentityKind.PERSON, 0, before=NOW, limit=1)) == []
