"""What else can bring money after an order was withdrawn: older ids, other amounts, approvals."""

from typing import Any

import pytest

from portone_local.actors.approver import HOOK, authenticate, confirm
from portone_local.actors.shop import USER, ask_to_prepare, checkout, pay, prepare, put_order, verify
from portone_local.portone import CancellationStatus
from portone_local.stack.passing import let_pass
from tests.support.refunding import cancelled_at_portone, paid, refund
from tests.support.unkind import UnkindStack, refused
from tests.support.withdrawing import days_later, kept, told_wrong, withdraw

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600


def lapsed(stack: UnkindStack) -> dict[str, Any]:
    """An account that lapsed at a PG that cannot close it, and an order prepared anew."""
    stack.portone.pg.closes_accounts = False
    prepared = prepare(stack)
    pay(stack, prepared, method="VIRTUAL_ACCOUNT")
    verify(stack, prepared)
    let_pass(stack, 3 * DAY + 3 * HOUR)
    return prepared


def test_a_deposit_into_an_older_account_of_a_withdrawn_order_is_refunded(stack: UnkindStack) -> None:
    older = lapsed(stack)
    newer = prepare(stack)
    withdrawn = withdraw(stack)

    stack.portone.buyer.deposit(older["paymentId"])
    stack.deliver()
    ids = [older["paymentId"], newer["paymentId"]]
    let_pass(stack, HOUR)
    called = stack.calling()
    days_later(stack, ids)

    assert (withdrawn.status, newer["paymentId"] != older["paymentId"]) == (200, True)
    assert (kept(stack), cancelled_at_portone(stack, older)) == (0, 12_000)
    assert older["paymentId"] in {each for found in called.values() for each in found}
    assert told_wrong(stack, withdrawn, ids) == {}


def test_both_payments_of_a_withdrawn_order_are_refunded(stack: UnkindStack) -> None:
    older = lapsed(stack)
    newer = prepare(stack)
    stack.portone.buyer.open_window(newer["paymentId"])
    withdrawn = withdraw(stack)

    stack.portone.buyer.deposit(older["paymentId"])
    pay(stack, newer)
    stack.deliver()
    days_later(stack, [older["paymentId"], newer["paymentId"]])

    assert (withdrawn.status, kept(stack)) == (200, 0)
    assert [cancelled_at_portone(stack, each) for each in (older, newer)] == [12_000, 12_000]


@pytest.mark.parametrize("amount", [10, 13_000])
def test_another_amount_for_a_withdrawn_order_is_refunded_in_full(stack: UnkindStack, amount: int) -> None:
    prepared = prepare(stack)
    stack.portone.buyer.open_window(prepared["paymentId"])
    withdrawn = withdraw(stack)

    pay(stack, prepared, amount=amount, tampered=True)
    stack.deliver()
    days_later(stack, [prepared["paymentId"]])

    assert (withdrawn.status, kept(stack), cancelled_at_portone(stack, prepared)) == (200, 0, amount)


@pytest.mark.parametrize("settings", [HOOK])
def test_a_withdrawn_order_is_not_approved_manually(stack: UnkindStack) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    withdrawn = withdraw(stack)

    answer = confirm(stack, prepared, token)
    days_later(stack, [prepared["paymentId"]])

    assert (withdrawn.status, refused(answer)) == (200, True)
    assert (stack.asked("confirm_payment"), kept(stack)) == (0, 0)


@pytest.mark.parametrize("settings", [{"confirm_process": "on"}])
def test_the_confirm_process_refuses_a_withdrawn_order(stack: UnkindStack) -> None:
    prepared, other = prepare(stack), prepare(stack, "order-2")
    withdraw(stack)

    asked = stack.portone.buyer.pay_if_confirmed(prepared["paymentId"], checkout(prepared))
    asked_of_other = stack.portone.buyer.pay_if_confirmed(other["paymentId"], checkout(other))

    assert (asked, asked_of_other) == (403, 200)
    assert kept(stack, prepared["paymentId"]) == 0


def test_an_order_with_a_refund_under_way_is_not_withdrawn_until_it_ends(stack: UnkindStack) -> None:
    prepared = paid(stack)
    stack.portone.console.end_next_cancel(CancellationStatus.REQUESTED)
    refund(stack, prepared)
    early = withdraw(stack)
    [asked] = stack.portone.books()[prepared["paymentId"]].cancellations
    stack.portone.console.settle_cancellation(prepared["paymentId"], asked.id)
    days_later(stack, [prepared["paymentId"]])

    late = withdraw(stack)

    assert (refused(early), late.status, kept(stack)) == (True, 200, 0)
    assert refused(ask_to_prepare(stack))


@pytest.mark.parametrize("settings", [{"mode": "live"}])
def test_withdrawing_works_the_same_in_live_mode(stack: UnkindStack) -> None:
    prepared = prepare(stack)
    stack.portone.buyer.open_window(prepared["paymentId"])
    withdrawn = withdraw(stack)
    pay(stack, prepared)
    stack.deliver()
    days_later(stack, [prepared["paymentId"]])

    assert (withdrawn.status, kept(stack)) == (200, 0)


def test_another_buyer_learns_nothing_of_a_withdrawn_order(stack: UnkindStack) -> None:
    put_order(stack)
    before = ask_to_prepare(stack, user="user-2")
    withdraw(stack)
    after = ask_to_prepare(stack, user="user-2")

    names = ("code", "message", "action")
    assert [after.json()["error"][each] for each in names] == [before.json()["error"][each] for each in names]
    assert (before.status, after.status) == (404, 404)


@pytest.mark.parametrize("order_id", ["order-1"])
def test_the_withdrawal_is_published_once(stack: UnkindStack, order_id: str) -> None:
    prepared = prepare(stack, order_id)
    for _ in range(3):
        withdraw(stack, order_id)
    let_pass(stack, DAY)

    told = [each for each in stack.events(prepared["paymentId"]) if "withdrawn" in each]

    assert told == ["payment.withdrawn"]
    assert stack.app(USER).get(f"/payments/{prepared['paymentId']}").status == 200
