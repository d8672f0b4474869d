"""PortOne misbehaves in every way while saved methods are registered, charged and deleted; nothing twice."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from portone_local.actors.subscribers import CHARGE
from portone_local.oracle import assert_clean
from portone_local.portone import Fault, faults_of
from portone_local.stack.passing import let_pass
from portone_local.stories.book import story_named
from portone_local.stories.telling import in_time, one_fault, ten_minutes_of_faults
from portone_local.stories.world import MINUTE, Story, World
from portone_payments.domain.approvals.attempts import open_approval

USES = {
    CHARGE: ("charge an order", "subscribe", "renew", "change the plan", "collect a part"),
    "get_payment": ("renew", "settle a renewal nobody answered"),
    "get_billing_key": ("register a method", "register a method by hand"),
    "confirm_billing_key": ("register a method by hand",),
    "list_billing_keys": ("work at a method nobody told of",),
    "delete_billing_key": ("delete a method",),
    "list_schedules": ("delete a method",),
}


def cases() -> list[Any]:
    return [
        pytest.param(operation, story_named(name), fault, id=f"{operation}-{name}-{fault}")
        for operation, names in USES.items()
        for name, fault in product(names, faults_of(operation))
    ]


@pytest.fixture
def world() -> Iterator[World]:
    with in_time() as world:
        yield world


def assert_known_and_once(world: World) -> None:
    """No attempt is open, nothing was charged twice, and every invariant holds."""
    for payment_id, book in world.stack.portone.books().items():
        assert open_approval(world.held(payment_id)) is None
        assert book.times_paid <= 1
    assert_clean(world.stack, answers=world.answers)


@pytest.mark.parametrize(("operation", "story", "fault"), cases())
def test_after_one_fault_the_outcome_is_known_and_happened_once(
    world: World, operation: str, story: Story, fault: Fault
) -> None:
    one_fault(story, world, operation, fault)
    let_pass(world.stack, 16 * MINUTE)

    assert [call for call in world.stack.portone.calls() if call.fault]
    assert_known_and_once(world)


@pytest.mark.parametrize(("operation", "story", "fault"), cases()[::3])
def test_after_ten_minutes_of_faults_the_outcome_is_known_and_happened_once(
    world: World, operation: str, story: Story, fault: Fault
) -> None:
    ten_minutes_of_faults(story, world, operation, fault)
    let_pass(world.stack, 30 * MINUTE)

    assert_known_and_once(world)
