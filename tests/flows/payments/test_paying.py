"""A payment from order to paid: by webhook, by verify, by sweep alone, whatever PortOne leaves open."""

import pytest

from portone_local.actors.shop import (
    ask_to_prepare,
    checkout,
    pay,
    prepare,
    put_order,
    seen_by_owner,
    status,
    verify,
)
from portone_local.oracle import ObservedStack
from portone_local.portone import Decline, Unknowns
from portone_payments.ports.world import Metric

MINUTE = 60
ALL = Unknowns.all_settings()
either_way = pytest.mark.parametrize("unknowns", ALL.values(), ids=ALL)
webhooks_only = pytest.mark.parametrize("webhooks", [True])


@either_way
@webhooks_only
def test_a_paid_webhook_alone_makes_the_payment_paid(stack: ObservedStack) -> None:
    prepared = prepare(stack)

    pay(stack, prepared)
    stack.deliver()

    assert status(stack, prepared) == "PAID"
    assert stack.portone.webhooks.sent[-1].status == 200


@either_way
def test_verify_alone_makes_the_payment_paid(stack: ObservedStack) -> None:
    prepared = prepare(stack)

    pay(stack, prepared)
    answered = verify(stack, prepared)

    assert (answered.status, answered.json()["status"]) == (200, "PAID")


@either_way
@pytest.mark.parametrize("webhooks", [False])
@pytest.mark.parametrize("paid_at", [0, 1, 9, 31, 59])
def test_the_sweep_alone_finds_the_payment_within_fifteen_minutes(stack: ObservedStack, paid_at: int) -> None:
    prepared = prepare(stack)
    stack.run_for(paid_at * MINUTE)

    pay(stack, prepared)
    stack.run_for(15 * MINUTE)

    assert status(stack, prepared) == "PAID"


@either_way
def test_two_devices_pay_one_order_once(stack: ObservedStack) -> None:
    phone = prepare(stack, platform="ios")
    laptop = prepare(stack, platform="web")

    pay(stack, phone)
    verify(stack, laptop)

    assert phone["paymentId"] == laptop["paymentId"]
    assert ask_to_prepare(stack).json()["error"]["code"] == "order_already_paid"


@either_way
def test_a_decline_then_success_on_the_same_payment_is_paid(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    stack.portone.buyer.decline(prepared["paymentId"], checkout(prepared))
    declined = verify(stack, prepared).json()
    stack.run_for(2 * MINUTE)

    again = prepare(stack)
    pay(stack, again)

    assert (declined["status"], again["paymentId"]) == ("FAILED", prepared["paymentId"])
    assert verify(stack, again).json()["status"] == "PAID"


@either_way
def test_a_decline_that_leaves_no_trace_does_not_end_the_payment(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    decline = Decline(readable=False, silent=True)
    stack.portone.buyer.decline(prepared["paymentId"], checkout(prepared), decline)
    declined = verify(stack, prepared).json()

    pay(stack, prepared)
    stack.run_for(15 * MINUTE)

    assert declined["status"] == "READY"
    assert status(stack, prepared) == "PAID"


@either_way
def test_failed_now_and_approved_ten_minutes_later_is_paid(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    stack.portone.buyer.fail_then_approve(prepared["paymentId"], checkout(prepared), after=10 * MINUTE)
    failed = verify(stack, prepared).json()

    stack.run_for(25 * MINUTE)

    assert failed["status"] == "FAILED"
    assert status(stack, prepared) == "PAID"


@either_way
def test_a_payment_pending_at_its_pg_is_pending_and_then_paid(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    stack.portone.buyer.pay_pending(prepared["paymentId"], checkout(prepared))
    pending = verify(stack, prepared).json()

    stack.portone.buyer.approve(prepared["paymentId"])
    stack.run_for(15 * MINUTE)

    assert pending["status"] == "PAY_PENDING"
    assert status(stack, prepared) == "PAID"


def test_a_paid_payment_is_shown_to_owner_and_shop(stack: ObservedStack) -> None:
    put_order(stack, amount={"total": 12_000, "taxFree": 2_000})
    prepared = prepare(stack)
    pay(stack, prepared, tax_free=2_000)
    verify(stack, prepared)

    shown, order = seen_by_owner(stack, prepared), stack.shop.get("/orders/order-1").json()

    assert shown["amount"] == {"total": 12_000, "taxFree": 2_000, "paid": 12_000, "cancelled": 0}
    assert (order["paidTotal"], order["cancelledTotal"]) == (12_000, 0)
    assert order["payment"]["paymentId"] == prepared["paymentId"]


def test_a_discounted_payment_pays_less_and_is_the_same_payment(stack: ObservedStack) -> None:
    prepared = prepare(stack)

    pay(stack, prepared, discount=1_000)
    paid = verify(stack, prepared).json()

    assert (paid["status"], paid["amount"]["paid"]) == ("PAID", 11_000)


def test_verify_within_two_seconds_of_a_reading_answers_from_the_record(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    pay(stack, prepared)
    verify(stack, prepared)
    before = stack.calls

    verify(stack, prepared)

    assert (stack.calls - before).portone == 0


def test_another_users_payment_is_not_found(stack: ObservedStack) -> None:
    prepared = prepare(stack)

    foreign = verify(stack, prepared, user="user-2")
    absent = stack.app("user-2").post("/payments/nosuchpayment/verify")

    assert foreign.status == absent.status == 404
    assert foreign.json()["error"]["code"] == absent.json()["error"]["code"]


def test_a_different_customer_is_counted_and_changes_nothing(stack: ObservedStack) -> None:
    prepared = prepare(stack)

    pay(stack, prepared, customer={"id": "somebody-else"})

    assert verify(stack, prepared).json()["status"] == "PAID"
    assert stack.metrics[Metric.CUSTOMER_DIFFERS] >= 1
