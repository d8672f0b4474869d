"""What is not collected in parts: what is scheduled already, not on offer, another's, or makes no sense."""

from typing import Any

import pytest

from portone_local.stack.passing import clock_of
from portone_local.stack.stack import Stack
from portone_payments.domain.shared.calendar import DAY
from tests.support.billing_app import code_of, put_parts, schedule
from tests.support.scheduling import BALANCE, DEPOSIT, scheduled
from tests.support.subscriber_app import charged
from tests.support.world import STRANGER, USER, an_order_body


def test_the_same_key_is_the_same_schedule(stack: Stack) -> None:
    first = scheduled(stack)

    assert schedule(stack).json()["subscriptionId"] == first
    assert charged(stack) == 1


def test_an_order_is_scheduled_once(stack: Stack) -> None:
    scheduled(stack)

    assert code_of(schedule(stack, key="request-2")) == (409, "order_has_payment")


def test_a_scheduled_order_does_not_change(stack: Stack) -> None:
    scheduled(stack)

    assert put_parts(stack, DEPOSIT, BALANCE).status == 200
    assert code_of(put_parts(stack, BALANCE)) == (409, "order_has_payment")


def test_an_order_in_parts_is_not_paid_at_once(stack: Stack) -> None:
    put_parts(stack, DEPOSIT, BALANCE)

    refused = stack.app(USER).post("/payments", {"orderId": "order-1", "platform": "web"})

    assert code_of(refused) == (409, "order_has_plan")


def test_an_order_without_parts_is_not_scheduled(stack: Stack) -> None:
    stack.shop.put("/orders/order-1", an_order_body())

    assert code_of(schedule(stack)) == (409, "parts_disagree")


def test_an_expired_order_is_not_scheduled(stack: Stack) -> None:
    stack.shop.put(
        "/orders/order-1",
        an_order_body(parts=[{"amount": 1_000}], expiresAt="2026-01-02T04:00:00Z"),
    )
    clock_of(stack).advance(DAY)

    assert code_of(schedule(stack)) == (409, "order_expired")


def test_a_schedule_is_neither_paused_nor_changed_to_a_plan(stack: Stack) -> None:
    subscription_id = scheduled(stack)

    assert code_of(stack.app(USER).post(f"/subscriptions/{subscription_id}/pause")) == (
        409,
        "change_not_allowed",
    )


def test_another_users_order_is_as_unknown_as_an_absent_one(stack: Stack) -> None:
    put_parts(stack, DEPOSIT, user=STRANGER)

    answers = [schedule(stack, order_id) for order_id in ("order-1", "order-absent", "#")]

    assert {code_of(answer) for answer in answers} == {(404, "order_not_found")}
    assert charged(stack) == 0


def test_a_schedule_needs_a_key_and_a_method(stack: Stack) -> None:
    put_parts(stack, DEPOSIT, user=STRANGER)

    assert code_of(schedule(stack, key=None)) == (400, "invalid_request")
    assert code_of(schedule(stack, user=STRANGER)) == (409, "no_billing_key")


@pytest.mark.parametrize(
    "parts",
    [
        [{"amount": 999}],
        [{"amount": 500}, {"amount": 501}],
        [{"amount": 1_000, "taxFreeAmount": 100}],
        [{"amount": 500, "dueAt": "2026-03-01T00:00:00Z"}, {"amount": 500, "dueAt": "2026-02-01T00:00:00Z"}],
        [{"amount": 500, "dueAt": "2026-03-01T00:00:00Z"}, {"amount": 500}],
    ],
    ids=["less", "more", "tax-free that the order is not", "backwards", "at once after later"],
)
def test_parts_add_up_to_the_order_one_after_the_other(stack: Stack, parts: list[dict[str, Any]]) -> None:
    refused = stack.shop.put("/orders/order-1", an_order_body(parts=parts))

    assert code_of(refused) == (409, "parts_disagree")


@pytest.mark.parametrize(
    "parts",
    [
        [{"amount": 0}, {"amount": 1_000}],
        [{"amount": 1_000.5}],
        [{"amount": 1_000, "dueAt": "tomorrow"}],
        [{"amount": 1_000, "dueAt": "2026-02-01T00:00:00"}],
        [{"amount": 1_000, "dueAt": ""}],
        [{"amount": 1_000, "name": "x" * 41}],
        [{"amount": 1_000, "taxFreeAmount": 1_001}],
        [{"amount": 1_000, "discount": 1}],
        [{"amount": 1}] * 61,
        {"amount": 1_000},
    ],
    ids=str,
)
def test_impossible_parts_are_refused(stack: Stack, parts: object) -> None:
    assert code_of(stack.shop.put("/orders/order-1", an_order_body(parts=parts))) == (400, "invalid_request")
