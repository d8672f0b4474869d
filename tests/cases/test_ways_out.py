"""Nothing waits for ever: what PortOne no longer lists, or never names, raises an attention staff can end."""

from typing import Any

import pytest

from portone_local.actors.shop import USER, pay, prepare, put_order, seen_by_owner, status, verify
from portone_local.actors.subscribers import cancel, subscribed
from portone_local.gateway.messages import Response
from portone_local.portone import CancellationStatus
from portone_local.stack.passing import let_pass
from tests.support.edited import having, where, without
from tests.support.refunding import cancelled_at_portone, paid, refund, refund_state
from tests.support.subscriber_app import shown
from tests.support.unkind import UnkindStack

HOUR, DAY = 3600, 24 * 3600
ACCOUNT = {"bank": "SHINHAN_BANK", "number": "110-123-456789", "holderName": "홍길동"}
UNREADABLE = {"type": "PaymentMethodNew"}


def listing_only(*kept: str) -> Any:
    """A list of cancellations shows those in these states alone."""

    def change(answer: dict[str, Any]) -> None:
        if "cancellations" in answer:
            answer["cancellations"] = [each for each in answer["cancellations"] if each["status"] in kept]

    return change


def resolve(stack: UnkindStack, payment_id: str, kind: str, decision: str = "close") -> Response:
    """Staff deals with a call."""
    body = {"reason": "looked at it", "decision": decision, "kind": kind}
    return stack.staff.post(f"/ops/payments/{payment_id}/resolve", body)


def test_a_failed_cancel_may_disappear_from_the_list(stack: UnkindStack) -> None:
    prepared = paid(stack)
    stack.portone.console.end_next_cancel(CancellationStatus.FAILED)
    refund(stack, prepared, "refund-1", amount=3_000)
    stack.staff.post(f"/ops/payments/{prepared['paymentId']}/catch-up")
    stack.wire.edited("get_payment", listing_only("SUCCEEDED"))
    let_pass(stack, HOUR)

    refund(stack, prepared, "refund-2", amount=2_000)
    let_pass(stack, HOUR)

    assert (status(stack, prepared), stack.calling()) == ("PARTIAL_CANCELLED", {})
    assert "payment.cancelled" in stack.events()


@pytest.mark.parametrize("decision", ["refunded", "not_refunded"])
def test_a_withdrawn_cancel_is_decided_by_staff_and_frees_the_payment(
    stack: UnkindStack, decision: str
) -> None:
    prepared = paid(stack)
    stack.portone.console.end_next_cancel(CancellationStatus.REQUESTED)
    refund(stack, prepared, "refund-1", amount=3_000)
    stack.staff.post(f"/ops/payments/{prepared['paymentId']}/catch-up")
    stack.wire.edited("get_payment", listing_only("SUCCEEDED"))
    [asked] = stack.portone.books()[prepared["paymentId"]].cancellations
    stack.portone.console.settle_cancellation(prepared["paymentId"], asked.id, succeeded=False)
    let_pass(stack, 5 * HOUR)
    told = stack.calling(), stack.counted("RefundAmbiguous") > 0

    resolve(stack, prepared["paymentId"], "ambiguous", decision)
    let_pass(stack, HOUR)
    again = refund(stack, prepared, "refund-2", amount=2_000)

    assert told == ({"ambiguous": [prepared["paymentId"]]}, True)
    assert (again.status, cancelled_at_portone(stack, prepared)) == (200, 2_000)


def test_a_cancel_one_node_does_not_list_yet_stays_requested(stack: UnkindStack) -> None:
    prepared = paid(stack)
    stack.portone.console.end_next_cancel(CancellationStatus.REQUESTED)
    refund(stack, prepared, "refund-1", amount=3_000)
    stack.staff.post(f"/ops/payments/{prepared['paymentId']}/catch-up")

    stack.wire.edited("get_payment", listing_only("SUCCEEDED"), times=4)
    let_pass(stack, 5 * HOUR)

    assert (refund_state(stack, prepared, "refund-1"), stack.calling()) == ("REQUESTED", {})


def test_a_doubt_staff_closes_is_judged_again_by_the_next_reading(stack: UnkindStack) -> None:
    subscription_id = subscribed(stack)
    let_pass(stack, 29 * DAY)
    stack.portone.pg.decline(times=1, readable=True)
    as_paid = having(status="PAID", paidAt="2026-02-01T00:00:00Z", method=UNREADABLE)
    stack.wire.edited("get_payment", where("FAILED", as_paid), times=2)
    let_pass(stack, 3 * DAY)
    [payment_id] = stack.attention("quarantined")

    resolve(stack, payment_id, "quarantined")
    resolve(stack, payment_id, "lagging")
    let_pass(stack, 3 * DAY)
    left = cancel(stack, subscription_id)

    assert stack.calling() == {}
    assert (left.status, shown(stack, subscription_id)["status"]) == (200, "ENDED")


def deposit_without_a_method(stack: UnkindStack) -> dict[str, Any]:
    """Another amount was deposited, and PortOne never shows the method."""
    stack.wire.edited("get_payment", without("method"))
    prepared = prepare(stack)
    pay(stack, prepared, method="VIRTUAL_ACCOUNT", amount=13_000, tampered=True)
    stack.portone.webhooks.lose()
    stack.portone.buyer.deposit(prepared["paymentId"])
    return prepared


def phone_bill(stack: UnkindStack) -> dict[str, Any]:
    """Another amount stands on a phone bill, which the PG cannot take back by itself any more."""
    put_order(stack, payMethods=["MOBILE"], productType="DIGITAL")
    prepared = prepare(stack)
    pay(stack, prepared, method="MOBILE", amount=13_000, tampered=True)
    return prepared


@pytest.mark.parametrize("made", [deposit_without_a_method, phone_bill])
def test_an_automatic_refund_that_needs_an_account_after_all_can_be_given_one(
    stack: UnkindStack, made: Any
) -> None:
    prepared = made(stack)
    stack.portone.console.refuse_next_cancel(leaves="FAILED", times=8)
    verify(stack, prepared)
    let_pass(stack, 7 * DAY)
    waiting = [each for each in seen_by_owner(stack, prepared)["refunds"] if each["state"] != "FAILED"]
    told = stack.attention("refund-stuck")

    path = f"/payments/{prepared['paymentId']}/refunds/{waiting[-1]['refundId']}/account"
    answer = stack.app(USER).put(path, ACCOUNT)
    let_pass(stack, 3 * HOUR)

    assert told == [prepared["paymentId"]]
    assert (answer.status in {200, 202}, cancelled_at_portone(stack, prepared)) == (True, 13_000)


@pytest.mark.parametrize("settings", [{"staff_refund_limit": "1000"}])
def test_a_refund_nobody_approves_raises_an_attention(stack: UnkindStack) -> None:
    prepared = paid(stack)
    kim, lee = stack.colleague("kim"), stack.colleague("lee")
    path = f"/ops/payments/{prepared['paymentId']}"
    kim.post(f"{path}/cancel", {"refundId": "large", "amount": 9_000, "reason": "goodwill"})
    let_pass(stack, 2 * DAY)
    early = stack.calling()
    let_pass(stack, 3 * DAY)
    late = stack.attention("refund-stuck"), stack.counted("RefundStuck") > 0

    lee.post(f"{path}/refunds/large/approve")
    let_pass(stack, HOUR)

    assert (early, late) == ({}, ([prepared["paymentId"]], True))
    assert (cancelled_at_portone(stack, prepared), stack.calling()) == (9_000, {})


def test_a_deposit_whose_account_reads_as_failed_was_taken_back_too(stack: UnkindStack) -> None:
    prepared = paid(stack, method="VIRTUAL_ACCOUNT")
    stack.portone.buyer.deposit(prepared["paymentId"])
    stack.deliver()
    stack.wire.edited("get_payment", having(status="FAILED", failedAt="2026-01-02T05:00:00Z", failure={}))

    stack.staff.post(f"/ops/payments/{prepared['paymentId']}/catch-up")
    let_pass(stack, 3 * HOUR)

    assert stack.calling() == {"deposit-taken-back": [prepared["paymentId"]]}
    assert (status(stack, prepared), stack.counted("DepositTakenBack") > 0) == ("PAID", True)
