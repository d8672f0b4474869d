"""The stream's poller fails as Lambda's does: halves, attempts, the last resort, and order throughout."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from portone_local.gateway.streaming import StreamPoller, StreamRules, matches_any

RULES = StreamRules(batch_size=8, attempts=3, bisects=True, filters=())


def record(number: int, sk: str = "payment", name: str = "MODIFY") -> dict[str, Any]:
    return {"eventName": name, "number": number, "dynamodb": {"Keys": {"sk": {"S": sk}}}}


class Listed:
    """A stream of so many records."""

    def __init__(self, *records: dict[str, Any]) -> None:
        self.records = list(records)

    def take(self, limit: int) -> list[dict[str, Any]]:
        taken, self.records = self.records[:limit], self.records[limit:]
        return taken


@dataclass
class Function:
    """Fails at batches with a poisonous record; remembers what it was given and what it did."""

    poison: set[int] = field(default_factory=set)
    seen: list[list[int]] = field(default_factory=list)
    done: list[int] = field(default_factory=list)

    def __call__(self, event: dict[str, Any]) -> None:
        numbers = [each["number"] for each in event["Records"]]
        self.seen.append(numbers)
        if self.poison & set(numbers):
            raise ValueError
        self.done += numbers


def polled(function: Function, records: int = 8, rules: StreamRules = RULES, times: int = 1) -> StreamPoller:
    poller = StreamPoller(Listed(*map(record, range(records))), rules, function)
    for _ in range(times):
        poller.poll()
    return poller


def test_batches_are_as_large_as_the_mapping_says() -> None:
    function = Function()

    polled(function, records=10)

    assert function.seen == [[0, 1, 2, 3, 4, 5, 6, 7], [8, 9]]


def test_a_batch_that_fails_is_halved_until_one_record_is_left() -> None:
    function = Function(poison={2})

    polled(function)

    assert function.seen == [[0, 1, 2, 3, 4, 5, 6, 7], [0, 1, 2, 3], [0, 1], [2, 3], [2]]


def test_nothing_moves_behind_a_failing_record_before_its_attempts_are_used_up() -> None:
    function = Function(poison={2})

    polled(function, times=2)

    assert function.done == [0, 1]


def test_a_record_is_given_up_after_its_attempts_and_the_others_continue() -> None:
    function = Function(poison={2})

    poller = polled(function, records=10, times=3)

    assert function.seen.count([2]) == 3
    assert poller.failed == [record(2)]
    assert function.done == [0, 1, 3, 4, 5, 6, 7, 8, 9]


def test_a_record_that_works_after_all_is_not_given_up() -> None:
    function = Function(poison={2})
    poller = polled(function, times=2)

    function.poison.clear()
    poller.poll()

    assert poller.failed == []
    assert function.done == list(range(8))


def test_every_record_has_attempts_of_its_own() -> None:
    function = Function(poison={2, 3})

    poller = polled(function, times=5)

    assert function.seen.count([3]) == 3
    assert [each["number"] for each in poller.failed] == [2, 3]


def test_without_bisection_a_batch_is_given_up_as_one() -> None:
    function = Function(poison={2})

    poller = polled(function, rules=StreamRules(batch_size=8, attempts=3, bisects=False, filters=()), times=3)

    assert function.seen == [list(range(8))] * 3
    assert len(poller.failed) == 8


@pytest.mark.parametrize(
    ("given", "passes"),
    [
        (record(1), True),
        (record(1, sk="order"), False),
        (record(1, name="REMOVE"), False),
        ({"eventName": "MODIFY"}, False),
    ],
)
def test_a_filter_lets_through_what_matches_in_every_name(given: dict[str, Any], passes: bool) -> None:  # noqa: FBT001
    pattern = {"eventName": ["INSERT", "MODIFY"], "dynamodb": {"Keys": {"sk": {"S": ["payment"]}}}}

    assert matches_any([pattern], given) is passes


def test_filtered_records_start_nothing_and_delay_nothing() -> None:
    function = Function()
    rules = StreamRules(batch_size=2, attempts=1, bisects=True, filters=({"eventName": ["INSERT"]},))
    stream = Listed(*map(record, range(7)), record(7, name="INSERT"))

    StreamPoller(stream, rules, function).poll()

    assert function.seen == [[7]]
