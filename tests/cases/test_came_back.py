"""A refund the PG reverses unnoticed, or beside another one: it is found, and staff decides."""

from typing import Any

import pytest

from portone_local.actors.shop import pay, prepare, put_order, verify
from portone_local.stack.passing import audited_days, let_pass
from tests.support.edited import having
from tests.support.refunding import cancelled_at_portone, paid, refund, refund_state
from tests.support.unkind import UnkindStack

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600


def reversed_silently(stack: UnkindStack, prepared: dict[str, Any]) -> None:
    """The bank sends back what was refunded first, an hour later."""
    stack.functions.invoke("Audit", {})
    let_pass(stack, HOUR)
    [done] = stack.portone.books()[prepared["paymentId"]].cancellations
    stack.portone.console.reverse_cancellation(prepared["paymentId"], done.id)


@pytest.mark.parametrize("amount", [3_000, 12_000])
def test_a_reversed_refund_raises_an_attention_without_any_request(stack: UnkindStack, amount: int) -> None:
    prepared = paid(stack)
    refund(stack, prepared, amount=amount)

    reversed_silently(stack, prepared)
    audited_days(stack, 2)

    assert prepared["paymentId"] in [each for ids in stack.calling().values() for each in ids]
    assert stack.alarmed()


def test_a_reversed_refund_is_seen_although_the_console_refunded_the_same_amount(stack: UnkindStack) -> None:
    prepared = paid(stack)
    refund(stack, prepared, amount=3_000)
    reversed_silently(stack, prepared)

    stack.portone.console.cancel(prepared["paymentId"], 3_000)
    stack.deliver()
    audited_days(stack, 2)

    assert refund_state(stack, prepared) == "FAILED" or stack.calling()


@pytest.mark.parametrize("listed", [True, False])
def test_an_automatic_refund_reversed_in_part_is_made_again(stack: UnkindStack, *, listed: bool) -> None:
    prepared = prepare(stack)
    pay(stack, prepared, amount=1_000, tampered=True)
    verify(stack, prepared)
    let_pass(stack, HOUR)
    [done] = stack.portone.books()[prepared["paymentId"]].cancellations
    stack.portone.console.reverse_cancellation(prepared["paymentId"], done.id, listed=listed)
    stack.portone.console.cancel(prepared["paymentId"], 100)
    for _ in range(4):
        stack.staff.post(f"/ops/payments/{prepared['paymentId']}/catch-up")
        let_pass(stack, 2 * HOUR)

    said = {"reason": "asked the PG", "decision": "not_refunded", "kind": "lagging"}
    answer = stack.staff.post(f"/ops/payments/{prepared['paymentId']}/resolve", said)
    asked = stack.asked("get_payment")
    let_pass(stack, DAY)

    assert (answer.status, cancelled_at_portone(stack, prepared)) == (200, 1_000)
    assert stack.asked("get_payment") - asked < 50


def deposited(stack: UnkindStack) -> dict[str, Any]:
    """A virtual account that was paid into and read."""
    prepared = paid(stack, method="VIRTUAL_ACCOUNT")
    let_pass(stack, MINUTE)
    stack.portone.buyer.deposit(prepared["paymentId"])
    stack.deliver()
    return prepared


def test_a_deposit_the_bank_took_back_raises_an_attention_without_a_webhook(stack: UnkindStack) -> None:
    prepared = deposited(stack)
    stack.functions.invoke("Audit", {})
    let_pass(stack, HOUR)

    stack.portone.console.take_deposit_back(prepared["paymentId"], silent=True)
    audited_days(stack, 2)

    assert stack.attention("deposit-taken-back") == [prepared["paymentId"]]


def test_a_deposit_refund_its_bank_refuses_a_day_later_raises_an_attention(stack: UnkindStack) -> None:
    prepared = deposited(stack)
    account = {"bank": "SHINHAN_BANK", "number": "110-123-456789", "holderName": "홍길동"}
    refund(stack, prepared, refundAccount=account)
    audited_days(stack, 1)

    stack.portone.console.show_refund_status(prepared["paymentId"], "FAILED")
    audited_days(stack, 4)

    assert stack.attention("refund-stuck") == [prepared["paymentId"]]


@pytest.mark.parametrize("amount", [3_000, 12_000])
def test_money_repaid_by_hand_and_then_refunded_at_portone_raises_an_attention(
    stack: UnkindStack, amount: int
) -> None:
    prepared = paid(stack)
    refund(stack, prepared, amount=amount)
    reversed_silently(stack, prepared)
    path = f"/ops/payments/{prepared['paymentId']}"
    for _ in range(4):
        stack.staff.post(f"{path}/catch-up")
        let_pass(stack, 2 * HOUR)
    said = {"reason": "sent by bank transfer", "decision": "refunded", "kind": "lagging"}
    answer = stack.staff.post(f"{path}/resolve", said)
    audited_days(stack, 1)

    stack.portone.console.cancel(prepared["paymentId"], 12_000)
    stack.deliver()
    audited_days(stack, 2)

    assert answer.status == 200
    assert stack.calling() != {}


@pytest.mark.parametrize("amount", [100, 3_000, 9_000])
def test_a_chargeback_beside_a_reversed_refund_raises_an_attention_too(
    stack: UnkindStack, amount: int
) -> None:
    prepared = paid(stack)
    refund(stack, prepared, amount=3_000)
    reversed_silently(stack, prepared)

    stack.portone.console.chargeback(prepared["paymentId"], amount)
    stack.deliver()
    let_pass(stack, 4 * HOUR)
    calling, counted = stack.attention("chargeback"), stack.counted("PaymentChargeback")
    path = f"/ops/payments/{prepared['paymentId']}/resolve"
    seen = stack.staff.post(path, {"reason": "seen", "decision": "close", "kind": "chargeback"})
    audited_days(stack, 1)

    assert (calling, counted > 0) == ([prepared["paymentId"]], True)
    assert seen.status == 200
    assert stack.attention("chargeback") == []  # closed, and not called again by each reading


def test_a_dispute_beside_a_reversed_refund_raises_an_attention_too(stack: UnkindStack) -> None:
    prepared = paid(stack)
    refund(stack, prepared, amount=3_000)
    reversed_silently(stack, prepared)

    stack.portone.console.open_dispute(prepared["paymentId"])
    stack.deliver()
    let_pass(stack, 4 * HOUR)

    assert stack.attention("chargeback") == [prepared["paymentId"]]


@pytest.mark.parametrize("word", ["refunded", "not_refunded"])
def test_a_reversal_after_a_repayment_by_hand_is_decided_too(stack: UnkindStack, word: str) -> None:
    prepared = paid(stack)
    path = f"/ops/payments/{prepared['paymentId']}"
    for number, (amount, said) in enumerate([(3_000, "refunded"), (9_000, word)]):
        refund(stack, prepared, f"refund-{number}", amount=amount)
        let_pass(stack, HOUR)
        done = stack.portone.books()[prepared["paymentId"]].cancellations[-1]
        stack.portone.console.reverse_cancellation(prepared["paymentId"], done.id)
        for _ in range(4):
            stack.staff.post(f"{path}/catch-up")
            let_pass(stack, 2 * HOUR)
        stack.staff.post(f"{path}/resolve", {"reason": "asked the PG", "decision": said, "kind": "lagging"})
        let_pass(stack, HOUR)

    again = refund(stack, prepared, "refund-3", amount=9_000)

    assert stack.calling() == {}
    assert (again.status == 200) is (word == "not_refunded")


def test_a_refund_of_more_than_was_requested_raises_an_attention(stack: UnkindStack) -> None:
    """PortOne itself reports what a cancellation came to; here the PG refunds all instead of a part."""
    prepared = paid(stack)
    stack.wire.edited("cancel_payment", having(cancellation__totalAmount=12_000))
    stack.wire.edited("get_payment", gave_all_back)

    refund(stack, prepared, amount=3_000)
    stack.deliver()
    audited_days(stack, 1)

    assert prepared["paymentId"] in [each for ids in stack.calling().values() for each in ids]
    assert stack.alarmed()


def gave_all_back(answer: dict[str, Any]) -> None:
    """The one cancellation of a payment is of all of it."""
    if answer.get("cancellations"):
        answer["cancellations"][0]["totalAmount"] = 12_000
        answer["amount"]["cancelled"] = 12_000
        answer["status"] = "CANCELLED"


def test_a_repayment_by_hand_includes_its_tax_free_part(stack: UnkindStack) -> None:
    """Of 12,000, 4,000 free of tax, a half with 2,000 of it is paid by hand; 2,000 free of tax are left."""
    put_order(stack, amount={"total": 12_000, "taxFree": 4_000})
    prepared = prepare(stack)
    pay(stack, prepared)
    verify(stack, prepared)
    refund(stack, prepared, amount=6_000, taxFreeAmount=2_000)
    reversed_silently(stack, prepared)
    path = f"/ops/payments/{prepared['paymentId']}"
    for _ in range(4):
        stack.staff.post(f"{path}/catch-up")
        let_pass(stack, 2 * HOUR)
    stack.staff.post(f"{path}/resolve", {"reason": "sent", "decision": "refunded", "kind": "lagging"})
    let_pass(stack, HOUR)

    rest = refund(stack, prepared, "refund-2")
    let_pass(stack, HOUR)

    book = stack.portone.books()[prepared["paymentId"]]
    assert (rest.status, book.cancelled, book.cancelled_tax_free) == (200, 6_000, 2_000)
