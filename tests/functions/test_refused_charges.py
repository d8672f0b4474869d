"""A charge by hand is refused without a living method of one's own, and of what is not to be paid so."""

from collections.abc import Iterator
from typing import Any

import pytest

from portone_local.stack.stack import Stack
from tests.support.billing_app import code_of, put_plan, save_key, subscribe
from tests.support.charging import charge, prepared
from tests.support.subscriber_app import charged
from tests.support.world import STRANGER, USER


@pytest.fixture
def stack() -> Iterator[Stack]:
    with Stack.in_memory(seed=1) as found:
        yield found


def test_a_charge_needs_a_saved_method(stack: Stack) -> None:
    assert code_of(charge(stack, prepared(stack))) == (409, "no_billing_key")


def test_a_deleted_method_is_not_charged(stack: Stack) -> None:
    key = save_key(stack)
    stack.app(USER).delete(f"/billing-keys/{key}")

    assert code_of(charge(stack, prepared(stack), billingKeyId=key)) == (409, "billing_key_gone")
    assert charged(stack) == 0


def test_another_users_method_is_as_unknown_as_an_absent_one(stack: Stack) -> None:
    theirs = save_key(stack, STRANGER)
    payment_id = prepared(stack)

    answers = [charge(stack, payment_id, billingKeyId=key) for key in (theirs, "0123456789absent")]

    assert {code_of(answer) for answer in answers} == {(404, "billing_key_not_found")}


def test_another_users_payment_is_as_unknown_as_an_absent_one(stack: Stack) -> None:
    save_key(stack)
    theirs = prepared(stack, STRANGER)

    answers = [charge(stack, payment_id) for payment_id in (theirs, "0123456789absent")]

    assert {code_of(answer) for answer in answers} == {(404, "payment_not_found")}
    assert charged(stack) == 0


def test_a_paid_order_is_not_charged_again(stack: Stack) -> None:
    save_key(stack)
    payment_id = prepared(stack)
    charge(stack, payment_id, "charge-1")

    assert code_of(charge(stack, payment_id, "charge-2")) == (409, "not_approvable")


def test_a_subscription_payment_cannot_be_charged_manually(stack: Stack) -> None:
    save_key(stack)
    put_plan(stack)
    stack.portone.pg.decline(readable=True)
    subscribe(stack)
    (payment,) = stack.app(USER).get("/payments").json()["items"]

    assert code_of(charge(stack, payment["paymentId"])) == (409, "not_approvable")
    assert charged(stack) == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"chargeId": ""},
        {"chargeId": "a b"},
        {"chargeId": "c", "amount": 1},
        {"chargeId": "c", "billingKeyId": ""},
    ],
    ids=["no id", "an empty id", "a space", "an amount", "an empty method"],
)
def test_a_charge_has_an_id_and_no_amount(stack: Stack, body: dict[str, Any]) -> None:
    refused = stack.app(USER).post(f"/payments/{prepared(stack)}/charge", body)

    assert code_of(refused) == (400, "invalid_request")
