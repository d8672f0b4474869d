"""Paying an order now with a saved payment method: paid, open, or declined with what to do next."""

from collections.abc import Iterator
from typing import Any

import pytest

from portone_local.gateway.messages import Response
from portone_local.portone import Fault
from portone_local.stack import Stack
from portone_local.testing.billing_app import code_of, put_plan, save_key, subscribe
from portone_local.testing.recurring import key_of
from portone_local.testing.world import STRANGER, USER, an_order_body
from portone_payments.flows.charge import MOST_CLAIMS

CHARGE = "pay_with_billing_key"


@pytest.fixture
def stack() -> Iterator[Stack]:
    with Stack.in_memory(seed=1) as found:
        yield found


def prepared(stack: Stack, user: str = USER, order_id: str = "order-1") -> str:
    stack.shop.put(f"/orders/{order_id}", an_order_body(userId=user))
    payment = stack.app(user).post("/payments", {"orderId": order_id, "platform": "web"}).json()
    payment_id: str = payment["paymentId"]
    return payment_id


def charge(stack: Stack, payment_id: str, charge_id: str = "charge-1", **body: Any) -> Response:
    return stack.app(USER).post(f"/payments/{payment_id}/charge", {"chargeId": charge_id, **body})


def charged(stack: Stack) -> int:
    return [call.operation for call in stack.portone.calls()].count(CHARGE)


def test_the_default_pays_the_order(stack: Stack) -> None:
    save_key(stack)
    payment_id = prepared(stack)

    paid = charge(stack, payment_id)

    assert paid.status == 200
    assert (paid.json()["status"], paid.json()["amount"]["paid"]) == ("PAID", 1_000)


def test_a_method_that_paid_many_orders_pays_the_next_and_claims_only_that(stack: Stack) -> None:
    key = save_key(stack)
    earlier = [prepared(stack, order_id=f"order-{number}") for number in range(MOST_CLAIMS)]
    for payment_id in earlier:
        charge(stack, payment_id)
    last = prepared(stack, order_id="order-last")

    paid = charge(stack, last)

    assert (paid.status, paid.json()["status"]) == (200, "PAID")
    assert key_of(stack, key).claims == (last,)


def test_a_named_method_pays_the_order(stack: Stack) -> None:
    save_key(stack, card="card-1")
    second = save_key(stack, card="card-2")
    stack.portone.pg.decline("card-1", times=None)

    paid = charge(stack, prepared(stack), billingKeyId=second)

    assert (paid.status, paid.json()["status"]) == (200, "PAID")


def test_the_same_charge_id_is_the_same_try(stack: Stack) -> None:
    save_key(stack)
    payment_id = prepared(stack)
    first = charge(stack, payment_id)

    again = charge(stack, payment_id)

    assert (again.status, again.json()) == (first.status, first.json())
    assert charged(stack) == 1


def test_a_charge_id_stays_with_its_method(stack: Stack) -> None:
    first, second = save_key(stack, card="card-1"), save_key(stack, card="card-2")
    payment_id = prepared(stack)
    charge(stack, payment_id, billingKeyId=first)

    reused = charge(stack, payment_id, billingKeyId=second)

    assert code_of(reused) == (422, "charge_id_reused")


def test_a_soft_decline_may_be_tried_later(stack: Stack) -> None:
    save_key(stack)
    payment_id = prepared(stack)
    stack.portone.pg.decline(code="PG-CODE", readable=True)

    declined = charge(stack, payment_id)

    assert code_of(declined) == (402, "charge_declined")
    error = declined.json()["error"]
    assert (error["details"]["reason"], error["action"]) == ("retry_later", "start_over")
    assert "PG-CODE" not in str(error)


def test_a_hard_decline_asks_for_another_method() -> None:
    with Stack.in_memory(dunning='{"hardCodes":{"*":["LOST"]}}') as stack:
        save_key(stack)
        payment_id = prepared(stack)
        stack.portone.pg.decline(code="LOST", readable=True)

        declined = charge(stack, payment_id)

    error = declined.json()["error"]
    assert declined.status == 402
    assert (error["details"]["reason"], error["action"]) == ("other_method", "other_method")


def test_after_a_decline_another_charge_id_pays(stack: Stack) -> None:
    save_key(stack)
    payment_id = prepared(stack)
    stack.portone.pg.decline(readable=True)
    charge(stack, payment_id, "charge-1")

    paid = charge(stack, payment_id, "charge-2")

    assert (paid.status, paid.json()["status"]) == (200, "PAID")
    assert code_of(charge(stack, payment_id, "charge-1")) == (402, "charge_declined")


def test_while_nobody_knows_it_is_open_and_another_try_waits(stack: Stack) -> None:
    save_key(stack)
    payment_id = prepared(stack)
    stack.portone.inject(operation=CHARGE, fault=Fault.TIMEOUT_BEFORE_COMMIT)

    open_ = charge(stack, payment_id, "charge-1")

    assert (open_.status, open_.json()["statusUrl"]) == (202, f"/payments/{payment_id}")
    assert int(open_.headers["retry-after"]) > 0
    assert code_of(charge(stack, payment_id, "charge-2")) == (409, "charge_in_progress")
    stack.run_for(300)
    assert charge(stack, payment_id, "charge-1").json()["status"] == "PAID"


def test_without_a_saved_method_nothing_is_charged(stack: Stack) -> None:
    assert code_of(charge(stack, prepared(stack))) == (409, "no_billing_key")


def test_a_deleted_method_is_not_charged(stack: Stack) -> None:
    key = save_key(stack)
    stack.app(USER).delete(f"/billing-keys/{key}")

    assert code_of(charge(stack, prepared(stack), billingKeyId=key)) == (409, "billing_key_gone")
    assert charged(stack) == 0


def test_anothers_method_is_as_unknown_as_none(stack: Stack) -> None:
    theirs = save_key(stack, STRANGER)
    payment_id = prepared(stack)

    answers = [charge(stack, payment_id, billingKeyId=key) for key in (theirs, "0123456789absent")]

    assert {code_of(answer) for answer in answers} == {(404, "billing_key_not_found")}


def test_anothers_payment_is_as_unknown_as_none(stack: Stack) -> None:
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


def test_what_a_subscription_asks_for_is_not_charged_by_hand(stack: Stack) -> None:
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
