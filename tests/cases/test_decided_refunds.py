"""A refund decided while PortOne refuses us waits and is sent once."""

from typing import Any

import pytest

from portone_local.actors.shop import pay, prepare, put_order, status, verify
from portone_local.stack.passing import let_pass
from tests.support.refunding import paid, refund
from tests.support.unkind import UnkindStack
from tests.support.withdrawing import accounts_given, kept, withdraw

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
CANCEL = "cancel_payment"

stops = pytest.mark.parametrize("when", ["already stopped", "refused"])
refusals = pytest.mark.parametrize("kind", ["UNAUTHORIZED", "FORBIDDEN"])


def refuse(stack: UnkindStack, kind: str, when: str) -> None:
    """PortOne refuses us from now on; another refund may have met that already."""
    other = paid(stack, "order-2")
    stack.wire.refuse(CANCEL, kind)
    if when == "already stopped":
        refund(stack, other, amount=1_000)


def assert_sent_once(stack: UnkindStack, prepared: dict[str, Any]) -> None:
    """Nothing is in doubt while PortOne refuses us, and all of it is refunded when that is over."""
    payment_id = prepared["paymentId"]
    stack.run_for(2 * DAY, step=10 * MINUTE)
    assert stack.attention("ambiguous") == []
    stack.wire.undisturbed()
    stack.run_for(4 * HOUR, step=10 * MINUTE)

    book = stack.portone.books()[payment_id]
    assert (kept(stack, payment_id), len(book.cancellations)) == (0, 1)
    assert (stack.attention("ambiguous"), status(stack, prepared)) == ([], "CANCELLED")


@refusals
@stops
@pytest.mark.parametrize("settings", [{"staff_refund_limit": "10000"}])
def test_a_refund_approved_while_sending_is_stopped_is_sent_once(
    stack: UnkindStack, when: str, kind: str
) -> None:
    put_order(stack, amount={"total": 50_000})
    prepared = paid(stack)
    path = f"/ops/payments/{prepared['paymentId']}"
    body = {"refundId": "big", "full": True, "reason": "goodwill"}
    asked = stack.colleague("kim").post(f"{path}/cancel", body)
    refuse(stack, kind, when)

    approved = stack.colleague("lee").post(f"{path}/refunds/big/approve")

    assert (asked.json()["state"], approved.status) == ("AWAITING_APPROVAL", 202)
    assert_sent_once(stack, prepared)


@refusals
@stops
def test_a_refund_given_its_account_while_sending_is_stopped_is_sent_once(
    stack: UnkindStack, when: str, kind: str
) -> None:
    stack.portone.pg.closes_accounts = False
    prepared = prepare(stack)
    pay(stack, prepared, method="VIRTUAL_ACCOUNT")
    verify(stack, prepared)
    withdraw(stack)
    stack.portone.buyer.deposit(prepared["paymentId"])
    stack.deliver()
    let_pass(stack, 10 * MINUTE)
    refuse(stack, kind, when)

    accounts_given(stack, prepared["paymentId"])

    assert_sent_once(stack, prepared)
