"""The store id is changed: what was begun before goes on in the store it was begun in (rules 1.2 and 3.1).

PortOne shows no store what belongs to another here, and refuses another request under a known key.
"""

from collections.abc import Iterator

import pytest

from portone_local.actors.people import go_through, me, start, verify
from portone_local.actors.shop import ask_to_prepare, pay, prepare, status
from portone_local.actors.shop import verify as verify_payment
from portone_local.actors.subscribers import (
    days_pass,
    invoice,
    key_chosen,
    key_deleted,
    key_issued,
    key_of,
    key_saved,
    key_started,
    plan_stored,
    registered,
    subscribe,
)
from portone_local.gateway.messages import Response
from portone_local.portone import EXAMPLE_STORE, EXAMPLE_SUB_STORE, Checkout, Fault, Unknowns
from portone_local.stack.passing import let_pass
from tests.support.charging import charge
from tests.support.charging import prepared as prepared_id
from tests.support.receipts import issue as issue_receipt
from tests.support.receipts import paid as paid_in_cash
from tests.support.refunding import cancelled_at_portone, paid, refund, refund_state
from tests.support.subscriber_app import past_due
from tests.support.unkind import UnkindStack, unkind

HOUR, DAY = 3600, 24 * 3600
HIDDEN = Unknowns(other_stores_are_visible=False)


@pytest.fixture
def stack() -> Iterator[UnkindStack]:
    with unkind(unknowns=HIDDEN) as opened:
        yield opened


def move(stack: UnkindStack) -> None:
    stack.operated(store_id=EXAMPLE_SUB_STORE)


def test_a_payment_of_the_old_store_is_read_and_refunded_as_before(stack: UnkindStack) -> None:
    prepared = paid(stack)
    move(stack)

    read = stack.staff.post(f"/ops/payments/{prepared['paymentId']}/catch-up")
    answer = refund(stack, prepared, "refund-1", amount=3_000)

    assert (read.status, answer.status) == (200, 200)
    assert (cancelled_at_portone(stack, prepared), status(stack, prepared)) == (3_000, "PARTIAL_CANCELLED")
    assert stack.calling() == {}


def test_an_unanswered_refund_is_sent_again_unchanged(stack: UnkindStack) -> None:
    prepared = paid(stack)
    stack.portone.inject(operation="cancel_payment", fault=Fault.TIMEOUT_BEFORE_COMMIT)
    refund(stack, prepared, "refund-1", amount=3_000)
    move(stack)

    let_pass(stack, HOUR)

    assert (cancelled_at_portone(stack, prepared), refund_state(stack, prepared)) == (3_000, "SUCCEEDED")


def test_a_window_is_offered_again_in_its_own_store_and_paid_there(stack: UnkindStack) -> None:
    first = prepare(stack)
    move(stack)

    again = ask_to_prepare(stack).json()
    pay(stack, again)
    verify_payment(stack, first)

    assert (again["paymentId"], again["storeId"]) == (first["paymentId"], EXAMPLE_STORE)
    assert status(stack, first) == "PAID"


def test_a_payment_prepared_after_the_change_belongs_to_the_new_store(stack: UnkindStack) -> None:
    move(stack)

    prepared = prepare(stack)
    stack.portone.buyer.pay(prepared["paymentId"], Checkout.from_browser(prepared))
    verify_payment(stack, prepared)

    assert (prepared["storeId"], status(stack, prepared)) == (EXAMPLE_SUB_STORE, "PAID")


def test_an_account_of_the_old_store_is_closed_there(stack: UnkindStack) -> None:
    prepared = paid(stack, method="VIRTUAL_ACCOUNT")
    move(stack)

    stack.portone.buyer.deposit(prepared["paymentId"])
    let_pass(stack, HOUR)

    assert (status(stack, prepared), stack.calling()) == ("PAID", {})


def test_a_receipt_of_a_payment_of_the_old_store_is_issued_there(stack: UnkindStack) -> None:
    prepared = paid_in_cash(stack)
    move(stack)

    assert issue_receipt(stack, prepared).status == 200


def test_a_saved_method_renews_and_is_deleted_in_the_store_it_was_saved_in(stack: UnkindStack) -> None:
    billing_key_id = key_saved(stack)
    plan_stored(stack)
    subscribe(stack)
    move(stack)

    days_pass(stack, 32)
    deleted = key_deleted(stack, billing_key_id)

    assert {book.store_id for book in stack.portone.books().values()} == {EXAMPLE_STORE}
    assert sum(book.times_paid for book in stack.portone.books().values()) == 2
    assert deleted.json()["state"] == "DELETED"


def test_a_window_for_a_method_is_finished_in_the_store_it_was_opened_in(stack: UnkindStack) -> None:
    billing_key_id = key_started(stack)
    move(stack)

    answer = registered(stack, billing_key_id, key_issued(stack, billing_key_id))

    assert (answer.status, key_of(stack, billing_key_id).store_id) == (200, EXAMPLE_STORE)


def test_an_invoice_is_paid_in_the_store_of_the_method_that_pays_it(stack: UnkindStack) -> None:
    key_saved(stack)
    plan_stored(stack)
    subscription_id = past_due(stack)
    declined = invoice(stack, subscription_id).payment_id
    stack.portone.pg.accept()
    move(stack)
    key_chosen(stack, key_saved(stack, store_id=EXAMPLE_SUB_STORE))

    days_pass(stack, 2)

    settled, books = invoice(stack, subscription_id), stack.portone.books()
    assert (settled.state, settled.earlier) == ("PAID", (declined,))
    assert (settled.paid_by, books[str(settled.paid_by)].store_id) == (settled.payment_id, EXAMPLE_SUB_STORE)
    assert books[str(declined)].times_paid == 0


def test_an_order_prepared_before_the_change_is_charged_in_its_own_store(stack: UnkindStack) -> None:
    key_saved(stack)
    payment_id = prepared_id(stack)
    move(stack)

    assert charge(stack, payment_id).status == 200
    assert stack.portone.books()[payment_id].store_id == EXAMPLE_STORE


def test_a_verification_begun_before_the_change_is_read_in_its_own_store(stack: UnkindStack) -> None:
    window = start(stack)
    move(stack)

    answer = verify(stack, go_through(stack, window))

    assert (window["storeId"], answer.status, me(stack)["verified"]) == (EXAMPLE_STORE, 200, True)


def test_a_webhook_about_a_saved_method_of_the_old_store_is_read_there(stack: UnkindStack) -> None:
    billing_key_id = key_saved(stack)
    move(stack)
    [key] = stack.portone.billing_books().keys

    stack.portone.console.delete_billing_key(key)
    stack.deliver()

    assert key_of(stack, billing_key_id).state == "DELETED"


def test_the_audit_still_compares_the_payments_of_the_old_store(stack: UnkindStack) -> None:
    prepared = paid(stack)
    let_pass(stack, HOUR)
    stack.functions.invoke("Audit", {})
    move(stack)
    stack.portone.console.cancel(prepared["paymentId"], 3_000)
    stack.portone.webhooks.lose()
    let_pass(stack, DAY)

    stack.functions.invoke("Audit", {})

    assert status(stack, prepared) == "PARTIAL_CANCELLED"


def test_a_card_the_new_store_does_not_know_stops_nobody_and_the_order_is_paid_by_other_means(
    stack: UnkindStack,
) -> None:
    users = ("user-1", "user-2", "user-3")
    for user in users:
        key_saved(stack, user)
    move(stack)

    asked = {user: prepared_id(stack, user, f"order-of-{user}") for user in users}
    answers = [charge_as(stack, user, payment_id) for user, payment_id in asked.items()]
    key_saved(stack, store_id=EXAMPLE_SUB_STORE)
    paid_by_window = prepare(stack, "order-of-user-1")
    pay(stack, paid_by_window)
    let_pass(stack, HOUR)

    assert [answer.json()["error"]["code"] for answer in answers] == ["charge_declined"] * 3
    assert status(stack, paid_by_window) == "PAID"
    assert stack.counted("SendingStopped") == 0


def charge_as(stack: UnkindStack, user: str, payment_id: str) -> Response:
    return stack.app(user).post(f"/payments/{payment_id}/charge", {"chargeId": "charge-1"})
