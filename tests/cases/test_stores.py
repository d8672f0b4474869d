"""The store in the settings changes while something is under way: what began in a store ends in it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from portone_local.actors.approver import authenticate, confirm
from portone_local.actors.shop import ask_to_prepare, pay, prepare, put_order, status, verify
from portone_local.actors.subscribers import CHARGE, key_deleted, key_saved, plan_stored, subscribe
from portone_local.portone import EXAMPLE_STORE, EXAMPLE_SUB_STORE, Fault, Unknowns
from portone_local.stack.passing import clock_of, let_pass
from tests.support.billing_app import issue_window, issued
from tests.support.charging import charge
from tests.support.charging import prepared as prepared_id
from tests.support.receipts import issue
from tests.support.receipts import paid as paid_by_transfer
from tests.support.refunding import cancelled_at_portone, paid, refund, refund_state
from tests.support.subscriber_app import shown
from tests.support.unkind import UnkindStack

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
OLD, NEW = EXAMPLE_STORE, EXAMPLE_SUB_STORE
LOST = Fault.TIMEOUT_BEFORE_COMMIT

type Done = Callable[[], bool]


@pytest.fixture(params=[True, False], ids=["shown to all", "shown to its store"])
def settings(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The payments of a store are visible to the other store, or not (facts 1.3)."""
    return {"unknowns": Unknowns(other_stores_are_visible=request.param)}


def move(stack: UnkindStack) -> None:
    """The shop works in another store of the account from now on."""
    stack.operated(store_id=NEW)


def lose(stack: UnkindStack, operation: str) -> None:
    """The next requests of `operation` get lost without an answer."""
    stack.portone.inject(operation=operation, fault=LOST, times=3)


def a_refund(stack: UnkindStack) -> Done:
    """An owner wants a part back."""
    prepared = paid(stack)
    lose(stack, "cancel_payment")
    refund(stack, prepared, amount=3_000)
    return lambda: (
        (refund_state(stack, prepared), cancelled_at_portone(stack, prepared)) == ("SUCCEEDED", 3_000)
    )


def a_refund_by_staff(stack: UnkindStack) -> Done:
    """Staff gives all back."""
    prepared = paid(stack)
    lose(stack, "cancel_payment")
    body = {"refundId": "by-hand", "full": True, "reason": "goodwill"}
    stack.staff.post(f"/ops/payments/{prepared['paymentId']}/cancel", body)
    return lambda: cancelled_at_portone(stack, prepared) == 12_000


def an_automatic_refund(stack: UnkindStack) -> Done:
    """A mismatch is refunded automatically."""
    prepared = prepare(stack)
    pay(stack, prepared, amount=13_000, tampered=True)
    lose(stack, "cancel_payment")
    verify(stack, prepared)
    return lambda: cancelled_at_portone(stack, prepared) == 13_000


def an_approval(stack: UnkindStack) -> Done:
    """What the buyer authenticated is to be charged."""
    stack.portone.pg.token_life = DAY
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    lose(stack, "confirm_payment")
    confirm(stack, prepared, token)
    return lambda: status(stack, prepared) == "PAID"


def a_charge(stack: UnkindStack) -> Done:
    """An order is charged to a saved method."""
    key_saved(stack)
    payment_id = prepared_id(stack)
    lose(stack, CHARGE)
    charge(stack, payment_id)
    return lambda: stack.app("user-1").get(f"/payments/{payment_id}").json()["status"] == "PAID"


def a_first_charge(stack: UnkindStack) -> Done:
    """A subscription begins."""
    key_saved(stack)
    plan_stored(stack)
    lose(stack, CHARGE)
    answer = subscribe(stack)
    return lambda: shown(stack, answer.json()["subscriptionId"])["status"] == "ACTIVE"


def a_renewal(stack: UnkindStack) -> Done:
    """A second month is charged."""
    key_saved(stack)
    plan_stored(stack)
    answer = subscribe(stack)
    let_pass(stack, 31 * DAY - 3 * HOUR)
    lose(stack, CHARGE)
    asked = stack.asked(CHARGE)
    while stack.asked(CHARGE) == asked:
        stack.run_for(10 * MINUTE)
    stack.wire.sent.clear()
    return lambda: (
        shown(stack, answer.json()["subscriptionId"])["status"] == "ACTIVE"
        and sum(book.times_paid for book in stack.portone.books().values()) == 2
    )


def a_deletion(stack: UnkindStack) -> Done:
    """A customer deletes a saved method."""
    billing_key_id = key_saved(stack)
    lose(stack, "delete_billing_key")
    key_deleted(stack, billing_key_id)
    return lambda: [each.state.value for each in stack.portone.billing_books().keys.values()] == ["DELETED"]


def a_receipt(stack: UnkindStack) -> Done:
    """A buyer wants a cash receipt."""
    prepared = paid_by_transfer(stack)
    lose(stack, "issue_cash_receipt")
    issue(stack, prepared)
    return lambda: len(stack.portone.books()[prepared["paymentId"]].cash_receipts) == 1


def a_receipts_end(stack: UnkindStack) -> Done:
    """Staff takes a cash receipt back."""
    prepared = paid_by_transfer(stack)
    issue(stack, prepared)
    lose(stack, "cancel_cash_receipt")
    stack.staff.post(f"/ops/payments/{prepared['paymentId']}/cash-receipt/cancel", {})
    receipts = stack.portone.books
    return lambda: all(each.cancelled_at for each in receipts()[prepared["paymentId"]].cash_receipts)


def a_closing(stack: UnkindStack) -> Done:
    """An unpaid account is closed."""
    prepared = paid(stack, method="VIRTUAL_ACCOUNT")
    lose(stack, "close_virtual_account")
    while not stack.asked("close_virtual_account"):
        stack.run_for(30 * MINUTE, step=30 * MINUTE)
    return lambda: status(stack, prepared) == "EXPIRED"


UNDER_WAY: dict[str, tuple[str, Callable[[UnkindStack], Done]]] = {
    "a refund": ("cancel_payment", a_refund),
    "a refund by staff": ("cancel_payment", a_refund_by_staff),
    "an automatic refund": ("cancel_payment", an_automatic_refund),
    "an approval": ("confirm_payment", an_approval),
    "a charge of an order": (CHARGE, a_charge),
    "a first charge": (CHARGE, a_first_charge),
    "a renewal": (CHARGE, a_renewal),
    "a deletion": ("delete_billing_key", a_deletion),
    "a receipt": ("issue_cash_receipt", a_receipt),
    "a receipt taken back": ("cancel_cash_receipt", a_receipts_end),
    "a closing": ("close_virtual_account", a_closing),
}


@pytest.mark.parametrize("what", list(UNDER_WAY))
def test_a_retry_is_byte_for_byte_the_same_whatever_store_the_settings_name(
    stack: UnkindStack, what: str
) -> None:
    operation, begin = UNDER_WAY[what]
    done = begin(stack)
    before = [each for each in stack.wire.sent if each.operation == operation]
    move(stack)

    stack.run_for(3 * HOUR, step=5 * MINUTE)

    after = [each for each in stack.wire.sent if each.operation == operation]
    assert done()
    assert len(after) > len(before) or operation == CHARGE
    assert {each.store for each in after} == {OLD}
    assert len({(each.key, each.target, each.body) for each in after}) == 1


READS = {"get_payment", "get_billing_key", "get_cash_receipt"}


@pytest.mark.parametrize("what", list(UNDER_WAY))
def test_a_payment_under_way_is_read_in_the_store_it_began_in(stack: UnkindStack, what: str) -> None:
    done = UNDER_WAY[what][1](stack)
    move(stack)
    stack.wire.sent.clear()

    stack.run_for(3 * HOUR, step=5 * MINUTE)

    asked = [each for each in stack.wire.sent if each.operation in READS]
    assert {each.store for each in asked} <= {OLD}
    assert done()


def a_card(stack: UnkindStack) -> dict[str, Any]:
    """A window is open."""
    return prepare(stack)


def a_deposit(stack: UnkindStack) -> dict[str, Any]:
    """An account waits for its deposit."""
    return paid(stack, method="VIRTUAL_ACCOUNT")


def paid_now(stack: UnkindStack, prepared: dict[str, Any], method: Any) -> None:
    """The buyer does what is left to do."""
    if method is a_deposit:
        stack.portone.buyer.deposit(prepared["paymentId"])
    else:
        pay(stack, prepared)


@pytest.mark.parametrize("method", [a_card, a_deposit])
def test_a_webhook_naming_the_former_store_is_accepted(
    stack: UnkindStack, method: Callable[[UnkindStack], dict[str, Any]]
) -> None:
    prepared = method(stack)
    move(stack)

    paid_now(stack, prepared, method)
    stack.deliver()

    assert (status(stack, prepared), cancelled_at_portone(stack, prepared)) == ("PAID", 0)
    assert (stack.calling(), stack.attention("quarantined")) == ({}, [])


def test_a_console_refund_in_the_former_store_is_seen(stack: UnkindStack) -> None:
    prepared = paid(stack)
    move(stack)

    stack.portone.console.cancel(prepared["paymentId"], 4_000)
    stack.deliver()

    assert (status(stack, prepared), stack.calling()) == ("PARTIAL_CANCELLED", {})


def audit(stack: UnkindStack) -> None:
    """The daily comparison with PortOne's books."""
    target = stack.template["Resources"]["AuditDaily"]["Properties"]["Target"]
    stack.functions.invoke("Audit", json.loads(target.get("Input", "{}")))


def test_the_audit_finds_changes_in_the_former_store(stack: UnkindStack) -> None:
    prepared = paid(stack)
    clock_of(stack).advance(26 * HOUR)
    audit(stack)
    move(stack)
    stack.portone.webhooks.switched_on = False
    stack.portone.console.cancel(prepared["paymentId"], 4_000)
    clock_of(stack).advance(26 * HOUR)

    audit(stack)
    stack.run_for(HOUR, step=5 * MINUTE)

    assert (status(stack, prepared), stack.calling()) == ("PARTIAL_CANCELLED", {})


@pytest.mark.parametrize("which", ["first", "second"])
def test_an_order_prepared_in_two_stores_is_paid_by_either_answer(stack: UnkindStack, which: str) -> None:
    first = prepare(stack)
    move(stack)
    second = prepare(stack)

    pay(stack, first if which == "first" else second)
    stack.deliver()
    verify(stack, second)
    let_pass(stack, HOUR)

    assert second["paymentId"] == first["paymentId"]
    assert (status(stack, first), cancelled_at_portone(stack, first)) == ("PAID", 0)
    assert stack.calling() == {}


def test_a_payment_prepared_after_the_move_belongs_to_the_new_store(stack: UnkindStack) -> None:
    move(stack)
    stack.wire.sent.clear()

    prepared = paid(stack)
    answer = refund(stack, prepared, amount=3_000)

    assert (prepared["storeId"], answer.status) == (NEW, 200)
    assert {each.store for each in stack.wire.sent} == {NEW}


def test_a_repeated_key_answers_the_store_it_was_prepared_in(stack: UnkindStack) -> None:
    put_order(stack)
    first = ask_to_prepare(stack, key="key-1").json()
    move(stack)

    again = ask_to_prepare(stack, key="key-1").json()

    assert (again["paymentId"], again["storeId"]) == (first["paymentId"], OLD)


def test_a_subscription_of_the_former_store_renews_there(stack: UnkindStack) -> None:
    key_saved(stack)
    plan_stored(stack)
    subscription_id = subscribe(stack).json()["subscriptionId"]
    move(stack)
    stack.wire.sent.clear()

    let_pass(stack, 32 * DAY)

    charges = [each for each in stack.wire.sent if each.operation == CHARGE]
    assert {each.store for each in charges} == {OLD}
    assert (shown(stack, subscription_id)["status"], stack.calling()) == ("ACTIVE", {})
    assert sum(book.times_paid for book in stack.portone.books().values()) == 2


def test_an_order_prepared_after_the_move_is_paid_by_an_older_method_or_by_a_window(
    stack: UnkindStack, settings: dict[str, Any]
) -> None:
    billing_key_id = key_saved(stack)
    move(stack)
    prepared = prepare(stack)

    answer = charge(stack, prepared["paymentId"])
    let_pass(stack, HOUR / 2)
    if not settings["unknowns"].other_stores_are_visible:
        # the payment is of the new store, where nobody knows the card: two stores might both take the money
        assert (answer.status, stack.counted("SendingStopped")) == (402, 0)
        assert stack.app("user-1").get(f"/billing-keys/{billing_key_id}").json()["state"] == "ACTIVE"
        pay(stack, prepared)
    verify(stack, prepared)
    let_pass(stack, DAY)

    assert (status(stack, prepared), stack.calling()) == ("PAID", {})
    assert sum(book.times_paid for book in stack.portone.books().values()) == 1


def test_a_subscription_begun_after_the_move_charges_a_method_of_the_former_store(
    stack: UnkindStack,
) -> None:
    key_saved(stack)
    plan_stored(stack)
    move(stack)

    answer = subscribe(stack)
    let_pass(stack, 32 * DAY)

    assert (shown(stack, answer.json()["subscriptionId"])["status"], stack.calling()) == ("ACTIVE", {})
    assert sum(book.times_paid for book in stack.portone.books().values()) == 2


def test_a_method_whose_window_was_opened_before_the_move_is_saved(stack: UnkindStack) -> None:
    window = issue_window(stack)
    told = issued(stack, window)
    move(stack)

    answer = stack.app("user-1").post(f"/billing-keys/{window['billingKeyId']}/register", told)
    let_pass(stack, HOUR)

    assert answer.status == 200
    [kept] = stack.app("user-1").get("/billing-keys").json()["items"]
    assert kept["state"] == "ACTIVE"


def test_a_method_deleted_in_the_console_of_the_former_store_is_seen(stack: UnkindStack) -> None:
    key_saved(stack)
    move(stack)

    stack.portone.console.delete_billing_key(next(iter(stack.portone.billing_books().keys)))
    stack.deliver()
    let_pass(stack, HOUR)

    kept = [each["state"] for each in stack.app("user-1").get("/billing-keys").json()["items"]]
    assert "ACTIVE" not in kept


def test_moving_back_to_the_former_store_finishes_everything(stack: UnkindStack) -> None:
    prepared = paid(stack)
    lose(stack, "cancel_payment")
    refund(stack, prepared, amount=3_000)
    move(stack)
    stack.run_for(10 * MINUTE)
    stack.operated(store_id=OLD)

    stack.run_for(3 * HOUR, step=5 * MINUTE)

    assert (refund_state(stack, prepared), cancelled_at_portone(stack, prepared)) == ("SUCCEEDED", 3_000)
    assert stack.calling() == {}
