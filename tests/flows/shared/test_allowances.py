"""The cost of one user's repetitions is limited, and a user who waits as answered continues."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest

from portone_local.actors.approver import authenticate, confirm, held
from portone_local.actors.shop import ask_to_prepare, pay, prepare, put_order, verify
from portone_local.actors.subscribers import to_hour
from portone_local.oracle import ObservedStack
from portone_local.portone import Fault
from portone_local.stack.passing import clock_of
from tests.support.refunding import refund

OK, ACCEPTED, TOO_MANY = HTTPStatus.OK, HTTPStatus.ACCEPTED, HTTPStatus.TOO_MANY_REQUESTS
MINUTE = 60


@pytest.fixture
def stack() -> Iterator[ObservedStack]:
    """The whole stack in memory, at noon."""
    with ObservedStack.in_memory(seed=1) as observed:
        to_hour(observed, 12)
        yield observed


def refusal(answer: Any) -> dict[str, Any]:
    """The content of a 429, which must be complete."""
    error: dict[str, Any] = answer.json()["error"]
    assert answer.status == TOO_MANY
    assert int(answer.headers["retry-after"]) > 0
    assert (set(error["message"]), error["action"]) == ({"ko", "en"}, "wait")
    assert error["retryable"]
    return error


def test_an_app_that_polls_every_second_learns_of_the_payment_and_costs_few_readings(
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


def test_an_app_that_polls_while_portone_is_silent_is_answered_from_the_record(
    stack: ObservedStack,
) -> None:
    prepared = prepare(stack)
    before = stack.calls.portone
    stack.portone.inject(operation="get_payment", fault=Fault.RESET_BEFORE_COMMIT, times=None)

    answers = {verify(stack, prepared).status for _ in range(40)}

    assert answers == {ACCEPTED}
    assert stack.calls.portone - before <= 10


def test_a_webhook_is_read_although_the_app_used_up_its_readings(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    for _ in range(20):
        verify(stack, prepared)
        clock_of(stack).advance(3)

    pay(stack, prepared)
    stack.deliver()

    assert verify(stack, prepared).json()["status"] == "PAID"


def test_invented_tokens_cost_few_calls_and_the_next_token_waits_as_answered(
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


def test_a_sent_token_is_recognised_however_often_it_is_repeated(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    answers = {confirm(stack, prepared, "invented").status for _ in range(20)}
    paid = confirm(stack, prepared, authenticate(stack, prepared))

    assert TOO_MANY not in answers
    assert paid.status == OK


def test_a_repeated_prepare_calls_portone_once_more_and_then_only_after_a_change(
    stack: ObservedStack,
) -> None:
    prepared = prepare(stack)
    before = stack.calls.portone
    answers = [ask_to_prepare(stack).json() for _ in range(40)]
    repeated = stack.calls.portone - before

    clock_of(stack).advance(61 * MINUTE)
    lapsed = ask_to_prepare(stack)

    assert repeated == 1
    assert {each["paymentId"] for each in answers} == {prepared["paymentId"]}
    assert (lapsed.status, stack.calls.portone - before) == (OK, 2)


def test_a_prepare_whose_reading_failed_reads_again_and_fails_only_so_often(stack: ObservedStack) -> None:
    put_order(stack)
    stack.portone.inject(operation="pre_register", fault=Fault.RESET_BEFORE_COMMIT, times=100)
    before = stack.calls.portone
    answers = [ask_to_prepare(stack) for _ in range(100)]
    cost = stack.calls.portone - before
    stack.portone.clear_faults()
    clock_of(stack).advance(int(answers[-1].headers["retry-after"]))

    assert refusal(answers[-1])["details"] == {"allowance": "prepares"}
    assert cost <= 31
    assert ask_to_prepare(stack).status == OK


def test_the_client_keys_of_one_payment_are_limited_and_a_known_one_always_answers(
    stack: ObservedStack,
) -> None:
    put_order(stack)
    answers = [ask_to_prepare(stack, key=f"key-{number}") for number in range(40)]

    assert refusal(answers[-1])["details"] == {"allowance": "keys"}
    assert [each.status for each in answers[:21]] == [OK] * 21
    assert ask_to_prepare(stack, key="key-0").status == OK


def test_the_data_of_a_buyer_is_opened_for_a_limited_number_of_repeats(stack: ObservedStack) -> None:
    put_order(stack, buyer={"name": "김민지"})
    answers = [ask_to_prepare(stack) for _ in range(60)]

    assert refusal(answers[-1])["details"] == {"allowance": "prepares"}
    assert [each.status for each in answers].count(OK) == 30


def test_an_order_paid_and_refunded_repeatedly_has_a_limited_number_of_payments_a_day(
    stack: ObservedStack,
) -> None:
    put_order(stack)
    for number in range(11):
        prepared = ask_to_prepare(stack).json()
        pay(stack, prepared)
        verify(stack, prepared)
        assert refund(stack, prepared, f"refund-{number}").status == OK

    assert refusal(ask_to_prepare(stack))["details"] == {"allowance": "payments"}
