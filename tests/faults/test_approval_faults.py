"""PortOne misbehaves in every way while a payment is approved or a cash receipt moves; the books agree."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from portone_local.oracle import assert_clean
from portone_local.portone import Fault, faults_of
from portone_local.stack.passing import let_pass
from portone_local.stories.approvals import APPROVAL_STORIES, RECEIPT_STORIES
from portone_local.stories.telling import in_time, one_fault, ten_minutes_of_faults
from portone_local.stories.world import MINUTE, Story, World
from portone_payments.domain.records.instructions import ApprovalState, ReceiptState

USES = {
    "confirm_payment": APPROVAL_STORIES,
    "issue_cash_receipt": RECEIPT_STORIES[:1],
    "cancel_cash_receipt": RECEIPT_STORIES[1:2],
    "get_cash_receipt": RECEIPT_STORIES[-1:],
    "get_payment": (APPROVAL_STORIES[0],),
}


def cases() -> list[Any]:
    return [
        pytest.param(operation, story, fault, id=f"{operation}-{story.name}-{fault}")
        for operation, stories in USES.items()
        for story, fault in product(stories, faults_of(operation))
    ]


@pytest.fixture
def world() -> Iterator[World]:
    with in_time() as world:
        yield world


def assert_known_and_once(world: World) -> None:
    """Nothing is open, nothing happened twice, and our record equals PortOne's."""
    for payment_id, book in world.stack.portone.books().items():
        held = world.held(payment_id)
        paid = [each for each in held.approvals if each.state is ApprovalState.APPROVED]
        standing = [each.amount for each in book.cash_receipts if each.cancelled_at is None]
        issued = [each.amount for each in held.receipts if each.state is ReceiptState.ISSUED]
        assert book.times_paid <= 1
        assert not held.approvals or len(paid) == book.times_paid
        assert standing == issued
        assert not any(each.token for each in held.approvals)
        assert not any(each.identity for each in held.receipts)
    assert_clean(world.stack, answers=world.answers)


@pytest.mark.parametrize(("operation", "story", "fault"), cases())
def test_after_one_fault_the_outcome_is_known_and_happened_once(
    world: World, operation: str, story: Story, fault: Fault
) -> None:
    one_fault(story, world, operation, fault)
    let_pass(world.stack, 15 * MINUTE)

    assert [call for call in world.stack.portone.calls() if call.fault]
    assert_known_and_once(world)


@pytest.mark.parametrize(("operation", "story", "fault"), cases())
def test_after_ten_minutes_of_faults_the_outcome_is_known_and_happened_once(
    world: World, operation: str, story: Story, fault: Fault
) -> None:
    ten_minutes_of_faults(story, world, operation, fault)
    let_pass(world.stack, 30 * MINUTE)

    assert_known_and_once(world)
