"""Everything of one user in one call, and the end of all of it in another (rule 11.13)."""

import base64
from collections.abc import Iterator

import pytest

from portone_local.portone import Fault
from portone_local.stack.stack import Stack
from portone_payments.domain.shared.calendar import DAY
from tests.support.billing_app import code_of, issue_window, put_parts, put_plan, save_key, subscribe
from tests.support.subscriber_app import charged, subscribed
from tests.support.world import USER

CLOSE = f"/ops/users/{USER}/close"


@pytest.fixture
def stack() -> Iterator[Stack]:
    with Stack.in_memory(seed=1) as found:
        save_key(found)
        put_plan(found)
        yield found


def test_a_user_whose_id_a_path_does_not_carry_is_named_in_base64(stack: Stack) -> None:
    odd = "auth0%7C/one+two"
    named = base64.urlsafe_b64encode(odd.encode()).decode().rstrip("=")

    assert stack.shop.get(f"/ops/users/~{named}").json()["userId"] == odd
    assert code_of(stack.shop.get("/ops/users/one%25two")) == (400, "invalid_request")
    assert code_of(stack.shop.get("/ops/users/~%25")) == (400, "invalid_request")


def test_a_user_sees_neither_others_nor_themselves_there(stack: Stack) -> None:
    assert stack.app(USER).get(f"/staff/users/{USER}").status == 403
    assert stack.app(USER).post(f"/staff/users/{USER}/close", {}).status == 403


def test_orders_are_those_that_were_paid_or_are_paid_in_parts(stack: Stack) -> None:
    put_parts(stack, {"amount": 10_000}, {"amount": 90_000, "dueAt": "2026-12-01T03:00:00Z"})
    stack.app(USER).post("/schedules", {"orderId": "order-1"}, headers={"idempotency-key": "parts"})

    shown = stack.staff.get(f"/ops/users/{USER}").json()

    assert [each["orderId"] for each in shown["orders"]] == ["order-1"]
    assert [each["orderId"] for each in shown["subscriptions"]] == ["order-1"]


def test_while_an_account_is_closed_nothing_begins_in_it(stack: Stack) -> None:
    subscribed(stack)
    stack.portone.inject(operation="delete_billing_key", fault=Fault.HTML_502, times=None)

    closing = stack.shop.post(CLOSE, {})

    assert (closing.status, closing.json()["waitsFor"]) == (202, ["billing_key"])
    assert code_of(subscribe(stack, key="request-2")) == (409, "account_closing")
    window = stack.app(USER).post("/billing-keys", {"payMethod": "CARD", "platform": "web"})
    assert code_of(window) == (409, "account_closing")


def test_a_closing_that_was_left_finishes_by_itself_and_is_told(stack: Stack) -> None:
    subscribed(stack)
    issue_window(stack)
    stack.portone.inject(operation="delete_billing_key", fault=Fault.HTML_502, times=None)
    stack.shop.post(CLOSE, {})

    stack.portone.clear_faults()
    stack.run_for(3 * DAY, step=DAY / 24)

    shown = stack.shop.get(f"/ops/users/{USER}").json()
    assert shown["closedAt"] is not None
    assert {each["state"] for each in shown["billingKeys"]} == {"DELETED"}
    assert [each["status"] for each in shown["subscriptions"]] == ["ENDED"]
    told = [each.type for each in stack.bus.published if each.type.startswith("account.")]
    assert told == ["account.closing", "account.closed"]
    assert charged(stack) == 1


def test_closing_nobody_is_done_at_once_and_again(stack: Stack) -> None:
    answers = [stack.shop.post("/ops/users/nobody-1/close", {}) for _ in range(2)]

    assert [each.json()["state"] for each in answers] == ["CLOSED", "CLOSED"]
