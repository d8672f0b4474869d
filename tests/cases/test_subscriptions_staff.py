"""Shop and staff see and end everything of one user, and a refund may end what it refunds."""

from typing import Any

import pytest

from portone_local.actors.subscribers import (
    CHARGE,
    PRICE,
    days_pass,
    invoice,
    key_saved,
    order_in_parts,
    schedule,
    subscribe,
)
from portone_local.portone import Fault
from tests.support.lives import account_closed, begun, ended, sold, status, told, took, view
from tests.support.unkind import UnkindStack
from tests.support.world import USER

FEBRUARY = "2026-02-01T03:00:00Z"
doors = pytest.mark.parametrize("door", ["ops", "staff"])


def staff(stack: UnkindStack, door: str) -> Any:
    """Staff with IAM, or with a token."""
    return stack.staff if door == "ops" else stack.staff_app


def refund(stack: UnkindStack, payment_id: str, door: str = "ops", **more: Any) -> int:
    """Staff refunds a payment; the status of the answer."""
    body = {"refundId": "refund-1", "reason": "단순 변심", "full": True} | more
    return int(staff(stack, door).post(f"/{door}/payments/{payment_id}/cancel", body).status)


def test_closing_an_account_ends_everything_of_it_and_of_nobody_else(stack: UnkindStack) -> None:
    sold(stack, "news", 1_000, group="news")
    first = begun(stack)
    second = begun(stack, request="request-2", planId="news")
    order_in_parts(stack, "order-1", [{"amount": 10_000}, {"amount": 90_000, "dueAt": FEBRUARY}])
    parts = str(schedule(stack, "order-1", request="request-3").json()["subscriptionId"])
    other = begun(stack, "user-2")
    paid = took(stack)

    answer = account_closed(stack)
    again = account_closed(stack)
    days_pass(stack, 40)

    assert answer.status in {200, 202}, answer.body
    assert again.status == 200
    assert [ended(stack, each) for each in (first, second, parts)] == [("ENDED", "account_closed")] * 3
    assert status(stack, other, "user-2") == "ACTIVE"
    assert took(stack) == [*paid, PRICE]
    books = stack.portone.billing_books().keys.values()
    assert sorted(book.state.value for book in books) == ["DELETED", "ISSUED"]
    assert stack.app(USER).get("/billing-keys").json()["items"] == []


def test_closing_an_account_waits_for_a_charge_under_way(stack: UnkindStack) -> None:
    subscription_id = begun(stack)
    days_pass(stack, 30)
    stack.portone.webhooks.switched_on = False
    stack.portone.inject(operation=CHARGE, fault=Fault.TIMEOUT_AFTER_COMMIT, times=None)
    stack.portone.inject(operation="get_payment", fault=Fault.HTML_502, times=None)
    days_pass(stack, 0.95)

    answer = account_closed(stack)
    stack.portone.clear_faults()
    days_pass(stack, 2)
    again = account_closed(stack)
    days_pass(stack, 40)

    assert (answer.status, again.status) == (202, 200)
    assert ended(stack, subscription_id) == ("ENDED", "account_closed")
    assert took(stack) == [PRICE, PRICE]


def test_an_account_that_closed_begins_nothing_by_a_key_saved_before(stack: UnkindStack) -> None:
    begun(stack)
    assert account_closed(stack).status in {200, 202}
    days_pass(stack, 1)

    assert subscribe(stack, request="request-2").status >= 400
    assert took(stack) == [PRICE]


@doors
def test_staff_sees_everything_of_a_user_and_no_key(stack: UnkindStack, door: str) -> None:
    card = key_saved(stack)
    subscription_id = begun(stack)
    payment_id = str(invoice(stack, subscription_id, 1).paid_by)
    begun(stack, "user-2")

    answer = staff(stack, door).get(f"/{door}/users/{USER}")

    assert answer.status == 200, answer.body
    shown = answer.body.decode()
    assert [each in shown for each in (card, subscription_id, payment_id, "user-2")] == [*[True] * 3, False]
    assert not any(book.billing_key in shown for book in stack.portone.billing_books().keys.values())


@doors
def test_a_refund_may_end_what_it_refunds(stack: UnkindStack, door: str) -> None:
    subscription_id = begun(stack)
    payment_id = str(invoice(stack, subscription_id, 1).paid_by)

    assert refund(stack, payment_id, door, endSubscription=True) == 200
    days_pass(stack, 40)

    assert ended(stack, subscription_id) == ("ENDED", "refunded")
    assert took(stack) == [PRICE]
    assert told(stack, "subscription.ended") == ["subscription.ended"]


def test_a_refund_that_may_end_a_subscription_ends_it_when_asked_twice_or_unanswered(
    stack: UnkindStack,
) -> None:
    subscription_id = begun(stack)
    payment_id = str(invoice(stack, subscription_id, 1).paid_by)
    stack.portone.inject(operation="cancel_payment", fault=Fault.TIMEOUT_AFTER_COMMIT)

    first = refund(stack, payment_id, endSubscription=True)
    refund(stack, payment_id, endSubscription=True)
    days_pass(stack, 40)

    assert first in {200, 202}
    assert ended(stack, subscription_id) == ("ENDED", "refunded")
    assert took(stack) == [PRICE]
    assert [book.cancelled for book in stack.portone.books().values()] == [PRICE]


def test_a_refund_ends_nothing_unasked(stack: UnkindStack) -> None:
    subscription_id = begun(stack)
    payment_id = str(invoice(stack, subscription_id, 1).paid_by)

    assert refund(stack, payment_id) == 200
    days_pass(stack, 32)

    assert (status(stack, subscription_id), took(stack)) == ("ACTIVE", [PRICE, PRICE])


@doors
def test_staff_lists_shows_and_ends_subscriptions(stack: UnkindStack, door: str) -> None:
    subscription_id = begun(stack)
    caller = staff(stack, door)

    listed = caller.get(f"/{door}/subscriptions?userId={USER}")
    shown = caller.get(f"/{door}/subscriptions/{subscription_id}")
    answer = caller.post(f"/{door}/subscriptions/{subscription_id}/cancel", {"atPeriodEnd": False})
    days_pass(stack, 40)

    assert (listed.status, shown.status, answer.status) == (200, 200, 200)
    assert [each["subscriptionId"] for each in listed.json()["items"]] == [subscription_id]
    assert shown.json()["status"] == "ACTIVE"
    assert ended(stack, subscription_id) == ("ENDED", "shop")
    assert took(stack) == [PRICE]


@doors
def test_staff_pauses_what_is_paid_and_it_is_not_renewed(stack: UnkindStack, door: str) -> None:
    subscription_id = begun(stack)

    answer = staff(stack, door).post(f"/{door}/subscriptions/{subscription_id}/pause", {})
    days_pass(stack, 40)

    assert answer.status == 200, answer.body
    assert view(stack, subscription_id)["status"] == "PAUSED"
    assert took(stack) == [PRICE]
