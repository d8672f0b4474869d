"""The sweep of persons processes each by itself, finishes its day, and reports what is left (rule 10.8)."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from portone_local.actors.people import (
    QUARTER,
    STRANGER,
    USER,
    me,
    permit,
    start,
    sweep,
    verified,
    wait,
)
from portone_local.portone.identity.people import OTHER_ADULT
from portone_local.stack.identity import IDENTITY_HASH_KEYS
from tests.support.poison import newer, put_inside, spoil
from tests.support.unkind import UnkindStack, unkind

DAY, YEAR = 24 * 3600, 365 * 24 * 3600
AT_ONCE = 100_000
SWEEPS_A_DAY = 96
CALL = 0.01  # seconds a call of DynamoDB takes here, more than on AWS
FUNCTION = 240.0


def sealed(stack: UnkindStack, user: str) -> bool:
    """Whether anything sealed is left of a user."""
    items = [item for item in stack.identity_dump() if item["pk"]["S"] == f"person#{user}"]
    return any(word in json.dumps(item) for item in items for word in ('"facts"', '"reason"'))


def broken_seal(item: Any) -> Any:
    """What it sealed does not open any more."""
    return put_inside(item, "identifiers", "facts", {"S": "AAAA"})


def no_seal(item: Any) -> Any:
    """What it sealed is no text."""
    return put_inside(item, "identifiers", "facts", {"L": []})


@pytest.mark.parametrize("how", [broken_seal, no_seal, newer], ids=lambda how: how.__name__)
@pytest.mark.parametrize("while_", ["nothing else", "a rotation"])
def test_a_person_that_cannot_be_processed_delays_no_other_expiry(
    stack: UnkindStack, how: Any, while_: str
) -> None:
    verified(stack)
    verified(stack, STRANGER, OTHER_ADULT)
    spoil(stack, f"person#{USER}", how, port="people")
    if while_ == "a rotation":
        stack.ports["hashes"].rotate(
            IDENTITY_HASH_KEYS | {"2": {"phase": "writing", "key": "example-key-of-identity-hashes-number-2"}}
        )
        sweep(stack)
    wait(stack, YEAR)

    sweep(stack)

    assert sealed(stack, STRANGER) is False
    assert stack.counted("ItemSkipped") > 0 or not sealed(stack, USER)


def test_facts_that_cannot_be_opened_expire_too(stack: UnkindStack) -> None:
    verified(stack)
    spoil(stack, f"person#{USER}", broken_seal, port="people")
    wait(stack, YEAR)

    sweep(stack)

    assert sealed(stack, USER) is False


def test_the_reason_of_an_unused_permit_expires_too(
    stack: UnkindStack,
) -> None:
    verified(stack)
    permit(stack)
    wait(stack, DAY)
    sweep(stack)

    [person] = [item for item in stack.identity_dump() if item["pk"]["S"] == f"person#{USER}"]
    assert person.get("permit", {"NULL": True}) == {"NULL": True}
    assert me(stack)["verified"] is True


class Slow:
    """A table each call of which takes its time on the stack's clock."""

    def __init__(self, stack: UnkindStack) -> None:
        self.clock: Any = stack.clock

    def __call__(self, _operation: str, call: Any) -> Any:
        """One call."""
        self.clock.advance(CALL)
        return call()


@pytest.fixture
def busy() -> Iterator[UnkindStack]:
    """Three times what is due of 100,000 in a quarter of an hour, all of it at the same moment."""
    with unkind() as stack:
        begun = [start(stack, f"user-{number}") for number in range(6)]
        items = {item["pk"]["S"]: item for item in stack.identity_dump()}
        table = stack.ports["people"].table
        for number in range(3 * AT_ONCE // SWEEPS_A_DAY):
            item = items[f"attempt#{begun[number % 6]['identityVerificationId']}"]
            name = f"copy{number:06d}"
            table.append(item | {"pk": {"S": f"attempt#{name}"}, "verification_id": {"S": name}})
        wait(stack, QUARTER)
        yield stack


def due(stack: UnkindStack) -> int:
    """What still has a due mark."""
    return sum("due_shard" in item for item in stack.identity_dump())


def test_a_hundred_thousand_records_that_expire_on_one_day_are_gone_that_day(busy: UnkindStack) -> None:
    left = due(busy)
    busy.ports["people"].table.around = Slow(busy)
    for _ in range(3):
        began = busy.clock.now()
        sweep(busy)

        assert busy.clock.now() - began < FUNCTION + 5
        assert due(busy) <= max(0, left - AT_ONCE / SWEEPS_A_DAY)
        left = due(busy)


def test_a_sweep_out_of_time_reports_how_many_are_left_and_how_old(busy: UnkindStack) -> None:
    before = busy.metrics
    busy.ports["people"].table.around = Slow(busy)
    busy.ports["people"].table.around.clock = _Hurried(busy.clock)

    sweep(busy)

    alarmed = {
        each["Properties"].get("MetricName")
        for each in busy.template["Resources"].values()
        if each["Type"] == "AWS::CloudWatch::Alarm"
    }
    told = {name: value - before.get(name, 0) for name, value in busy.metrics.items()}
    assert due(busy) > 0
    assert told.get("IdentityDueLeft", 0) > 0
    assert "IdentityDueLagSeconds" in alarmed
    assert told.get("IdentityDueLagSeconds", 0) > 0


class _Hurried:
    """A clock on which a call takes a hundred times as long."""

    def __init__(self, clock: Any) -> None:
        self._clock = clock

    def advance(self, seconds: float) -> None:
        """Time passes."""
        self._clock.advance(seconds * 100)
