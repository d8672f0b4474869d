"""An old webhook is filed like a timely one; what is known already costs one read."""

from collections.abc import Callable
from typing import Any

import pytest

from portone_local.actors.shop import pay, prepare, put_order, status, verify
from portone_local.portone import Checkout
from portone_local.stack.passing import clock_of, let_pass
from tests.support.letters import event, send, unmatched_webhooks
from tests.support.refunding import paid, refund
from tests.support.unkind import UnkindStack

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
AGES = [0, 301, 2 * HOUR, 3 * DAY]


def lost(stack: UnkindStack) -> str:
    """A payment of ours at PortOne, which is missing here."""
    put_order(stack)
    marked = prepare(stack)
    stack.portone.buyer.pay("lostPayment1", Checkout.from_browser(marked))
    stack.portone.webhooks.lose()
    return "lostPayment1"


@pytest.mark.parametrize("age", AGES)
def test_a_webhook_about_a_payment_without_a_record_is_stored_and_counted_however_old(
    stack: UnkindStack, age: int
) -> None:
    payment_id = lost(stack)

    answer = send(stack, event("Transaction.Paid", payment_id), age=age)
    let_pass(stack, HOUR)

    assert answer.status == 200
    assert [each.payment_id for each in unmatched_webhooks(stack)] == [payment_id]
    assert stack.counted("WebhookOrphan") == 1


@pytest.mark.parametrize("age", AGES)
def test_a_webhook_about_a_foreign_payment_is_stored_and_counted_however_old(
    stack: UnkindStack, age: int
) -> None:
    stack.portone.buyer.pay("foreign1", Checkout(amount=1_000))
    stack.portone.webhooks.lose()

    send(stack, event("Transaction.Paid", "foreign1"), age=age)
    let_pass(stack, HOUR)

    assert (stack.counted("WebhookForeign"), stack.counted("WebhookOrphan")) == (1, 0)


def test_an_old_webhook_delivered_twice_is_counted_once(stack: UnkindStack) -> None:
    body = event("Transaction.Paid", lost(stack))

    answers = [send(stack, body, age=age).status for age in (400, 400, 800)]
    let_pass(stack, HOUR)

    assert answers == [200, 200, 200]
    assert stack.counted("WebhookOrphan") == 1


def test_an_old_unsigned_webhook_is_refused(stack: UnkindStack) -> None:
    body = event("Transaction.Paid", lost(stack))

    answer = send(stack, body, age=400, secret="whsec_bm90LXRoZS1zZWNyZXQtb2YtYW55Ym9keS1hdC1hbGw=")

    assert (answer.status, unmatched_webhooks(stack)) == (401, [])


def test_an_old_webhook_about_our_payment_starts_a_reading(stack: UnkindStack) -> None:
    prepared = prepare(stack)
    pay(stack, prepared)
    stack.portone.webhooks.lose()

    send(stack, event("Transaction.Paid", prepared["paymentId"]), age=2 * HOUR)
    stack.run_for(2 * MINUTE, step=30)

    assert status(stack, prepared) == "PAID"


def spent(stack: UnkindStack, act: Callable[[], Any]) -> Any:
    """What an act costs."""
    before = stack.calls
    act()
    return stack.calls - before


def test_a_payment_verified_first_costs_one_reading_and_one_write(stack: UnkindStack) -> None:
    prepared = prepare(stack)
    pay(stack, prepared)

    verifying = spent(stack, lambda: verify(stack, prepared))
    delivering = spent(stack, stack.deliver)

    assert (verifying.portone, verifying.reads <= 1) == (1, True)
    assert (delivering.portone, delivering.reads <= 1, delivering.writes) == (0, True, 0)


@pytest.mark.parametrize("again", [1, 3])
def test_a_webhook_that_adds_nothing_costs_one_read_under_any_id(stack: UnkindStack, again: int) -> None:
    prepared = paid(stack)
    stack.deliver()
    clock_of(stack).advance(MINUTE)
    transaction = stack.portone.books()[prepared["paymentId"]].transaction_ids[-1]

    def deliver() -> None:
        for number in range(again):
            body = event("Transaction.Paid", prepared["paymentId"], transactionId=transaction)
            send(stack, body, webhook_id=f"wh_new_{number}")

    delivering = spent(stack, deliver)

    assert (delivering.portone, delivering.writes, delivering.reads <= again) == (0, 0, True)


def test_a_webhook_about_our_own_refund_costs_no_reading(stack: UnkindStack) -> None:
    prepared = paid(stack)
    stack.deliver()
    refund(stack, prepared, amount=3_000)

    delivering = spent(stack, stack.deliver)

    assert (delivering.portone, delivering.writes) == (0, 0)


def test_a_webhook_of_another_attempt_starts_a_reading(stack: UnkindStack) -> None:
    prepared = prepare(stack)
    stack.portone.buyer.decline(prepared["paymentId"])
    verify(stack, prepared)
    clock_of(stack).advance(MINUTE)
    pay(stack, prepared)

    stack.deliver()

    assert status(stack, prepared) == "PAID"


def test_a_webhook_about_a_foreign_cancellation_starts_a_reading(stack: UnkindStack) -> None:
    prepared = paid(stack)
    refund(stack, prepared, amount=3_000)
    stack.deliver()
    stack.portone.console.cancel(prepared["paymentId"], 3_000)

    stack.deliver()

    shown = stack.app("user-1").get(f"/payments/{prepared['paymentId']}").json()
    assert shown["amount"]["cancelled"] == 6_000
