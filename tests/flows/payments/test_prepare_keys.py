"""A prepare under an idempotency key is one payment for its user, whatever became of it."""

from portone_local.actors.shop import ask_to_prepare, pay, prepare, put_order, verify
from portone_local.oracle import ObservedStack
from portone_payments.domain.records.payments import Payment


def payments(stack: ObservedStack) -> int:
    return sum(isinstance(record, Payment) for record in stack.ports["store"].records())


def test_a_key_with_another_body_is_422_and_has_no_effect(stack: ObservedStack) -> None:
    put_order(stack, "order-2")
    prepare(stack, key="key-1")

    refused = ask_to_prepare(stack, "order-2", key="key-1")

    assert (refused.status, refused.json()["error"]["code"]) == (422, "idempotency_key_reused")
    assert payments(stack) == 1


def test_a_key_with_the_same_body_answers_the_same_resource_in_its_present_state(
    stack: ObservedStack,
) -> None:
    prepared = prepare(stack, key="key-1")
    pay(stack, prepared, method="VIRTUAL_ACCOUNT")
    verify(stack, prepared)

    again = prepare(stack, key="key-1")

    assert again["paymentId"] == prepared["paymentId"]
    assert again["status"] == "VIRTUAL_ACCOUNT_ISSUED"


def test_a_key_belongs_to_one_user(stack: ObservedStack) -> None:
    put_order(stack, "order-2", userId="user-2")
    mine = prepare(stack, key="key-1")

    theirs = ask_to_prepare(stack, "order-2", user="user-2", key="key-1")

    assert theirs.status == 200
    assert theirs.json()["paymentId"] != mine["paymentId"]


def test_a_key_whose_payment_is_over_answers_the_present_state(stack: ObservedStack) -> None:
    prepared = prepare(stack, key="key-1")
    pay(stack, prepared)
    verify(stack, prepared)
    stack.run_for(60)
    stack.portone.console.cancel(prepared["paymentId"])
    stack.staff.post(f"/ops/payments/{prepared['paymentId']}/catch-up")

    first, again = (ask_to_prepare(stack, key="key-1").json() for _ in range(2))

    assert first["paymentId"] == again["paymentId"] != prepared["paymentId"]
    assert payments(stack) == 2
