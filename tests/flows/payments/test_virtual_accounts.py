"""Virtual accounts: shown while they wait, paid by a deposit, lapsed after their grace."""

import pytest

from portone_local.actors.shop import (
    ask_to_prepare,
    pay,
    prepare,
    seen_by_owner,
    seen_by_staff,
    status,
    verify,
)
from portone_local.oracle import ObservedStack
from portone_payments.ports.world import Metric

HOUR = 3600
DAY = 24 * HOUR
ACCOUNT_LIFE = 3 * DAY


def issued(stack: ObservedStack) -> dict[str, object]:
    """An order whose buyer got an account to deposit into, as we know."""
    prepared = prepare(stack)
    pay(stack, prepared, method="VIRTUAL_ACCOUNT")
    verify(stack, prepared)
    return prepared


def lapsed(stack: ObservedStack) -> dict[str, object]:
    """An order whose account was never deposited into."""
    prepared = issued(stack)
    stack.run_for(ACCOUNT_LIFE + 2 * HOUR, step=HOUR)
    return prepared


def lapsed_but_open(stack: ObservedStack) -> dict[str, object]:
    """The same at a PG that cannot close an account: the buyer may still deposit."""
    stack.portone.pg.closes_accounts = False
    return lapsed(stack)


def test_bank_number_holder_and_due_date_are_shown_while_it_waits(stack: ObservedStack) -> None:
    shown = seen_by_owner(stack, issued(stack))

    assert shown["status"] == "VIRTUAL_ACCOUNT_ISSUED"
    assert shown["virtualAccount"]["bank"] == "SHINHAN"
    assert len(shown["virtualAccount"]["number"]) >= 10
    assert shown["virtualAccount"]["holder"] == "Example shop"
    assert shown["virtualAccount"]["dueAt"].startswith("2026-01-05T03:04:0")


def test_a_deposit_is_found_and_the_account_number_is_no_longer_shown(stack: ObservedStack) -> None:
    prepared = issued(stack)

    stack.portone.buyer.deposit(str(prepared["paymentId"]))
    stack.run_for(HOUR + 60)
    shown = seen_by_owner(stack, prepared)

    assert (shown["status"], shown["late"]) == ("PAID", False)
    assert "virtualAccount" not in shown


def test_preparing_while_the_account_waits_answers_the_same_payment(stack: ObservedStack) -> None:
    prepared = issued(stack)

    again = prepare(stack)

    assert again["paymentId"] == prepared["paymentId"]
    assert again["status"] == "VIRTUAL_ACCOUNT_ISSUED"


def test_a_lapsed_account_expires_and_its_order_gets_a_new_payment(stack: ObservedStack) -> None:
    old = lapsed(stack)

    new = prepare(stack)
    pay(stack, new)
    verify(stack, new)

    assert status(stack, old) == "EXPIRED"
    assert new["paymentId"] != old["paymentId"]
    assert status(stack, new) == "PAID"


def test_a_deposit_after_expiry_is_paid_and_late(stack: ObservedStack) -> None:
    prepared = lapsed_but_open(stack)

    stack.portone.buyer.deposit(str(prepared["paymentId"]))
    stack.run_for(DAY, step=HOUR)
    shown = seen_by_owner(stack, prepared)

    assert (shown["status"], shown["late"]) == ("PAID", True)


@pytest.mark.parametrize("first", ["old", "new"])
def test_the_later_of_two_paid_payments_is_a_surplus_and_is_refunded_or_raises_an_attention(
    stack: ObservedStack, first: str
) -> None:
    payments = {"old": lapsed_but_open(stack), "new": prepare(stack)}
    second = "new" if first == "old" else "old"

    for which in (first, second):
        if which == "new":
            pay(stack, payments["new"])
        else:
            stack.portone.buyer.deposit(str(payments["old"]["paymentId"]))
        verify(stack, payments[which])
        stack.run_for(15 * 60)

    order = stack.shop.get("/orders/order-1").json()
    waiting = [found["paymentId"] for found in seen_by_staff(stack, "surplus")]
    assert order["payment"]["paymentId"] == payments[first]["paymentId"]
    assert stack.metrics[Metric.SURPLUS] >= 1
    if second == "old":  # a deposit goes back only to an account that somebody has to name
        assert waiting == [payments["old"]["paymentId"]]
    else:
        assert (waiting, status(stack, payments["new"])) == ([], "CANCELLED")


def test_an_order_settled_by_its_old_account_is_not_offered_again(stack: ObservedStack) -> None:
    old, _new = lapsed_but_open(stack), prepare(stack)
    stack.portone.buyer.deposit(str(old["paymentId"]))
    verify(stack, old)

    refused = ask_to_prepare(stack)

    assert (refused.status, refused.json()["error"]["code"]) == (409, "order_already_paid")
