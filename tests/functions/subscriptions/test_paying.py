"""An invoice paid at its customer's word, by a saved method or in a window, over HTTP (rule 11.8)."""

from typing import Any

import pytest

from portone_local.actors.shop import checkout, pay
from portone_local.actors.subscribers import CHARGE
from portone_local.portone import Fault
from portone_local.stack.passing import clock_of
from portone_local.stack.stack import Stack
from portone_payments.domain.shared.calendar import DAY
from tests.support.billing_app import PRICE, code_of, save_key
from tests.support.subscriber_app import charged, past_due, post, shown, subscribed
from tests.support.world import STRANGER, USER

WEB = {"window": {"platform": "web"}}
MINUTE = 60


def window(stack: Stack, subscription_id: str, number: int = 2) -> dict[str, Any]:
    """What the app opens PortOne's window with."""
    answer = post(stack, subscription_id, f"invoices/{number}/pay", WEB)
    assert answer.status == 200, answer.body
    handed: dict[str, Any] = answer.json()
    return handed


def given_up(stack: Stack) -> str:
    """A subscription whose second month was given up."""
    subscription_id = past_due(stack)
    stack.run_for(16 * DAY, step=DAY / 8)
    stack.portone.pg.accept()
    assert shown(stack, subscription_id)["status"] == "UNPAID"
    return subscription_id


def test_a_window_has_an_id_of_its_own_and_the_amount_of_its_invoice(stack: Stack) -> None:
    subscription_id = past_due(stack)

    handed = window(stack, subscription_id)
    [invoice, _] = shown(stack, subscription_id)["invoices"]

    assert handed["paymentId"] != invoice["paymentId"]
    assert (handed["totalAmount"], handed["orderName"]) == (PRICE, invoice["name"])
    assert "VIRTUAL_ACCOUNT" not in [each["payMethod"] for each in handed["payMethods"]]


def test_every_request_for_a_window_answers_the_same_payment_while_it_can_be_paid(stack: Stack) -> None:
    subscription_id = past_due(stack)

    first, again = window(stack, subscription_id), window(stack, subscription_id)
    clock_of(stack).advance(31 * MINUTE)
    later = window(stack, subscription_id)

    assert first == again
    assert later["paymentId"] == first["paymentId"]
    assert later["expiresAt"] > first["expiresAt"]


def test_a_payment_in_a_window_that_was_refunded_ends_its_invoice(stack: Stack) -> None:
    subscription_id = past_due(stack)
    handed = window(stack, subscription_id)
    stack.portone.webhooks.switched_on = False
    pay(stack, handed)
    stack.portone.console.cancel(handed["paymentId"])

    stack.app(USER).post(f"/payments/{handed['paymentId']}/verify")

    assert shown(stack, subscription_id)["invoices"][0]["state"] == "ENDED"
    assert code_of(post(stack, subscription_id, "invoices/2/pay", WEB)) == (409, "change_not_allowed")


def test_no_window_opens_while_a_charge_has_no_outcome(stack: Stack) -> None:
    subscription_id = past_due(stack)
    stack.portone.pg.accept()
    stack.portone.inject(operation=CHARGE, fault=Fault.TIMEOUT_BEFORE_COMMIT)

    asked = post(stack, subscription_id, "invoices/2/pay", {})

    assert asked.status == 202
    assert code_of(post(stack, subscription_id, "invoices/2/pay", WEB)) == (409, "subscription_busy")


def test_a_window_that_was_paid_unseen_is_read_before_a_saved_method_is_charged(stack: Stack) -> None:
    subscription_id = past_due(stack)
    stack.portone.pg.accept()
    stack.portone.webhooks.switched_on = False
    pay(stack, window(stack, subscription_id))
    before = charged(stack)

    asked = post(stack, subscription_id, "invoices/2/pay", {})

    assert (asked.status, asked.json()["status"], charged(stack)) == (200, "ACTIVE", before)


def test_a_pending_window_holds_up_a_charge_until_it_has_an_outcome(stack: Stack) -> None:
    subscription_id = past_due(stack)
    stack.portone.pg.accept()
    handed = window(stack, subscription_id)
    stack.portone.buyer.pay_pending(handed["paymentId"], checkout(handed))
    before = charged(stack)

    stack.run_for(2 * DAY, step=DAY / 8)
    held = charged(stack)
    stack.portone.buyer.approve(handed["paymentId"])
    stack.run_for(2 * DAY, step=DAY / 8)

    assert (held, charged(stack), shown(stack, subscription_id)["status"]) == (before, before, "ACTIVE")


def test_a_window_keeps_nobody_from_being_given_up_for_ever(stack: Stack) -> None:
    subscription_id = past_due(stack)

    for _ in range(14):
        stack.run_for(DAY, step=DAY / 8)
        post(stack, subscription_id, "invoices/2/pay", WEB)
    stack.run_for(2 * DAY, step=DAY / 8)

    assert shown(stack, subscription_id)["status"] == "UNPAID"


def test_what_was_given_up_is_charged_to_a_named_method_and_that_one_only(stack: Stack) -> None:
    subscription_id, other = given_up(stack), save_key(stack, card="card-2")

    asked = post(stack, subscription_id, "invoices/2/pay", {"billingKeyId": other})

    assert (asked.status, asked.json()["status"]) == (200, "ACTIVE")
    assert asked.json()["billingKeyId"] is None


def test_a_declined_word_leaves_what_was_given_up_as_it_was(stack: Stack) -> None:
    subscription_id = given_up(stack)
    stack.portone.pg.decline(readable=True)

    asked = post(stack, subscription_id, "invoices/2/pay", {})

    assert (asked.status, asked.json()["status"]) == (200, "UNPAID")
    assert asked.json()["invoices"][0]["state"] == "UNPAID"


def test_what_an_ended_subscription_owes_is_paid_in_a_window_and_kept(stack: Stack) -> None:
    subscription_id = given_up(stack)
    post(stack, subscription_id, "cancel", {"atPeriodEnd": False})

    refused = post(stack, subscription_id, "invoices/2/pay", {})
    handed = window(stack, subscription_id)
    pay(stack, handed)
    stack.run_for(DAY, step=DAY / 8)

    assert code_of(refused) == (409, "subscription_ended")
    assert shown(stack, subscription_id)["invoices"][0]["state"] == "PAID"
    assert stack.portone.books()[handed["paymentId"]].state == "PAID"


@pytest.mark.parametrize("left", ["cancel", "waive"])
def test_money_of_a_window_for_what_is_owed_no_more_goes_back(stack: Stack, left: str) -> None:
    subscription_id = past_due(stack)
    handed = window(stack, subscription_id)
    if left == "cancel":
        post(stack, subscription_id, "cancel", {"atPeriodEnd": False})
    else:
        stack.staff.post(f"/ops/subscriptions/{subscription_id}/invoices/2/waive", {"reason": "our fault"})

    pay(stack, handed)
    stack.run_for(DAY, step=DAY / 8)

    assert stack.portone.books()[handed["paymentId"]].state == "CANCELLED"


def test_a_waived_invoice_frees_its_subscription_and_is_owed_by_nobody(stack: Stack) -> None:
    subscription_id = past_due(stack)
    path = f"/ops/subscriptions/{subscription_id}/invoices/2/waive"

    waived, again = (stack.staff.post(path, {"reason": "our fault"}) for _ in range(2))

    assert (waived.status, waived.json()["status"], again.status) == (200, "ACTIVE", 200)
    assert waived.json()["invoices"][0]["state"] == "VOID"
    assert "our fault" not in str(stack.dump())


@pytest.mark.parametrize(
    ("number", "body", "refusal"),
    [
        ("1", {}, (409, "change_not_allowed")),
        ("9", {}, (409, "change_not_allowed")),
        ("x", {}, (404, "subscription_not_found")),
        ("2", {"billingKeyId": "unknown"}, (404, "billing_key_not_found")),
        ("2", {"billingKeyId": "unknown", **WEB}, (400, "invalid_request")),
    ],
)
def test_what_cannot_be_paid_so_is_refused(
    stack: Stack, number: str, body: dict[str, Any], refusal: tuple[int, str]
) -> None:
    assert code_of(post(stack, past_due(stack), f"invoices/{number}/pay", body)) == refusal


def test_nobody_pays_another_users_invoice(stack: Stack) -> None:
    path = f"/subscriptions/{subscribed(stack)}/invoices/1/pay"

    assert code_of(stack.app(STRANGER).post(path, {})) == (404, "subscription_not_found")
