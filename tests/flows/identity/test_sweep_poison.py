"""The identity sweep treats each record by itself (rule 10.8)."""

from types import SimpleNamespace
from typing import Any

import pytest

from portone_local.twins.clock import MovableClock
from portone_local.twins.dynamo import MemoryTable
from portone_local.twins.ids import SeededIds
from portone_local.twins.logs import RecordingMeter
from portone_local.twins.tables import throttled
from portone_payments.adapters.dynamo.identity import IdentityTable
from portone_payments.adapters.dynamo.identity_keys import INDEXES
from portone_payments.adapters.dynamo.keys import key_of
from portone_payments.domain.errors.common import StorageUnavailable
from portone_payments.domain.records.identity import Asked, Attempt, AttemptState
from portone_payments.domain.shared.times import POISON
from portone_payments.flows.identity.sweep import PAGE, PUT_OFF, IdentitySweeper, IdentitySwept
from portone_payments.ports.identity import IdentityKind
from portone_payments.ports.world import Deadline, Metric

NOW = 1_767_330_000


class Desk:
    """The service of persons and the hashes, of which this sweep only needs the hash key in use."""

    unique = False

    def writing(self) -> int:
        return 1

    def versions(self) -> tuple[int, ...]:
        return (1,)


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


def sweep(people: IdentityTable, at: float = NOW) -> tuple[IdentitySwept, RecordingMeter]:
    clock, meter = MovableClock(at), RecordingMeter()
    persons: Any = Desk()
    sweeper = IdentitySweeper(store=people, persons=persons, hashes=persons, clock=clock, meter=meter)
    return sweeper.sweep(deadline=Deadline.after(clock, 100)), meter


def spoil(people: IdentityTable, number: int, due_at: int) -> None:
    people.save(an_attempt(number, due_at))
    item = people.table.get(key_of("attempt", f"v{number}"))
    assert item
    people.table.append(item | {"schema": {"N": "9"}})


def test_unreadable_verifications_hide_none_behind_them(people: IdentityTable) -> None:
    for number in range(PAGE * 8):
        spoil(people, number, NOW - 3_600)
    for number in range(PAGE * 8, PAGE * 8 + 8):
        people.save(an_attempt(number, NOW - 60))

    swept, meter = sweep(people)

    assert (swept.expired, swept.skipped, swept.left) == (8, PAGE * 8, 0)
    assert meter.counts[Metric.ITEM_SKIPPED] == PAGE * 8
    for number in range(PAGE * 8, PAGE * 8 + 8):
        attempt = people.attempt(f"v{number}")
        assert attempt
        assert attempt.state is AttemptState.EXPIRED


def test_a_shard_that_cannot_be_read_stops_no_other(people: IdentityTable) -> None:
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


def test_an_item_that_cannot_be_processed_waits_an_hour_and_after_many_attempts_a_day(
    people: IdentityTable,
) -> None:
    spoil(people, 1, NOW)

    tried = [hour for hour in range(72) if sweep(people, NOW + hour * PUT_OFF)[0].skipped]

    assert tried == [*range(POISON + 1), POISON + 24, POISON + 48]


def test_a_sweep_that_can_read_no_shard_fails(people: IdentityTable) -> None:
    table: Any = people.table
    table.around = throttled

    with pytest.raises(StorageUnavailable):
        sweep(people)


def test_unavailable_hash_keys_delay_no_expiry(people: IdentityTable) -> None:
    people.save(an_attempt(1, NOW - 60))
    clock, meter = MovableClock(NOW), RecordingMeter()
    persons: Any = SimpleNamespace(unique=False)
    unreadable: Any = None

    sweeper = IdentitySweeper(store=people, persons=persons, hashes=unreadable, clock=clock, meter=meter)
    swept = sweeper.sweep(deadline=Deadline.after(clock, 100))

    assert (swept.expired, meter.counts[Metric.ITEM_SKIPPED]) == (1, 1)
