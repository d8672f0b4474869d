"""Orders paid in parts: deposit and balance, instalments, one payment at a time of its own."""

from collections.abc import Iterator
from typing import Any

import pytest

from portone_local.portone import Fault
from portone_local.stack import Stack
from portone_local.testing.billing_app import code_of, put_parts, save_key, schedule
from portone_local.testing.stories import clock_of
from portone_local.testing.world import STRANGER, USER, an_order_body
from portone_payments.domain.calendar import DAY

CHARGE = "pay_with_billing_key"
DEPOSIT = {"amount": 1_000, "name": "deposit"}
BALANCE = {"amount": 2_000, "name": "balance", "dueAt": "2026-02-01T03:00:00Z"}


@pytest.fixture
def stack() -> Iterator[Stack]:
    """A user with a saved payment method."""
    with Stack.in_memory(seed=1) as found:
        save_key(found)
        yield found


def scheduled(stack: Stack) -> str:
    put_parts(stack, DEPOSIT, BALANCE)
    subscription_id: str = schedule(stack).json()["subscriptionId"]
    return subscription_id


def shown(stack: Stack, subscription_id: str) -> dict[str, Any]:
    view: dict[str, Any] = stack.app(USER).get(f"/subscriptions/{subscription_id}").json()
    return view


def states(view: dict[str, Any]) -> dict[str, str]:
    return {invoice["name"]: invoice["state"] for invoice in view["invoices"]}


def charged(stack: Stack) -> int:
    return [call.operation for call in stack.portone.calls()].count(CHARGE)


def totals(stack: Stack) -> tuple[int, int]:
    order = stack.shop.get("/orders/order-1").json()
    return order["paidTotal"], order["outstandingTotal"]


def cancel_part(stack: Stack, subscription_id: str, invoice_id: str) -> Any:
    return stack.app(USER).post(f"/subscriptions/{subscription_id}/parts/{invoice_id}/cancel")


def test_an_order_shows_its_parts_and_who_collects_them(stack: Stack) -> None:
    put_parts(stack, DEPOSIT, BALANCE)

    subscription_id = schedule(stack).json()["subscriptionId"]

    order = stack.shop.get("/orders/order-1").json()
    assert order["subscriptionId"] == subscription_id
    assert [part["amount"] for part in order["parts"]] == [1_000, 2_000]
    assert [part["dueAt"] for part in order["parts"]] == [None, "2026-02-01T03:00:00Z"]


def test_an_order_in_parts_shows_what_is_paid_of_it_and_what_is_still_owed(stack: Stack) -> None:
    put_parts(stack, DEPOSIT, BALANCE)
    before = totals(stack)

    subscription_id = schedule(stack).json()["subscriptionId"]
    begun = totals(stack)
    cancel_part(stack, subscription_id, "2")

    assert (before, begun, totals(stack)) == ((0, 3_000), (1_000, 2_000), (1_000, 0))


def test_a_part_that_was_given_up_is_still_owed(stack: Stack) -> None:
    scheduled(stack)
    stack.portone.pg.decline(times=None)

    stack.run_for(60 * DAY, step=DAY / 8)

    assert totals(stack) == (1_000, 2_000)


def test_the_deposit_is_paid_at_once_and_the_balance_at_its_time(stack: Stack) -> None:
    put_parts(stack, DEPOSIT, BALANCE)

    started = schedule(stack)

    assert started.status == 200
    assert (started.json()["orderId"], started.json()["planId"]) == ("order-1", None)
    assert states(started.json()) == {"deposit": "PAID", "balance": "OPEN"}
    stack.run_for(31 * DAY, step=DAY / 8)
    view = shown(stack, started.json()["subscriptionId"])
    assert (view["status"], states(view)) == ("COMPLETED", {"deposit": "PAID", "balance": "PAID"})


def test_one_payment_may_wait_for_its_time(stack: Stack) -> None:
    put_parts(stack, BALANCE)

    started = schedule(stack)

    assert (started.status, states(started.json())) == (200, {"balance": "OPEN"})
    assert charged(stack) == 0


def test_the_same_key_is_the_same_schedule(stack: Stack) -> None:
    first = scheduled(stack)

    assert schedule(stack).json()["subscriptionId"] == first
    assert charged(stack) == 1


def test_an_order_is_scheduled_once(stack: Stack) -> None:
    scheduled(stack)

    assert code_of(schedule(stack, key="request-2")) == (409, "order_has_payment")


def test_an_order_that_is_scheduled_does_not_change(stack: Stack) -> None:
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


def test_an_order_no_longer_on_offer_is_not_scheduled(stack: Stack) -> None:
    stack.shop.put(
        "/orders/order-1",
        an_order_body(parts=[{"amount": 1_000}], expiresAt="2026-01-02T04:00:00Z"),
    )
    clock_of(stack).advance(DAY)

    assert code_of(schedule(stack)) == (409, "order_expired")


def test_a_deposit_without_an_outcome_is_open(stack: Stack) -> None:
    put_parts(stack, DEPOSIT, BALANCE)
    stack.portone.inject(operation=CHARGE, fault=Fault.TIMEOUT_BEFORE_COMMIT)

    open_ = schedule(stack)

    assert (open_.status, states(open_.json())["deposit"]) == (202, "UNKNOWN")
    assert open_.json()["statusUrl"] == f"/subscriptions/{open_.json()['subscriptionId']}"


def test_a_deposit_that_is_declined_is_tried_again_with_another_method(stack: Stack) -> None:
    put_parts(stack, DEPOSIT, BALANCE)
    stack.portone.pg.decline(readable=True)
    declined = schedule(stack)
    assert (declined.status, declined.json()["status"]) == (200, "PAST_DUE")
    path = f"/subscriptions/{declined.json()['subscriptionId']}/billing-key"

    again = stack.app(USER).put(path, {"billingKeyId": save_key(stack, card="card-2")})

    assert states(again.json())["deposit"] == "PAID"


def test_a_part_is_cancelled_before_it_is_due(stack: Stack) -> None:
    subscription_id = scheduled(stack)

    cancelled = cancel_part(stack, subscription_id, "2")

    assert (cancelled.status, cancelled.json()["status"]) == (200, "COMPLETED")
    stack.run_for(32 * DAY, step=DAY / 8)
    assert charged(stack) == 1


def test_a_schedule_whose_every_part_is_cancelled_is_cancelled(stack: Stack) -> None:
    put_parts(stack, BALANCE)
    subscription_id = schedule(stack).json()["subscriptionId"]

    assert cancel_part(stack, subscription_id, "1").json()["status"] == "CANCELLED"


def test_a_part_has_a_number(stack: Stack) -> None:
    assert code_of(cancel_part(stack, scheduled(stack), "x")) == (404, "subscription_not_found")


@pytest.mark.parametrize("invoice_id", ["1", "3"], ids=["paid", "absent"])
def test_a_part_that_is_not_open_is_not_cancelled(stack: Stack, invoice_id: str) -> None:
    assert code_of(cancel_part(stack, scheduled(stack), invoice_id)) == (409, "change_not_allowed")


def test_all_that_is_left_is_cancelled_at_once(stack: Stack) -> None:
    subscription_id = scheduled(stack)

    ended = stack.app(USER).post(f"/subscriptions/{subscription_id}/cancel", {"atPeriodEnd": False})

    assert (ended.status, states(ended.json())) == (200, {"deposit": "PAID", "balance": "VOID"})


def test_a_schedule_is_neither_paused_nor_changed_to_a_plan(stack: Stack) -> None:
    subscription_id = scheduled(stack)

    assert code_of(stack.app(USER).post(f"/subscriptions/{subscription_id}/pause")) == (
        409,
        "change_not_allowed",
    )


def test_anothers_order_is_as_unknown_as_none(stack: Stack) -> None:
    put_parts(stack, DEPOSIT, user=STRANGER)

    answers = [schedule(stack, order_id) for order_id in ("order-1", "order-absent", "#")]

    assert {code_of(answer) for answer in answers} == {(404, "order_not_found")}
    assert charged(stack) == 0


def test_without_a_key_or_a_method_nothing_is_scheduled(stack: Stack) -> None:
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
        [{"amount": 1_000.0}],
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
def test_parts_that_make_no_sense_are_refused(stack: Stack, parts: object) -> None:
    assert code_of(stack.shop.put("/orders/order-1", an_order_body(parts=parts))) == (400, "invalid_request")
