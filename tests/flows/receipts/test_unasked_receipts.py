"""A cash payment without a requested receipt gets one within five days, where the shop configures it."""

from typing import Any

import pytest

from portone_local.actors.approver import code_of, held
from portone_local.oracle import ObservedStack
from tests.support.receipts import calls, issue, paid, read, receipts, refund, standing

MINUTE = 60

HOUR = 3600

DAY = 24 * HOUR


@pytest.fixture
def settings(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Self-issue is off unless a test turns it on."""
    return {"self_issue_receipts": "on"} if "self_issue" in request.fixturenames else {}


@pytest.fixture
def self_issue() -> None:
    """The shop reports unasked."""


def test_no_receipt_is_issued_automatically_by_default(stack: ObservedStack) -> None:
    prepared = paid(stack, total=100_000)

    stack.run_for(6 * DAY, step=HOUR)

    assert receipts(stack, prepared) == ()
    assert held(stack, prepared).receipt_due is None


@pytest.mark.parametrize(("total", "expected"), [(99_999, []), (100_000, [100_000])])
@pytest.mark.usefixtures("self_issue")
def test_a_receipt_nobody_requested_is_issued_within_five_days(
    stack: ObservedStack, total: int, expected: list[int]
) -> None:
    prepared = paid(stack, total=total)
    stack.run_for(4 * DAY - HOUR, step=HOUR)
    early = standing(stack, prepared)

    stack.run_for(DAY, step=HOUR)

    assert (early, standing(stack, prepared)) == ([], expected)


@pytest.mark.usefixtures("self_issue")
def test_a_receipt_the_buyer_requested_is_not_issued_again(stack: ObservedStack) -> None:
    prepared = paid(stack, total=100_000)
    issue(stack, prepared)

    stack.run_for(6 * DAY, step=HOUR)

    assert len(receipts(stack, prepared)) == 1


@pytest.mark.usefixtures("self_issue")
def test_an_automatic_receipt_follows_a_partial_refund_by_itself(stack: ObservedStack) -> None:
    prepared = paid(stack, total=200_000)
    stack.run_for(5 * DAY, step=HOUR)

    refund(stack, prepared, 150_000)
    stack.run_for(30 * MINUTE)

    assert standing(stack, prepared) == [50_000]
    assert read(stack, prepared).json()["selfIssued"] is True


@pytest.mark.usefixtures("self_issue")
def test_automatic_receipts_give_up_after_five_refusals(stack: ObservedStack) -> None:
    prepared = paid(stack, total=100_000)
    stack.portone.console.refuse_next("issue_cash_receipt", "INVALID_REQUEST", times=99)

    stack.run_for(12 * DAY, step=HOUR)

    assert calls(stack, "issue_cash_receipt") == 5
    assert held(stack, prepared).receipt_due is None


@pytest.mark.usefixtures("self_issue")
def test_a_number_given_after_an_automatic_receipt_is_not_ignored(stack: ObservedStack) -> None:
    prepared = paid(stack, total=100_000)
    stack.run_for(5 * DAY, step=HOUR)

    refused = issue(stack, prepared)

    assert (refused.status, code_of(refused)) == (409, "cash_receipt_exists")
