"""Paying an order now with a saved payment method: paid, open, or declined with what to do next."""

from collections.abc import Iterator

import pytest

from portone_local.actors.subscribers import CHARGE, key_of
from portone_local.portone import Fault
from portone_local.stack.stack import Stack
from portone_payments.flows.billing_keys.claims import MANY
from tests.support.billing_app import code_of, save_key
from tests.support.charging import charge, prepared
from tests.support.subscriber_app import charged


@pytest.fixture
def stack() -> Iterator[Stack]:
    with Stack.in_memory(seed=1) as found:
        yield found


def test_the_default_pays_the_order(stack: Stack) -> None:
    save_key(stack)
    payment_id = prepared(stack)

    paid = charge(stack, payment_id)

    assert paid.status == 200
    assert (paid.json()["status"], paid.json()["amount"]["paid"]) == ("PAID", 1_000)


def test_a_method_that_paid_many_orders_pays_the_next_and_claims_only_that(stack: Stack) -> None:
    key = save_key(stack)
    earlier = [prepared(stack, order_id=f"order-{number}") for number in range(MANY)]
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


def test_the_same_charge_id_is_the_same_attempt(stack: Stack) -> None:
    save_key(stack)
    payment_id = prepared(stack)
    first = charge(stack, payment_id)

    again = charge(stack, payment_id)

    assert (again.status, again.json()) == (first.status, first.json())
    assert charged(stack) == 1


def test_a_charge_id_belongs_to_its_method(stack: Stack) -> None:
    first, second = save_key(stack, card="card-1"), save_key(stack, card="card-2")
    payment_id = prepared(stack)
    charge(stack, payment_id, billingKeyId=first)

    reused = charge(stack, payment_id, billingKeyId=second)

    assert code_of(reused) == (422, "charge_id_reused")


def test_a_soft_decline_may_be_charged_again_later(stack: Stack) -> None:
    save_key(stack)
    payment_id = prepared(stack)
    stack.portone.pg.decline(code="PG-CODE", readable=True)

    declined = charge(stack, payment_id)

    assert code_of(declined) == (402, "charge_declined")
    error = declined.json()["error"]
    assert (error["details"]["reason"], error["action"]) == ("retry_later", "start_over")
    assert "PG-CODE" not in str(error)


def test_a_hard_decline_requires_another_method() -> None:
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


def test_an_unknown_outcome_keeps_the_charge_open_and_another_attempt_waits(stack: Stack) -> None:
    save_key(stack)
    payment_id = prepared(stack)
    stack.portone.inject(operation=CHARGE, fault=Fault.TIMEOUT_BEFORE_COMMIT)

    open_ = charge(stack, payment_id, "charge-1")

    assert (open_.status, open_.json()["statusUrl"]) == (202, f"/payments/{payment_id}")
    assert int(open_.headers["retry-after"]) > 0
    assert code_of(charge(stack, payment_id, "charge-2")) == (409, "charge_in_progress")
    stack.run_for(300)
    assert charge(stack, payment_id, "charge-1").json()["status"] == "PAID"
