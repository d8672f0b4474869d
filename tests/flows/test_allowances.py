"""What one user repeats costs so much and no more, and whoever waits as long as the answer says goes on."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest

from portone_local.oracle import ObservedStack
from portone_local.portone import Fault
from portone_local.testing.approving import authenticate, confirm, held
from portone_local.testing.recurring import to_hour
from portone_local.testing.shopping import pay, prepare, verify
from portone_local.testing.stories import clock_of

OK, ACCEPTED, TOO_MANY = HTTPStatus.OK, HTTPStatus.ACCEPTED, HTTPStatus.TOO_MANY_REQUESTS
MINUTE = 60


@pytest.fixture
def stack() -> Iterator[ObservedStack]:
    """The whole stack in memory, at noon."""
    with ObservedStack.in_memory(seed=1) as observed:
        to_hour(observed, 12)
        yield observed


def refusal(answer: Any) -> dict[str, Any]:
    """What a 429 says, and that it says all it has to."""
    error: dict[str, Any] = answer.json()["error"]
    assert answer.status == TOO_MANY
    assert int(answer.headers["retry-after"]) > 0
    assert (set(error["message"]), error["action"]) == ({"ko", "en"}, "wait")
    return error


def test_an_app_that_asks_every_second_for_a_minute_hears_of_the_payment_and_costs_a_few_readings(
    stack: ObservedStack,
) -> None:
    prepared = prepare(stack)
    before, answers = stack.calls.portone, []
    for second in range(MINUTE):
        if second == MINUTE // 2:
            pay(stack, prepared)
            stack.portone.webhooks.lose()
        answers.append(verify(stack, prepared))
        clock_of(stack).advance(1)

    assert {each.status for each in answers} == {OK}
    assert [each.json()["status"] for each in answers[MINUTE // 2 + 12 :: 10]] == ["PAID"] * 2
    assert stack.calls.portone - before <= 16


def test_an_app_that_asks_on_while_portone_is_silent_is_told_so_from_what_is_stored(
    stack: ObservedStack,
) -> None:
    prepared = prepare(stack)
    before = stack.calls.portone
    stack.portone.inject(operation="get_payment", fault=Fault.RESET_BEFORE_COMMIT, times=None)

    answers = {verify(stack, prepared).status for _ in range(40)}

    assert answers == {ACCEPTED}
    assert stack.calls.portone - before <= 10


def test_a_webhook_is_read_whatever_its_app_has_used_up(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    for _ in range(20):
        verify(stack, prepared)
        clock_of(stack).advance(3)

    pay(stack, prepared)
    stack.deliver()

    assert verify(stack, prepared).json()["status"] == "PAID"


def test_invented_tokens_cost_a_handful_of_calls_and_the_next_token_waits_as_long_as_it_is_told(
    stack: ObservedStack,
) -> None:
    prepared = prepare(stack)
    before = stack.calls.portone
    answers = [confirm(stack, prepared, f"invented-{number}") for number in range(400)]
    cost = stack.calls.portone - before
    refused = refusal(answers[-1])

    clock_of(stack).advance(int(answers[-1].headers["retry-after"]))
    paid = confirm(stack, prepared, authenticate(stack, prepared))

    assert (cost, len(held(stack, prepared).approvals)) == (10, 6)
    assert refused["code"] == "too_many_tries"
    assert refused["details"] == {"allowance": "confirms"}
    assert (paid.status, paid.json()["status"]) == (OK, "PAID")


def test_a_token_that_was_sent_is_known_however_often_it_is_repeated(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    answers = {confirm(stack, prepared, "invented").status for _ in range(20)}
    paid = confirm(stack, prepared, authenticate(stack, prepared))

    assert TOO_MANY not in answers
    assert paid.status == OK
