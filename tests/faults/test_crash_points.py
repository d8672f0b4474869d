"""The process dies before and after every call it makes, one by one; afterwards the books agree."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from portone_local.ministack import MiniStack
from portone_local.oracle import assert_clean
from portone_local.stack import Stack
from portone_local.testing.boundaries import Boundaries, Crash, Side, crash
from portone_local.testing.stories import STORIES, Story, World, surviving_crashes

PATIENCE = 16  # minutes: a payment nobody told of is found in 15 (invariant I4)
SEEN: dict[str, set[str]] = {}


@contextmanager
def world_on(ministack: MiniStack | None, boundaries: Boundaries, case: int) -> Iterator[World]:
    if ministack is None:
        opened = Stack.in_memory(seed=case, tap=boundaries.tap)
    else:
        opened = Stack.on_ministack(ministack, seed=case, tap=boundaries.tap)
    with opened as stack:
        surviving_crashes(stack)
        yield World(stack)


def run(story: Story, world: World, boundaries: Boundaries, number: int, side: Side) -> int:
    """One run of a story with the `number`-th call cut off; how many calls its step made."""
    subject = story.before(world)
    with boundaries.watch({number: crash(side)}), suppress(Crash, LookupError):
        story.step(world, subject)
    with suppress(LookupError):
        story.after(world, subject)
    world.minutes(PATIENCE)
    return len(boundaries.crossed)


def assert_ended_well(story: Story, world: World) -> None:
    statuses = {payment: world.status(payment) for payment in world.handed}
    assert story.wanted in statuses.values(), statuses
    assert_clean(world.stack)


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_process_that_dies_at_any_call_leaves_the_books_right(story: Story, side: Side) -> None:
    boundaries = Boundaries()
    number = 0
    while True:
        with world_on(None, boundaries, number) as world:
            calls = run(story, world, boundaries, number, side)
            SEEN.setdefault(story.name, set()).update(boundaries.crossed)

            assert_ended_well(story, world)

        if number >= calls:
            break
        number += 1

    assert number > 0
