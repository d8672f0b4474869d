"""After a refund the cash receipt stands for what remains paid."""

import pytest

from portone_local.actors.approver import facts
from portone_local.oracle import ObservedStack
from tests.support.receipts import calls, issue, paid, read, refund, standing

MINUTE = 60

HOUR = 3600


@pytest.mark.parametrize("voids", [True, False], ids=["pg_voids", "pg_keeps"])
def test_a_full_refund_leaves_no_receipt_standing(stack: ObservedStack, voids: bool) -> None:  # noqa: FBT001 - a case
    prepared = paid(stack)
    stack.portone.pg.voids_receipts = voids
    issue(stack, prepared)

    refund(stack, prepared, 12_000)
    stack.run_for(30 * MINUTE)

    assert standing(stack, prepared) == []
    assert read(stack, prepared).json()["state"] == "CANCELLED"
    assert "cash_receipt_missing" not in facts(stack, prepared)
    assert calls(stack, "cancel_cash_receipt") == (0 if voids else 1)


def test_after_a_partial_refund_the_receipt_is_cancelled_and_a_new_one_issued(stack: ObservedStack) -> None:
    prepared = paid(stack)
    issue(stack, prepared)

    refund(stack, prepared, 5_000)
    stack.run_for(30 * MINUTE)
    missing = standing(stack, prepared), facts(stack, prepared)[-1]
    answered = issue(stack, prepared)

    assert missing == ([], "cash_receipt_missing")
    assert (answered.status, standing(stack, prepared)) == (200, [7_000])


def test_a_receipt_is_not_changed_until_the_pg_had_time_to_change_it(stack: ObservedStack) -> None:
    prepared = paid(stack)
    issue(stack, prepared)

    refund(stack, prepared, 5_000)
    stack.run_for(8 * MINUTE)

    assert standing(stack, prepared) == [12_000]
    assert calls(stack, "cancel_cash_receipt") == 0


def test_a_correction_the_pg_refuses_is_sent_again_the_next_day(stack: ObservedStack) -> None:
    prepared = paid(stack)
    issue(stack, prepared)
    stack.portone.console.refuse_next("cancel_cash_receipt")
    refund(stack, prepared, 12_000)
    stack.run_for(60 * MINUTE)
    first = standing(stack, prepared)

    stack.run_for(25 * HOUR, step=10 * MINUTE)

    assert (first, standing(stack, prepared)) == ([12_000], [])
    assert calls(stack, "cancel_cash_receipt") == 2
