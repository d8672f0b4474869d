"""Absence is no proof: a refund fails by two readings with a list, or staff decides."""

import pytest

from portone_local.actors.shop import seen_by_owner, status
from portone_local.portone import CancellationStatus, Fault, Unknowns
from portone_local.stack.passing import let_pass
from tests.support.edited import Change, where, without
from tests.support.refunding import (
    cancelled_at_portone,
    paid,
    refund,
    refund_state,
    settle_what_is_requested,
)
from tests.support.unkind import UnkindStack, refused

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
FREE_BALANCE = {"unknowns": Unknowns(requested_cancel_holds_the_balance=False)}
NO_LIST: Change = where("PAID", without("cancellations"))


def an_empty_list(answer: dict[str, object]) -> None:
    """PortOne answers that nothing was cancelled."""
    answer.setdefault("cancellations", [])


def staff_refund(stack: UnkindStack, payment_id: str, refund_id: str, amount: int) -> int:
    """Staff requests it; the status of the answer."""
    body = {"refundId": refund_id, "reason": "goodwill", "amount": amount}
    return stack.staff.post(f"/ops/payments/{payment_id}/cancel", body).status


@pytest.mark.parametrize("settings", [FREE_BALANCE])
@pytest.mark.parametrize(
    "waits",
    [
        10 * MINUTE,
        *(2 * HOUR, 5 * HOUR, 2 * DAY),
    ],
)
def test_readings_without_a_list_do_not_make_an_unanswered_cancel_fail(
    stack: UnkindStack, waits: int
) -> None:
    prepared = paid(stack)
    stack.wire.edited("get_payment", NO_LIST)
    stack.portone.console.refuse_next_cancel(leaves="REQUESTED")

    refund(stack, prepared, "refund-1", amount=3_000)
    let_pass(stack, waits)
    again = refund(stack, prepared, "refund-2", amount=3_000)
    let_pass(stack, 10 * MINUTE)
    settle_what_is_requested(stack, prepared)
    let_pass(stack, 12 * HOUR)

    assert cancelled_at_portone(stack, prepared) == 3_000
    assert again.status == 409
    assert refund_state(stack, prepared, "refund-1") == "SUCCEEDED"


@pytest.mark.parametrize("settings", [FREE_BALANCE])
@pytest.mark.parametrize("who", ["owner", "staff"])
def test_an_unanswered_cancel_that_no_list_refutes_ends_as_ambiguous(stack: UnkindStack, who: str) -> None:
    prepared = paid(stack)
    stack.wire.edited("get_payment", NO_LIST)
    stack.portone.console.refuse_next_cancel(leaves="REQUESTED")
    if who == "owner":
        refund(stack, prepared, "refund-1", amount=3_000)
    else:
        staff_refund(stack, prepared["paymentId"], "refund-1", 3_000)

    let_pass(stack, 8 * HOUR)

    assert [each["state"] for each in seen_by_owner(stack, prepared)["refunds"]] == ["AMBIGUOUS"]
    assert stack.attention("ambiguous") == [prepared["paymentId"]]
    assert stack.counted("RefundAmbiguous") > 0


@pytest.mark.parametrize("settings", [FREE_BALANCE])
@pytest.mark.parametrize("fault", [Fault.TIMEOUT_BEFORE_COMMIT, Fault.HTML_502])
def test_a_cancel_unanswered_for_hours_raises_an_attention_where_no_list_is_shown(
    stack: UnkindStack, fault: Fault
) -> None:
    prepared = paid(stack)
    stack.wire.edited("get_payment", NO_LIST)
    stack.portone.inject(operation="cancel_payment", fault=fault, times=None)

    refund(stack, prepared, "refund-1", amount=3_000)
    let_pass(stack, 8 * HOUR)

    assert refund_state(stack, prepared, "refund-1") == "AMBIGUOUS"
    assert stack.attention("ambiguous") == [prepared["paymentId"]]


def test_two_readings_with_a_list_make_an_unanswered_cancel_fail(stack: UnkindStack) -> None:
    prepared = paid(stack)
    stack.wire.edited("get_payment", an_empty_list)
    stack.portone.console.refuse_next_cancel()

    refund(stack, prepared, "refund-1", amount=3_000)
    let_pass(stack, 10 * MINUTE)
    again = refund(stack, prepared, "refund-2", amount=3_000)

    assert refund_state(stack, prepared, "refund-1") == "FAILED"
    assert (again.status, cancelled_at_portone(stack, prepared)) == (200, 3_000)


def test_a_cancel_answered_failed_is_failed_although_no_reading_shows_it(stack: UnkindStack) -> None:
    prepared = paid(stack)
    stack.wire.edited("get_payment", NO_LIST)
    stack.portone.console.end_next_cancel(CancellationStatus.FAILED)

    first = refund(stack, prepared, "refund-1", amount=3_000)
    let_pass(stack, 10 * MINUTE)
    second = refund(stack, prepared, "refund-2", amount=3_000)

    assert first.status == 409
    assert refund_state(stack, prepared, "refund-1") == "FAILED"
    assert (second.status, cancelled_at_portone(stack, prepared)) == (200, 3_000)
    assert stack.attention("lagging") == []


def test_a_cancel_answered_failed_lets_staff_refund_again(stack: UnkindStack) -> None:
    prepared = paid(stack)
    stack.wire.edited("get_payment", NO_LIST)
    stack.portone.console.end_next_cancel(CancellationStatus.FAILED)
    refund(stack, prepared, "refund-1", amount=3_000)
    let_pass(stack, 10 * MINUTE)

    answered = staff_refund(stack, prepared["paymentId"], "by-hand", 12_000)

    assert (answered, cancelled_at_portone(stack, prepared)) == (200, 12_000)


@pytest.mark.parametrize(
    "answered",
    [CancellationStatus.FAILED, CancellationStatus.REQUESTED],
)
def test_a_console_refund_is_seen_although_an_answered_cancel_is_not_listed(
    stack: UnkindStack, answered: CancellationStatus
) -> None:
    prepared = paid(stack)

    def without_the_first(answer: dict[str, list[dict[str, str]]]) -> None:
        shown = [each for each in answer.get("cancellations", []) if each["status"] == "SUCCEEDED"]
        if shown:
            answer["cancellations"] = shown
        else:
            answer.pop("cancellations", None)

    stack.wire.edited("get_payment", NO_LIST if answered is CancellationStatus.FAILED else without_the_first)
    stack.portone.console.end_next_cancel(answered)
    refund(stack, prepared, "refund-1", amount=3_000)
    let_pass(stack, HOUR)

    stack.portone.console.cancel(prepared["paymentId"], 4_000)
    stack.deliver()
    let_pass(stack, HOUR)

    assert status(stack, prepared) == "PARTIAL_CANCELLED"
    assert seen_by_owner(stack, prepared)["amount"]["cancelled"] == 4_000


def test_a_cancel_answered_requested_waits_although_no_reading_shows_it(stack: UnkindStack) -> None:
    prepared = paid(stack)
    stack.wire.edited("get_payment", NO_LIST)
    stack.portone.console.end_next_cancel(CancellationStatus.REQUESTED)

    first = refund(stack, prepared, "refund-1", amount=3_000)
    let_pass(stack, 4 * HOUR)
    waiting = refund_state(stack, prepared, "refund-1")
    second = refund(stack, prepared, "refund-2", amount=3_000)
    settle_what_is_requested(stack, prepared)
    let_pass(stack, DAY)

    assert (first.status, waiting) == (202, "REQUESTED")
    assert refused(second)
    assert refund_state(stack, prepared, "refund-1") == "SUCCEEDED"
    assert (cancelled_at_portone(stack, prepared), stack.attention("lagging")) == (3_000, [])
