"""What begins after its offer ended is late, however it goes on; what waits then is given up, not taken."""

from datetime import UTC, datetime

import pytest

from portone_local.actors.shop import USER, pay, prepare, put_order, seen_by_owner, status, verify
from portone_local.actors.subscribers import CHARGE, key_saved
from portone_local.stack.passing import clock_of, let_pass
from tests.support.charging import charge, prepared
from tests.support.edited import without
from tests.support.refunding import cancelled_at_portone
from tests.support.unkind import UnkindStack

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600

policies = pytest.mark.parametrize(
    ("settings", "back"), [({}, 0), ({"late_payments": "refund"}, 12_000)], ids=["keep", "refund"]
)


@policies
def test_a_payment_pending_only_after_the_offer_ended_is_late(stack: UnkindStack, back: int) -> None:
    payment = prepare(stack)
    stack.portone.buyer.open_window(payment["paymentId"])
    let_pass(stack, 3 * HOUR)
    stack.portone.buyer.pay_pending(payment["paymentId"])
    stack.deliver()
    verify(stack, payment)
    let_pass(stack, HOUR)

    stack.portone.buyer.approve(payment["paymentId"])
    stack.deliver()
    let_pass(stack, HOUR)

    assert (seen_by_owner(stack, payment)["late"], cancelled_at_portone(stack, payment)) == (True, back)
    assert back or stack.attention("late") == [payment["paymentId"]]


def test_a_payment_pending_before_the_offer_ended_is_in_time_although_read_later(stack: UnkindStack) -> None:
    stack.portone.webhooks.switched_on = False
    payment = prepare(stack)
    stack.portone.buyer.open_window(payment["paymentId"])
    let_pass(stack, 50 * MINUTE)
    stack.wire.refuse("get_payment", "UNAUTHORIZED")
    stack.portone.buyer.pay_pending(payment["paymentId"])
    let_pass(stack, 2 * HOUR)
    stack.wire.undisturbed()
    let_pass(stack, HOUR)

    stack.portone.buyer.approve(payment["paymentId"])
    let_pass(stack, 2 * DAY)

    assert (status(stack, payment), seen_by_owner(stack, payment)["late"]) == ("PAID", False)


@pytest.mark.parametrize("told", ["issuedAt", "nothing"])
@policies
def test_an_account_issued_after_the_offer_ended_is_late(stack: UnkindStack, back: int, told: str) -> None:
    if told == "nothing":
        stack.wire.edited("get_payment", without("method.issuedAt"))
    payment = prepare(stack)
    stack.portone.buyer.open_window(payment["paymentId"])
    let_pass(stack, 5 * HOUR)
    pay(stack, payment, method="VIRTUAL_ACCOUNT")
    stack.deliver()
    let_pass(stack, DAY)

    stack.portone.buyer.deposit(payment["paymentId"])
    stack.deliver()
    let_pass(stack, HOUR)

    assert seen_by_owner(stack, payment)["late"]
    assert stack.attention("late") == [payment["paymentId"]]
    states = [each["state"] for each in seen_by_owner(stack, payment).get("refunds", [])]
    assert states == (["AWAITING_ACCOUNT"] if back else [])


def test_a_deposit_into_an_account_issued_in_time_is_awaited(stack: UnkindStack) -> None:
    payment = prepare(stack)
    pay(stack, payment, method="VIRTUAL_ACCOUNT")
    stack.portone.webhooks.switched_on = False
    let_pass(stack, 2 * DAY)

    stack.portone.buyer.deposit(payment["paymentId"])
    let_pass(stack, DAY)

    assert (status(stack, payment), stack.calling()) == ("PAID", {})


@pytest.mark.parametrize(("kind", "hours"), [("INVALID_REQUEST", 20), ("UNAUTHORIZED", 72)])
def test_a_waiting_charge_is_given_up_when_its_order_expires(
    stack: UnkindStack, kind: str, hours: int
) -> None:
    key_saved(stack)
    ends = datetime.fromtimestamp(clock_of(stack).now() + 2 * HOUR, UTC)
    put_order(stack, userId=USER, expiresAt=ends.strftime("%Y-%m-%dT%H:%M:%SZ"))
    payment = prepare(stack)
    stack.wire.refuse(CHARGE, kind)
    waits = charge(stack, payment["paymentId"])
    stack.run_for(hours * HOUR, step=HOUR)

    stack.wire.undisturbed()
    let_pass(stack, DAY)

    assert (waits.status, status(stack, payment), stack.calling()) == (202, "EXPIRED", {})
    assert sum(book.times_paid for book in stack.portone.books().values()) == 0


def test_a_waiting_charge_is_made_while_its_order_has_no_expiry(stack: UnkindStack) -> None:
    key_saved(stack)
    payment_id = prepared(stack)
    stack.wire.refuse(CHARGE, "UNAUTHORIZED")
    charge(stack, payment_id)
    stack.run_for(5 * HOUR, step=HOUR)

    stack.wire.undisturbed()
    let_pass(stack, HOUR)

    assert stack.portone.books()[payment_id].times_paid == 1
