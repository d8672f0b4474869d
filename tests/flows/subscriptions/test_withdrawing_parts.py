"""What waits or was taken by charges, when the shop withdraws the order they were for."""

from collections.abc import Iterator
from typing import Any

import pytest

from portone_local.actors.shop import prepare, seen_by_owner, status
from portone_local.actors.subscribers import CHARGE, key_saved, order_in_parts, schedule
from portone_local.oracle import assert_clean, converge
from portone_local.portone import CancellationStatus, Fault
from portone_local.stack.passing import let_pass
from tests.support.charging import charge
from tests.support.unkind import UnkindStack, unkind
from tests.support.withdrawing import kept, withdraw

HOUR, DAY = 3600, 24 * 3600
PARTS: list[dict[str, Any]] = [{"amount": 6_000}, {"amount": 6_000, "dueAt": "2026-02-01T00:00:00Z"}]


@pytest.fixture
def stack(settings: dict[str, Any]) -> Iterator[UnkindStack]:
    """A stack whose PortOne refuses and answers as a test wishes; afterwards the oracle judges."""
    with unkind(**settings) as observed:
        yield observed
        observed.wire.undisturbed()
        observed.portone.clear_faults()
        converge(observed, observed.within)
        assert_clean(observed, answers=observed.answers, hurt=observed.hurt)


def code(stack: UnkindStack) -> tuple[int, str]:
    """The answer to the shop's withdrawal: status and code."""
    answer = withdraw(stack)
    return answer.status, answer.json().get("error", {}).get("code", "")


def in_parts(stack: UnkindStack) -> None:
    """The first part of an order is charged."""
    key_saved(stack)
    order_in_parts(stack, "order-1", PARTS)
    schedule(stack, "order-1")


def charges(stack: UnkindStack) -> list[dict[str, Any]]:
    """Every payment the PG took money for, as staff sees it."""
    found = [name for name, book in stack.portone.books().items() if book.times_paid]
    return [stack.staff.post(f"/ops/payments/{each}/catch-up").json() for each in found]


def given_back(stack: UnkindStack, payment_id: str, **what: Any) -> None:
    """Staff refunds a charge."""
    asked = {"refundId": f"of-{'-'.join(what)}", "reason": "goodwill", **what}
    stack.staff.post(f"/ops/payments/{payment_id}/cancel", asked)


@pytest.mark.parametrize("settings", [{"refund_late_charges": word} for word in ("on", "off")], ids=str)
def test_a_charge_made_after_the_withdrawal_is_refunded_and_published(stack: UnkindStack) -> None:
    stack.portone.pg.decline(times=1, approves_after=6 * HOUR)
    in_parts(stack)
    let_pass(stack, HOUR)

    gone = withdraw(stack)
    let_pass(stack, 2 * DAY)
    [taken] = charges(stack)
    told = [line["fact"] for line in taken["history"]]

    assert (gone.status, kept(stack), taken["status"]) == (200, 0, "CANCELLED")
    assert "late" in stack.calling()
    assert "paid_though_withdrawn" in told
    assert "paid" not in told


def test_an_order_whose_paid_part_was_refunded_may_be_withdrawn(stack: UnkindStack) -> None:
    in_parts(stack)
    [paid] = charges(stack)
    early = code(stack)
    given_back(stack, paid["paymentId"], amount=1_000)
    in_part = code(stack)
    given_back(stack, paid["paymentId"], full=True)

    gone = withdraw(stack)
    let_pass(stack, 60 * DAY)

    assert early == in_part == (409, "order_already_paid")
    assert (gone.status, gone.json()["outstandingTotal"]) == (200, 0)
    assert (len(charges(stack)), kept(stack)) == (1, 0)
    assert withdraw(stack).json() == gone.json()


def came_back(stack: UnkindStack, payment_id: str) -> None:
    """The bank sends a refund back, and readings show it for hours."""
    [done] = stack.portone.books()[payment_id].cancellations
    stack.portone.console.reverse_cancellation(payment_id, done.id)
    for _ in range(4):
        stack.staff.post(f"/ops/payments/{payment_id}/catch-up")
        let_pass(stack, 2 * HOUR)


@pytest.mark.parametrize(("decision", "sent_again"), [("not_refunded", 1), ("refunded", 0)])
def test_a_refund_of_a_part_reversed_during_the_withdrawal_waits_for_staff(
    stack: UnkindStack, decision: str, sent_again: int
) -> None:
    in_parts(stack)
    [paid] = charges(stack)
    payment_id = paid["paymentId"]
    given_back(stack, payment_id, full=True)
    withdraw(stack)
    asked = stack.asked("cancel_payment")
    came_back(stack, payment_id)
    called, undecided = stack.calling(), stack.asked("cancel_payment")

    word = {"reason": "asked the PG", "decision": decision, "kind": "lagging"}
    answer = stack.staff.post(f"/ops/payments/{payment_id}/resolve", word)
    let_pass(stack, 2 * DAY)

    assert ("lagging" in called, undecided, answer.status) == (True, asked, 200)
    assert stack.asked("cancel_payment") - asked == sent_again
    assert [each["status"] for each in charges(stack)] == ["CANCELLED"]
    assert stack.calling() == ({"late": [payment_id]} if sent_again else {})


def test_a_refund_under_way_of_a_part_prevents_the_withdrawal(stack: UnkindStack) -> None:
    in_parts(stack)
    [paid] = charges(stack)
    stack.portone.console.end_next_cancel(CancellationStatus.REQUESTED)
    given_back(stack, paid["paymentId"], full=True)

    assert withdraw(stack).status == 409


@pytest.mark.parametrize("settings", [{"refund_late_charges": word} for word in ("on", "off")], ids=str)
def test_a_part_in_doubt_prevents_the_withdrawal_for_a_day(stack: UnkindStack) -> None:
    stack.wire.edited("get_payment", lambda told: told | {"method": {"type": "PaymentMethodNew"}})
    in_parts(stack)
    let_pass(stack, 23 * HOUR)
    early = code(stack)
    let_pass(stack, 2 * HOUR)

    gone = withdraw(stack)
    stack.wire.undisturbed()
    let_pass(stack, 60 * DAY)

    assert (early, gone.status) == ((409, "order_payment_under_way"), 200)
    assert (len(charges(stack)), kept(stack)) == (1, 0)
    assert "late" in stack.calling()


def test_a_part_without_an_outcome_prevents_the_withdrawal(stack: UnkindStack) -> None:
    stack.portone.inject(operation=CHARGE, fault=Fault.RESET_BEFORE_COMMIT, times=2_000)
    stack.portone.inject(operation="get_payment", fault=Fault.RESET_BEFORE_COMMIT, times=2_000)
    in_parts(stack)
    let_pass(stack, 25 * HOUR)

    assert code(stack) == (409, "order_payment_under_way")


def test_a_refused_withdrawal_keeps_the_waiting_charge(stack: UnkindStack) -> None:
    key_saved(stack)
    prepared = prepare(stack)
    stack.wire.refuse(CHARGE, "INVALID_REQUEST")
    charge(stack, prepared["paymentId"])
    before = seen_by_owner(stack, prepared)["approval"]
    stack.portone.inject(operation="get_payment", fault=Fault.TIMEOUT_BEFORE_COMMIT, times=2)

    refused = code(stack)
    after = seen_by_owner(stack, prepared)["approval"]
    stack.wire.undisturbed()
    let_pass(stack, 5 * HOUR)

    assert (refused, after) == ((503, "provider_unavailable"), before)
    assert status(stack, prepared) == "PAID"


def test_withdrawing_an_order_withdraws_its_waiting_charge(stack: UnkindStack) -> None:
    key_saved(stack)
    prepared = prepare(stack)
    stack.wire.refuse(CHARGE, "INVALID_REQUEST")
    charge(stack, prepared["paymentId"])

    gone = withdraw(stack)
    stack.wire.undisturbed()
    let_pass(stack, 5 * HOUR)

    assert (gone.status, status(stack, prepared), kept(stack)) == (200, "EXPIRED", 0)
