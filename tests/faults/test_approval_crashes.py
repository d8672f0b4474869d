"""The process dies before and after every call of an approval or a cash receipt; the books agree."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from portone_local.oracle import ObservedStack
from portone_local.testing.approval_stories import APPROVAL_STORIES, RECEIPT_STORIES
from portone_local.testing.approving import HOOK
from portone_local.testing.boundaries import Boundaries, Crossing, Side
from portone_local.testing.stories import PATIENCE, Story, World, let_pass, surviving_crashes
from portone_local.testing.telling import assert_ended_well, break_off, step_of
from portone_payments.domain.records import ApprovalState, ReceiptState, Status

MONEY = {Status.PAID, Status.PARTIAL_CANCELLED}
SETTLED = {ApprovalState.APPROVED, ApprovalState.FAILED, ReceiptState.ISSUED, ReceiptState.CANCELLED}


@contextmanager
def asking_for_stock() -> Iterator[tuple[World, Boundaries]]:
    """A world whose shop has a stock hook."""
    boundaries = Boundaries()
    with ObservedStack.in_memory(seed=1, tap=boundaries.tap, **HOOK) as stack:
        boundaries.follow(stack)
        surviving_crashes(stack)
        yield World(stack), boundaries


def points_of(story: Story) -> list[Crossing]:
    with asking_for_stock() as (world, boundaries):
        return step_of(story, world, boundaries)


def assert_once(world: World) -> None:
    """Charged once, one receipt standing at most, nothing open, nothing kept that was secret."""
    for payment_id, book in world.stack.portone.books().items():
        held = world.held(payment_id)
        standing = [each for each in book.cash_receipts if each.cancelled_at is None]
        issued = [each for each in held.receipts if each.state is ReceiptState.ISSUED]
        assert book.times_paid == (held.status in MONEY)
        assert {each.state for each in held.approvals} <= SETTLED
        assert {each.state for each in held.receipts} <= SETTLED
        assert [each.issue_number for each in standing] == [each.issue_number for each in issued]
        assert not any(each.token for each in held.approvals)
        assert not any(each.identity for each in held.receipts)


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("story", [*APPROVAL_STORIES, *RECEIPT_STORIES], ids=lambda story: story.name)
def test_a_process_that_dies_at_any_call_charges_and_reports_once(story: Story, side: Side) -> None:
    points = points_of(story)

    for point in points:
        with asking_for_stock() as (world, boundaries):
            break_off(story, world, boundaries, point, side)
            let_pass(world.stack, PATIENCE)

            assert_ended_well(story, world)
            assert_once(world)

    assert points


def test_the_hook_is_asked_and_its_answer_stored_before_anything_is_sent() -> None:
    calls = [point.call for point in points_of(APPROVAL_STORIES[0])]

    asked, sent = calls.index("stock.reserve"), calls.index("portone.confirm_payment")
    assert "dynamodb.put" in calls[:asked]
    assert "dynamodb.put" in calls[asked:sent]
