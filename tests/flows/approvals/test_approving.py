"""Manual approval: what the buyer authenticated is charged once, however often it is requested."""

import json
from typing import Any

import pytest

from portone_local.actors.approver import (
    approval,
    authenticate,
    code_of,
    confirm,
    confirms,
    events_released,
    held,
)
from portone_local.actors.shop import prepare, status
from portone_local.oracle import ObservedStack
from portone_local.portone import Fault

MINUTE = 60

HOUR = 3600


def test_an_authenticated_payment_is_charged(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)

    answered = confirm(stack, prepared, token)

    assert (answered.status, answered.json()["status"]) == (200, "PAID")
    assert answered.json()["approval"] == {"attempt": 1, "state": "APPROVED", "code": None}
    assert stack.portone.books()[prepared["paymentId"]].times_paid == 1


def test_a_shop_without_manual_approval_refuses_every_token_unread() -> None:
    with ObservedStack.in_memory(seed=1, manual_approval="off") as stack:
        prepared = prepare(stack)
        before = stack.dump(), stack.calls

        answered = confirm(stack, prepared, "an-invented-token")

        assert (answered.status, code_of(answered)) == (409, "not_approvable")
        assert (stack.dump(), stack.calls) == before


def test_the_token_is_sealed_until_settled_and_then_dropped(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    stack.portone.inject(operation="confirm_payment", fault=Fault.TIMEOUT_BEFORE_COMMIT)
    confirm(stack, prepared, token)
    waiting, dumped = approval(stack, prepared), json.dumps(stack.dump())

    stack.run_for(5 * MINUTE)

    assert waiting.token is not None
    assert token not in dumped
    assert approval(stack, prepared).token is None
    assert token not in "".join([*stack.logs, *stack.ports["queue"].bodies, *stack.metrics])


def test_approving_issues_a_virtual_account(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared, method="VIRTUAL_ACCOUNT")

    answered = confirm(stack, prepared, token)

    assert (answered.status, answered.json()["status"]) == (200, "VIRTUAL_ACCOUNT_ISSUED")
    assert answered.json()["virtualAccount"]["number"]


def test_a_closed_account_may_read_as_failed_after_its_approval_was_borne_out(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    confirm(stack, prepared, authenticate(stack, prepared, method="VIRTUAL_ACCOUNT"))

    stack.portone.console.refuse_next("close_virtual_account", leaves="FAILED")
    stack.run_for(4 * 24 * HOUR, step=HOUR / 2)

    assert status(stack, prepared) in {"EXPIRED", "FAILED"}
    assert held(stack, prepared).lagging == 0


def test_the_same_token_is_the_same_attempt(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    first = confirm(stack, prepared, token)

    again = confirm(stack, prepared, token)

    assert (again.status, again.body) == (first.status, first.body)
    assert confirms(stack) == 1


def test_a_second_click_while_the_first_is_under_way_sends_nothing(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    inside: list[Any] = []
    stack.portone.before_next("confirm_payment", lambda: inside.append(confirm(stack, prepared, token)))

    answered = confirm(stack, prepared, token)

    assert [each.status for each in inside] == [202]
    assert inside[0].json()["statusUrl"] == f"/payments/{prepared['paymentId']}"
    assert (answered.status, confirms(stack)) == (200, 1)


def test_another_token_waits_while_an_attempt_is_under_way(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    token, other = authenticate(stack, prepared), authenticate(stack, prepared)
    inside: list[Any] = []
    stack.portone.before_next("confirm_payment", lambda: inside.append(confirm(stack, prepared, other)))

    answered = confirm(stack, prepared, token)

    assert [(each.status, code_of(each)) for each in inside] == [(409, "approval_in_progress")]
    assert inside[0].headers["retry-after"]
    assert (answered.status, len(held(stack, prepared).approvals)) == (200, 1)


def test_another_token_after_a_failed_attempt_is_a_new_attempt_with_a_new_key(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    confirm(stack, prepared, "example-token-nobody-gave")
    token = authenticate(stack, prepared)

    answered = confirm(stack, prepared, token)

    first, second = held(stack, prepared).approvals
    assert answered.status == 200
    assert (first.attempt, second.attempt) == (1, 2)
    assert first.key != second.key


def test_the_token_of_a_failed_attempt_is_not_sent_again(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    confirm(stack, prepared, "example-token-nobody-gave")

    again = confirm(stack, prepared, "example-token-nobody-gave")

    assert (again.status, code_of(again), confirms(stack)) == (409, "invalid_payment_token", 1)


def test_a_paid_payment_is_not_charged_with_another_token(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    token, other = authenticate(stack, prepared), authenticate(stack, prepared)
    confirm(stack, prepared, token)

    answered = confirm(stack, prepared, other)

    assert (answered.status, code_of(answered)) == (409, "not_approvable")
    assert confirms(stack) == 1


def test_another_users_payment_cannot_be_approved(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)

    answered = confirm(stack, prepared, token, user="user-2")

    assert (answered.status, code_of(answered)) == (404, "payment_not_found")
    assert held(stack, prepared).approvals == ()


def test_an_expired_offer_is_not_charged(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    stack.run_for(61 * MINUTE)

    answered = confirm(stack, prepared, token)

    assert (answered.status, code_of(answered), confirms(stack)) == (409, "not_approvable", 0)


@pytest.mark.parametrize("changes", [{"amount": 100}, {"currency": "USD"}, {"tax_free": 10}], ids=str)
def test_an_authentication_of_another_amount_is_not_charged(
    stack: ObservedStack, changes: dict[str, Any]
) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared, tampered=True, **changes)

    answered = confirm(stack, prepared, token)

    assert (answered.status, code_of(answered)) == (409, "information_mismatch")
    assert events_released(stack, prepared) == ["information_mismatch"]
    assert stack.portone.books()[prepared["paymentId"]].times_paid == 0


@pytest.mark.parametrize("body", [{}, {"paymentToken": ""}, {"paymentToken": "a b"}, {"paymentToken": 1}])
def test_a_body_without_a_usable_token_is_400(stack: ObservedStack, body: dict[str, Any]) -> None:
    prepared = prepare(stack)

    answered = stack.app("user-1").post(f"/payments/{prepared['paymentId']}/confirm", body)

    assert (answered.status, code_of(answered)) == (400, "invalid_request")
    assert held(stack, prepared).approvals == ()
