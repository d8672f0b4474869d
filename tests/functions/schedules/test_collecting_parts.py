"""Orders paid in parts: deposit and balance, instalments, one payment at a time of its own."""

import pytest

from portone_local.actors.subscribers import CHARGE
from portone_local.portone import Fault
from portone_local.stack.stack import Stack
from portone_payments.domain.shared.calendar import DAY
from tests.support.billing_app import code_of, put_parts, save_key, schedule
from tests.support.scheduling import BALANCE, DEPOSIT, cancel_part, scheduled, states, totals
from tests.support.subscriber_app import charged, shown
from tests.support.world import USER


def test_an_order_shows_its_parts_and_its_schedule(stack: Stack) -> None:
    put_parts(stack, DEPOSIT, BALANCE)

    subscription_id = schedule(stack).json()["subscriptionId"]

    order = stack.shop.get("/orders/order-1").json()
    assert order["subscriptionId"] == subscription_id
    assert [part["amount"] for part in order["parts"]] == [1_000, 2_000]
    assert [part["dueAt"] for part in order["parts"]] == [None, "2026-02-01T03:00:00Z"]


def test_an_order_in_parts_shows_what_is_paid_and_what_is_owed(stack: Stack) -> None:
    put_parts(stack, DEPOSIT, BALANCE)
    before = totals(stack)

    subscription_id = schedule(stack).json()["subscriptionId"]
    begun = totals(stack)
    cancel_part(stack, subscription_id, "2")

    assert (before, begun, totals(stack)) == ((0, 3_000), (1_000, 2_000), (1_000, 2_000))


def test_a_given_up_part_is_still_owed(stack: Stack) -> None:
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


def test_a_single_payment_may_be_scheduled(stack: Stack) -> None:
    put_parts(stack, BALANCE)

    started = schedule(stack)

    assert (started.status, states(started.json())) == (200, {"balance": "OPEN"})
    assert charged(stack) == 0


def test_a_deposit_without_an_outcome_is_open(stack: Stack) -> None:
    put_parts(stack, DEPOSIT, BALANCE)
    stack.portone.inject(operation=CHARGE, fault=Fault.TIMEOUT_BEFORE_COMMIT)

    open_ = schedule(stack)

    assert (open_.status, states(open_.json())["deposit"]) == (202, "UNKNOWN")
    assert open_.json()["statusUrl"] == f"/subscriptions/{open_.json()['subscriptionId']}"


def test_a_declined_deposit_is_charged_again_with_another_method(stack: Stack) -> None:
    put_parts(stack, DEPOSIT, BALANCE)
    stack.portone.pg.decline(readable=True)
    declined = schedule(stack)
    assert (declined.status, declined.json()["status"]) == (200, "PAST_DUE")
    path = f"/subscriptions/{declined.json()['subscriptionId']}/billing-key"

    again = stack.app(USER).put(path, {"billingKeyId": save_key(stack, card="card-2")})

    assert states(again.json())["deposit"] == "PAID"


def test_a_declined_part_is_outstanding_and_not_charged(stack: Stack) -> None:
    subscription_id = scheduled(stack)

    declined = cancel_part(stack, subscription_id, "2")

    assert (declined.status, declined.json()["status"]) == (200, "UNPAID")
    stack.run_for(32 * DAY, step=DAY / 8)
    assert charged(stack) == 1


def test_a_schedule_whose_every_part_is_declined_is_unpaid(stack: Stack) -> None:
    put_parts(stack, BALANCE)
    subscription_id = schedule(stack).json()["subscriptionId"]

    assert cancel_part(stack, subscription_id, "1").json()["status"] == "UNPAID"


def test_a_part_is_named_by_its_number(stack: Stack) -> None:
    assert code_of(cancel_part(stack, scheduled(stack), "x")) == (404, "subscription_not_found")


@pytest.mark.parametrize("invoice_id", ["1", "3"], ids=["paid", "absent"])
def test_a_part_that_is_not_open_is_not_cancelled(stack: Stack, invoice_id: str) -> None:
    assert code_of(cancel_part(stack, scheduled(stack), invoice_id)) == (409, "change_not_allowed")


def test_a_customer_who_leaves_an_order_leaves_its_open_parts_owed(stack: Stack) -> None:
    subscription_id = scheduled(stack)

    ended = stack.app(USER).post(f"/subscriptions/{subscription_id}/cancel", {"atPeriodEnd": False})

    assert (ended.status, states(ended.json())) == (200, {"deposit": "PAID", "balance": "UNPAID"})


def test_a_part_says_which_earlier_one_it_waits_for(stack: Stack) -> None:
    subscription_id = scheduled(stack, at_once=False)

    declined = cancel_part(stack, subscription_id, "1").json()

    assert [(each["invoiceId"], each["blockedBy"]) for each in declined["invoices"]] == [
        ("2", "1"),
        ("1", None),
    ]
    refused = stack.app(USER).post(f"/subscriptions/{subscription_id}/invoices/2/pay", {})
    assert code_of(refused) == (409, "change_not_allowed")


def test_a_withdrawn_order_is_paid_in_no_window(stack: Stack) -> None:
    subscription_id = scheduled(stack, at_once=False)
    stack.app(USER).post(f"/subscriptions/{subscription_id}/cancel", {"atPeriodEnd": False})
    body = {"window": {"platform": "web"}}
    path = f"/subscriptions/{subscription_id}/invoices/1/pay"
    offered = stack.app(USER).post(path, body)

    withdrawn = stack.shop.delete("/orders/order-1")

    assert (offered.status, withdrawn.status) == (200, 200)
    assert code_of(stack.app(USER).post(path, body)) == (409, "subscription_ended")
