"""Nothing a user repeats grows an item without bound (I19): every command again and again, with fresh ids."""

from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

import pytest

from portone_local.actors.subscribers import to_hour
from portone_local.oracle import ObservedStack
from tests.support.filling import Act, repeated
from tests.support.refunding import paid, refund
from tests.support.repeated_commands import REPEATED
from tests.support.repeated_payments import declined_refunds

OK, BAD_REQUEST = HTTPStatus.OK, HTTPStatus.BAD_REQUEST
TWO_PERSONS = {"staff_refund_limit": "1000"}
FILLINGS = [(each, TWO_PERSONS if each is declined_refunds else {}) for each in REPEATED]


@pytest.fixture
def settings() -> dict[str, Any]:
    """Template parameters in snake case."""
    return {}


@pytest.fixture
def stack(settings: dict[str, Any]) -> Iterator[ObservedStack]:
    """The whole stack in memory, at noon."""
    with ObservedStack.in_memory(seed=1, **settings) as observed:
        to_hour(observed, 12)
        yield observed


@pytest.mark.parametrize(("filling", "settings"), FILLINGS, ids=[filling.__name__ for filling, _ in FILLINGS])
def test_every_repeated_command_is_bounded(
    stack: ObservedStack,
    filling: Callable[[ObservedStack], Act],
    record_property: Callable[[str, object], None],
) -> None:
    filled = repeated(stack, filling(stack))
    record_property("largest", f"{filled.size:,} bytes after {filled.times} ({filled.name})")

    assert filled.bounded, f"{filled.name} has {filled.size:,} bytes after {filled.times} times"
    if filled.last is not None and filled.last.status >= BAD_REQUEST:
        assert set(filled.last.json()["error"]["message"]) == {"ko", "en"}


def test_staff_refunds_after_an_owner_used_up_all_refunds(stack: ObservedStack) -> None:
    prepared = paid(stack)
    repeated(stack, lambda number: refund(stack, prepared, f"refund-{number}", amount=1))
    wanted = {"refundId": "staff-1", "amount": 1_000, "reason": "goodwill"}

    answer = stack.staff.post(f"/ops/payments/{prepared['paymentId']}/cancel", wanted)

    assert answer.status == OK
    assert answer.json()["state"] == "SUCCEEDED"


def test_a_refund_repeated_after_hundreds_is_the_same_refund(stack: ObservedStack) -> None:
    prepared = paid(stack)
    repeated(stack, lambda number: refund(stack, prepared, f"refund-{number}", amount=1))
    before = stack.portone.books()[prepared["paymentId"]].cancelled

    again = refund(stack, prepared, "refund-1", amount=1)

    assert (again.status, again.json()["state"]) == (OK, "SUCCEEDED")
    assert stack.portone.books()[prepared["paymentId"]].cancelled == before
