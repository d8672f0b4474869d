"""What is due on one day is gone within that day (invariant I14): counted requests, simulated time."""

from collections.abc import Callable
from typing import Any

import pytest

from portone_local.stack.identity import IDENTITY_HASH_KEYS, HeldHashes
from portone_local.twins.clock import MovableClock
from portone_local.twins.dynamo import MemoryTable
from portone_local.twins.ids import SeededIds
from portone_local.twins.logs import RecordingMeter
from portone_payments.adapters.dynamo.identity import IdentityTable
from portone_payments.adapters.dynamo.identity_keys import INDEXES
from portone_payments.domain.records.identity import DAY, Asked, Attempt, Claim, Person, Sealed
from portone_payments.flows.identity.person import Persons
from portone_payments.flows.identity.sweep import IdentitySweeper
from portone_payments.ports.world import Deadline, Metric

NOW = 1_767_330_000
QUARTER = 15 * 60
A_DAY_OF_IT = 100_000
# DynamoDB at its slower end, with what a small Lambda needs around a call
SECONDS = {"Query": 0.03, "GetItem": 0.015, "BatchGetItem": 0.02, "PutItem": 0.02, "TransactWriteItems": 0.06}


def person(number: int) -> tuple[Person, Claim]:
    sealed = Sealed(
        verification_id=f"v{number}",
        provider="DANAL",
        verified_at=float(NOW),
        expires_at=NOW,
        key="wrapped",
        facts="sealed",
    )
    claim = Claim(claim_id=f"ci.1.{number}", user_id=f"user-{number}")
    person = Person(
        user_id=f"user-{number}",
        verified=True,
        purposes={"signup": sealed},
        claims=(claim.claim_id,),
        identifiers=sealed,
        hash_version=1,
        due_at=NOW,
    )
    return person, claim


def attempt(number: int) -> tuple[Attempt]:
    return (
        Attempt(
            verification_id=f"v{number}",
            user_id=f"user-{number}",
            purpose="signup",
            provider="DANAL",
            asked=Asked(channel_key="channel-key-example"),
            customer_id="EXAMPLECUSTOMER00001",
            created_at=float(NOW - QUARTER),
            expires_at=NOW,
            due_at=NOW,
        ),
    )


def swept_until_nothing_is_left(
    make: Callable[[int], tuple[Any, ...]], count: int
) -> tuple[MemoryTable, float]:
    """`count` due at once, each answer as many times slower as they are fewer; in how many seconds gone."""
    table, clock, ids = MemoryTable(INDEXES), MovableClock(NOW + 60), SeededIds()
    people = IdentityTable(table, ids)
    for number in range(count):
        people.save(*make(number))
    table.log.calls.clear()

    def slow(operation: str, call: Callable[[], Any]) -> Any:
        clock.advance(SECONDS[operation] * A_DAY_OF_IT / count)
        return call()

    table.around = slow
    meter = RecordingMeter()
    unused: Any = None
    hashes = HeldHashes(IDENTITY_HASH_KEYS)
    persons = Persons(store=people, hashes=hashes, sealer=unused)
    sweeper = IdentitySweeper(store=people, persons=persons, hashes=hashes, clock=clock, meter=meter)
    told = []
    for quarter in range(1, 10 * DAY // QUARTER):
        told.append(sweeper.sweep(deadline=Deadline.after(clock, 240)).left)
        if told[-1] == 0:
            break
        clock.advance(max(0.0, NOW + quarter * QUARTER - clock.now()))
    assert told == sorted(told, reverse=True)
    assert meter.counts[Metric.IDENTITY_LEFT] == sum(told)
    return table, clock.now() - NOW


@pytest.mark.parametrize("count", [1_000, pytest.param(A_DAY_OF_IT, marks=pytest.mark.check)])
def test_all_data_that_expires_on_one_day_is_gone_that_day(count: int) -> None:
    table, seconds = swept_until_nothing_is_left(person, count)

    assert seconds < DAY
    assert not any({"purposes", "identifiers", "due_at"} & item.keys() for item in table.dump())
    assert sum(call.operation == "TransactWriteItems" for call in table.log.calls) == count


@pytest.mark.parametrize("count", [1_000, pytest.param(A_DAY_OF_IT, marks=pytest.mark.check)])
def test_every_abandoned_verification_of_a_day_ends_that_day(count: int) -> None:
    table, seconds = swept_until_nothing_is_left(attempt, count)

    assert seconds < DAY
    assert all(item["state"] == {"S": "EXPIRED"} for item in table.dump())
    assert sum(call.operation == "PutItem" for call in table.log.calls) == count
