"""Money after the end of its offer: kept, marked late, decided by staff; never without an attention."""

from collections.abc import Callable
from typing import Any

import pytest

from portone_local.actors.shop import pay, prepare, put_order, seen_by_owner, status, verify
from portone_local.portone import Fault
from portone_local.stack.passing import let_pass
from tests.support.refunding import cancelled_at_portone, paid, refund
from tests.support.unkind import UnkindStack
from tests.support.withdrawing import accounts_given, kept

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600

type Made = Callable[[UnkindStack], dict[str, Any]]


def a_window(stack: UnkindStack) -> dict[str, Any]:
    """A window stays open for two hours, an hour longer than its offer, and is paid in then."""
    prepared = prepare(stack)
    stack.portone.buyer.open_window(prepared["paymentId"])
    let_pass(stack, 2 * HOUR)
    assert status(stack, prepared) == "EXPIRED"
    stack.portone.buyer.pay(prepared["paymentId"])
    return prepared


def an_account(stack: UnkindStack) -> dict[str, Any]:
    """A PG that cannot close accounts takes a deposit a day after its account ended."""
    stack.portone.pg.closes_accounts = False
    prepared = paid(stack, method="VIRTUAL_ACCOUNT")
    let_pass(stack, 4 * DAY)
    assert status(stack, prepared) == "EXPIRED"
    stack.portone.buyer.deposit(prepared["paymentId"])
    return prepared


lates = pytest.mark.parametrize("late", [a_window, an_account])


@lates
def test_a_payment_after_its_offer_ended_is_kept_and_raises_an_attention(
    stack: UnkindStack, late: Made
) -> None:
    prepared = late(stack)

    stack.deliver()
    let_pass(stack, 20 * MINUTE)

    seen = seen_by_owner(stack, prepared)
    assert (seen["status"], stack.calling()) == ("PAID", {"late": [prepared["paymentId"]]})
    assert (stack.counted("PaymentLate") > 0, cancelled_at_portone(stack, prepared)) == (True, 0)
    assert stack.events(prepared["paymentId"]).count("payment.paid") == 1


@lates
def test_a_late_payment_without_a_webhook_raises_an_attention_within_a_day(
    stack: UnkindStack, late: Made
) -> None:
    stack.portone.webhooks.switched_on = False
    prepared = late(stack)

    let_pass(stack, DAY + 20 * MINUTE)

    assert (status(stack, prepared), stack.calling()) == ("PAID", {"late": [prepared["paymentId"]]})


@lates
def test_a_late_payment_is_counted_every_day_until_staff_closes_it(stack: UnkindStack, late: Made) -> None:
    prepared = late(stack)
    stack.deliver()
    let_pass(stack, HOUR)
    at_once = stack.counted("PaymentLate")
    let_pass(stack, 5 * DAY)
    daily = stack.counted("PaymentLate") - at_once

    body = {"reason": "the shop delivers it", "decision": "close", "kind": "late"}
    answer = stack.staff.post(f"/ops/payments/{prepared['paymentId']}/resolve", body)
    counted = stack.counted("PaymentLate")
    let_pass(stack, 3 * DAY)

    assert (daily >= 4, answer.status, stack.calling()) == (True, 200, {})
    assert (stack.counted("PaymentLate"), status(stack, prepared)) == (counted, "PAID")
    assert cancelled_at_portone(stack, prepared) == 0


@lates
def test_a_late_payment_is_refunded_like_any_other(stack: UnkindStack, late: Made) -> None:
    prepared = late(stack)
    stack.deliver()
    let_pass(stack, HOUR)
    called = stack.calling()
    account = {"bank": "SHINHAN_BANK", "number": "110-123-456789", "holderName": "홍길동"}
    by_account = {"refundAccount": account} if late is an_account else {}

    body = {"refundId": "too-late", "reason": "it is sold out", "full": True} | by_account
    answer = stack.staff.post(f"/ops/payments/{prepared['paymentId']}/cancel", body)
    let_pass(stack, HOUR)

    assert called == {"late": [prepared["paymentId"]]}
    assert (answer.status in {200, 202}, status(stack, prepared)) == (True, "CANCELLED")
    assert cancelled_at_portone(stack, prepared) == 12_000


@pytest.mark.parametrize("settings", [{"late_payments": "refund"}])
def test_late_payments_are_refunded_where_the_shop_refuses_them(stack: UnkindStack) -> None:
    prepared = a_window(stack)

    stack.deliver()
    let_pass(stack, HOUR)

    assert (status(stack, prepared), cancelled_at_portone(stack, prepared)) == ("CANCELLED", 12_000)
    assert stack.counted("PaymentLate") > 0


@pytest.mark.parametrize("settings", [{"late_payments": "refund"}])
@pytest.mark.parametrize("ends", ["back", "waits for an account"])
def test_a_refunded_late_payment_leaves_the_order_to_the_one_in_time(stack: UnkindStack, ends: str) -> None:
    stack.portone.pg.closes_accounts = False
    first = paid(stack, method="VIRTUAL_ACCOUNT")
    let_pass(stack, 4 * DAY)
    second = prepare(stack)
    stack.portone.buyer.deposit(first["paymentId"])
    stack.deliver()
    let_pass(stack, 5 * MINUTE)

    pay(stack, second)
    verify(stack, second)
    if ends == "back":
        accounts_given(stack, first["paymentId"])
    let_pass(stack, DAY)

    assert (status(stack, second), cancelled_at_portone(stack, second)) == ("PAID", 0)
    assert stack.attention("surplus") == []
    assert kept(stack) == (12_000 if ends == "back" else 24_000)
    assert ends == "back" or stack.attention("late") == [first["paymentId"]]


def test_a_late_deposit_for_an_order_already_paid_is_a_surplus(stack: UnkindStack) -> None:
    stack.portone.pg.closes_accounts = False
    first = paid(stack, method="VIRTUAL_ACCOUNT")
    let_pass(stack, 4 * DAY)
    second = prepare(stack)
    pay(stack, second)
    verify(stack, second)

    stack.portone.buyer.deposit(first["paymentId"])
    stack.deliver()
    let_pass(stack, HOUR)

    assert stack.attention("surplus") == [first["paymentId"]]
    assert (status(stack, second), cancelled_at_portone(stack, second)) == ("PAID", 0)
    states = [each["state"] for each in seen_by_owner(stack, first)["refunds"]]
    assert states == ["AWAITING_ACCOUNT"]


def test_a_payment_in_time_that_is_read_late_is_not_late(stack: UnkindStack) -> None:
    stack.portone.webhooks.switched_on = False
    prepared = prepare(stack)
    stack.portone.inject(operation="get_payment", fault=Fault.HTML_500, times=None)
    pay(stack, prepared)
    let_pass(stack, 5 * HOUR)
    stack.portone.clear_faults()

    let_pass(stack, HOUR)

    assert (status(stack, prepared), stack.attention("late")) == ("PAID", [])
    assert stack.counted("PaymentLate") == 0


def test_a_payment_a_replica_hid_until_the_offer_ended_is_not_late(stack: UnkindStack) -> None:
    stack.portone.webhooks.switched_on = False
    prepared = prepare(stack)
    stack.portone.buyer.open_window(prepared["paymentId"])
    let_pass(stack, 50 * MINUTE)
    stack.portone.inject(operation="get_payment", fault=Fault.LAGGING, times=None)
    stack.portone.buyer.pay(prepared["paymentId"])
    let_pass(stack, 2 * HOUR)
    stack.portone.clear_faults()

    let_pass(stack, DAY)

    assert (status(stack, prepared), stack.attention("late")) == ("PAID", [])
    assert stack.counted("PaymentLate") == 0


def test_a_deposit_the_bank_forwards_within_the_grace_is_not_late(stack: UnkindStack) -> None:
    put_order(stack)
    prepared = paid(stack, method="VIRTUAL_ACCOUNT")
    let_pass(stack, 3 * DAY - 10 * MINUTE)

    stack.portone.buyer.deposit(prepared["paymentId"], after=40 * MINUTE)
    let_pass(stack, 3 * HOUR)

    assert (status(stack, prepared), stack.calling()) == ("PAID", {})
    assert stack.counted("PaymentLate") == 0


def test_a_late_payment_of_an_order_priced_anew_is_late_and_no_mismatch(stack: UnkindStack) -> None:
    prepared = prepare(stack)
    stack.portone.buyer.open_window(prepared["paymentId"])
    let_pass(stack, 2 * HOUR)
    put_order(stack, amount={"total": 15_000, "taxFree": 0})

    stack.portone.buyer.pay(prepared["paymentId"])
    stack.deliver()
    let_pass(stack, HOUR)

    assert (status(stack, prepared), stack.calling()) == ("PAID", {"late": [prepared["paymentId"]]})
    assert cancelled_at_portone(stack, prepared) == 0


@lates
def test_a_late_payment_refunded_in_part_keeps_its_attention_for_the_rest(
    stack: UnkindStack, late: Made
) -> None:
    prepared = late(stack)
    stack.deliver()
    let_pass(stack, HOUR)

    stack.portone.console.cancel(prepared["paymentId"], 4_000)
    stack.deliver()
    let_pass(stack, HOUR)
    again = refund(stack, prepared, "refund-1", amount=1_000) if late is a_window else None
    let_pass(stack, HOUR)

    assert stack.attention("late") == [prepared["paymentId"]]
    assert again is None or again.status == 200
