"""PGs never hear a user's id, and a new key changes nothing for whom they know already (rule 10.15)."""

import re
from typing import Any

import pytest

from portone_local.actors.shop import pay, prepare, put_order, verify
from portone_local.actors.subscribers import plan_stored, registered, subscribe
from portone_local.oracle import ObservedStack
from portone_payments.domain.readings.payment import Snapshot
from portone_payments.ports.world import Deadline, Metric
from tests.support.billing_app import issue_window, issued, register

AUTH0 = "auth0|65f0c1d2e3a4b5c6d7e8f901"
UUID = "8d5f7d0a-4f2b-4d1c-9a51-0c4f5c8f1a77"
NAME = re.compile("[0-9A-Z]{20}")


def rotate(stack: ObservedStack) -> None:
    """The operator adds a key."""
    stack.ports["secrets"].new_key_version()


def name_in(window: dict[str, Any]) -> str:
    """The customer id a window sends to the PG."""
    told = str(window["customer"]["customerId"])
    assert NAME.fullmatch(told)
    return told


def name_at_portone(stack: ObservedStack) -> str | None:
    """The customer id the newest charge sent to PortOne."""
    charged = stack.portone.billing_books().charges[-1].payment_id
    reading: Snapshot = stack.ports["portone"].get_payment(charged, deadline=Deadline.after(stack.clock, 9))
    return reading.customer_id


@pytest.mark.parametrize("user", [AUTH0, UUID, "u" * 128])
def test_window_charge_and_list_use_one_customer_id_every_pg_accepts(stack: ObservedStack, user: str) -> None:
    plan_stored(stack)
    put_order(stack, userId=user)
    checkout = stack.app(user).post("/payments", {"orderId": "order-1", "platform": "web"}).json()
    window = issue_window(stack, user)
    issued(stack, window)
    # the SDK's answer was lost: PortOne is asked for the keys of this customer
    registered(stack, window["billingKeyId"], {}, user)

    began = subscribe(stack, user)

    assert began.status == 200
    assert name_in(window) == name_in(checkout)
    assert user not in repr(stack.portone.books()) + repr(stack.portone.billing_books())
    assert name_at_portone(stack) == name_in(window)


def test_after_a_rotation_a_payment_is_compared_with_the_customer_id_it_was_sent_with(
    stack: ObservedStack,
) -> None:
    prepared = prepare(stack)
    rotate(stack)
    again = prepare(stack)

    pay(stack, again)

    assert name_in(again) == name_in(prepared)
    assert verify(stack, again).json()["status"] == "PAID"
    assert Metric.CUSTOMER_DIFFERS not in stack.metrics


@pytest.mark.parametrize("told", [True, False], ids=["told by the app", "found in PortOne's list"])
def test_after_a_rotation_the_key_of_an_open_window_belongs_to_its_user(
    stack: ObservedStack,
    told: bool,  # noqa: FBT001 - a row of a table
) -> None:
    window = issue_window(stack)
    rotate(stack)

    answer = issued(stack, window)
    saved = register(stack, window["billingKeyId"], answer if told else {})

    assert (saved.status, saved.json()["state"]) == (200, "ACTIVE")


def test_after_a_rotation_a_user_with_a_wallet_keeps_the_customer_id(stack: ObservedStack) -> None:
    before = issue_window(stack)
    rotate(stack)

    after, new = issue_window(stack), issue_window(stack, "user-2")

    assert name_in(after) == name_in(before)
    assert name_in(new) != name_in(before)


def test_a_charge_after_a_rotation_uses_the_customer_id_of_its_key(stack: ObservedStack) -> None:
    plan_stored(stack)
    window = issue_window(stack)
    register(stack, window["billingKeyId"], issued(stack, window))
    rotate(stack)

    assert subscribe(stack).status == 200

    assert name_at_portone(stack) == name_in(window)
    assert Metric.CUSTOMER_DIFFERS not in stack.metrics


def test_a_saving_and_paying_window_has_one_customer_id_although_keys_rotated_between(
    stack: ObservedStack,
) -> None:
    put_order(stack, payMethods=["MOBILE"], productType="DIGITAL")
    prepared = prepare(stack)
    rotate(stack)

    window = issue_window(stack, payMethod="MOBILE", orderId="order-1")

    assert name_in(window) == name_in(prepared)
