"""A refund that is reversed: it is not reported as never made, and staff decides what it was."""

from typing import Any

import pytest

from portone_local.actors.shop import pay, prepare, seen_by_owner, status, verify
from portone_local.actors.subscribers import cancel, subscribed
from portone_local.portone import Fault, Unknowns
from portone_local.stack.passing import let_pass
from tests.support.refunding import cancelled_at_portone, paid, refund, refund_state
from tests.support.unkind import UnkindStack, refused

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600


@pytest.fixture(params=[True, False], ids=["listed on PAID", "not listed on PAID"])
def settings(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Whether a payment that is PAID again shows its cancellations."""
    return {"unknowns": Unknowns(cancellations_are_shown_on_paid=request.param)}


def reverse(stack: UnkindStack, prepared: dict[str, Any], *, listed: bool = True) -> None:
    """The bank sends back what was refunded first; hours pass, and an operator has PortOne read."""
    payment_id = prepared["paymentId"]
    done = stack.portone.books()[payment_id].cancellations[0]
    stack.portone.console.reverse_cancellation(payment_id, done.id, listed=listed)
    for _ in range(4):
        stack.staff.post(f"/ops/payments/{payment_id}/catch-up")
        let_pass(stack, 2 * HOUR)


def resolve(stack: UnkindStack, prepared: dict[str, Any], decision: str) -> bool:
    """Staff decides what became of a refund, whatever the call is named, and closes what else is left."""
    path = f"/ops/payments/{prepared['paymentId']}/resolve"
    said = {"reason": "asked the PG"}
    decided = [
        stack.staff.post(path, said | {"decision": decision, "kind": kind}).status == 200
        for kind in stack.calling()
    ]
    for kind in stack.calling():
        stack.staff.post(path, said | {"decision": "close", "kind": kind})
    return any(decided)


wholes = pytest.mark.parametrize("amount", [3_000, 12_000])
lists = pytest.mark.parametrize("listed", [True, False])


@wholes
@lists
def test_a_reversed_refund_raises_an_attention_every_day(
    stack: UnkindStack, amount: int, *, listed: bool
) -> None:
    prepared = paid(stack)
    refund(stack, prepared, amount=amount)
    before = dict(stack.metrics)

    reverse(stack, prepared, listed=listed)
    let_pass(stack, 3 * DAY)

    assert prepared["paymentId"] in [each for ids in stack.calling().values() for each in ids]
    rose = {each for each in stack.alarmed() if stack.counted(each) - before.get(each, 0) >= 3}
    assert rose
    assert "payment.mismatch" not in stack.events()


@wholes
@lists
def test_a_refund_staff_reports_as_never_arrived_can_be_made_again(
    stack: UnkindStack, amount: int, *, listed: bool
) -> None:
    prepared = paid(stack)
    refund(stack, prepared, amount=amount)
    reverse(stack, prepared, listed=listed)

    answer = resolve(stack, prepared, "not_refunded")
    let_pass(stack, HOUR)
    again = refund(stack, prepared, "refund-2", amount=amount)
    let_pass(stack, HOUR)

    assert (answer, again.status) == (True, 200)
    assert cancelled_at_portone(stack, prepared) == amount
    assert (refund_state(stack, prepared, "refund-1"), stack.calling()) == ("FAILED", {})


@wholes
@lists
def test_a_refund_staff_reports_as_repaid_by_hand_is_not_paid_twice(
    stack: UnkindStack, amount: int, *, listed: bool
) -> None:
    prepared = paid(stack)
    refund(stack, prepared, amount=amount)
    reverse(stack, prepared, listed=listed)

    answer = resolve(stack, prepared, "refunded")
    let_pass(stack, 3 * DAY)
    more = refund(stack, prepared, "refund-2", amount=12_001 - amount)

    assert (answer, stack.calling()) == (True, {})
    assert (refund_state(stack, prepared), refused(more)) == ("SUCCEEDED", True)
    assert cancelled_at_portone(stack, prepared) == 0


def test_a_second_refund_beside_a_reversed_one_is_not_lost(stack: UnkindStack) -> None:
    prepared = paid(stack)
    refund(stack, prepared, amount=3_000)
    refund(stack, prepared, "refund-2", amount=2_000)

    reverse(stack, prepared)
    resolve(stack, prepared, "not_refunded")
    let_pass(stack, HOUR)

    assert (refund_state(stack, prepared), refund_state(stack, prepared, "refund-2")) == (
        "FAILED",
        "SUCCEEDED",
    )
    assert seen_by_owner(stack, prepared)["amount"]["cancelled"] == 2_000
    assert (cancelled_at_portone(stack, prepared), status(stack, prepared)) == (2_000, "PARTIAL_CANCELLED")


def test_a_reversed_console_refund_is_decided_too(stack: UnkindStack) -> None:
    prepared = paid(stack)
    stack.portone.console.cancel(prepared["paymentId"], 4_000)
    stack.deliver()

    reverse(stack, prepared)
    answer = resolve(stack, prepared, "not_refunded")
    let_pass(stack, HOUR)
    again = refund(stack, prepared, amount=12_000)

    assert (answer, again.status) == (True, 200)
    assert (cancelled_at_portone(stack, prepared), status(stack, prepared)) == (12_000, "CANCELLED")


def test_a_reversed_automatic_refund_is_made_again_or_raises_an_attention(stack: UnkindStack) -> None:
    prepared = prepare(stack)
    pay(stack, prepared, amount=13_000, tampered=True)
    verify(stack, prepared)
    let_pass(stack, HOUR)
    assert cancelled_at_portone(stack, prepared) == 13_000

    reverse(stack, prepared)
    let_pass(stack, 2 * DAY)

    assert stack.calling()
    if cancelled_at_portone(stack, prepared) == 0:
        resolve(stack, prepared, "not_refunded")
        let_pass(stack, 2 * DAY)
    assert cancelled_at_portone(stack, prepared) == 13_000


def test_one_reading_of_a_node_that_is_behind_reverses_nothing(stack: UnkindStack) -> None:
    prepared = paid(stack)
    refund(stack, prepared, amount=3_000)
    refund(stack, prepared, "refund-2", amount=2_000)

    for _ in range(2):
        stack.portone.inject(operation="get_payment", fault=Fault.LAGGING)
        stack.staff.post(f"/ops/payments/{prepared['paymentId']}/catch-up")
    let_pass(stack, 6 * HOUR)

    assert (status(stack, prepared), stack.calling()) == ("PARTIAL_CANCELLED", {})
    assert refund_state(stack, prepared, "refund-2") == "SUCCEEDED"


def test_a_subscription_whose_refund_was_reversed_stays_ended(
    stack: UnkindStack,
) -> None:
    subscription_id = subscribed(stack)
    [payment_id] = stack.portone.books()
    prepared = {"paymentId": payment_id}
    cancel(stack, subscription_id)
    body = {"refundId": "by-hand", "full": True, "reason": "goodwill"}
    stack.staff.post(f"/ops/payments/{payment_id}/cancel", body)

    reverse(stack, prepared)
    let_pass(stack, 40 * DAY)

    assert stack.calling()
    assert sum(book.times_paid for book in stack.portone.books().values()) == 1
