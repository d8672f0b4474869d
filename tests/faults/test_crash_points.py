"""The process dies before and after every call it makes, one by one; afterwards the books agree."""

from itertools import pairwise
from typing import Any

import pytest

from portone_local.stack.passing import let_pass
from portone_local.stories.acts import look
from portone_local.stories.book import ALL_STORIES, story_named
from portone_local.stories.boundaries import Crossing, Side
from portone_local.stories.telling import (
    acted,
    assert_ended_well,
    break_off,
    deaths,
    dying,
    in_memory,
    points_of,
    representatives,
    step_of,
)
from portone_local.stories.world import Story
from portone_local.template import cloudformation as template
from tests.support.seen import Seen

# the audit has no payment to tell a story of: its functions die in crash tests of their own
AUDIT = {"audit_payments", "list_discrepancies", "close_discrepancy"}
# what ended five years ago has nobody to go on with it: who deletes dies in
# tests/flows/timers/test_retention.py
RETENTION = {"apply_retention"}
# and so do those of the identity functions, which have users and verifications instead
IDENTITY = template.functions_of("identity")


@pytest.mark.parametrize("story", ALL_STORIES, ids=lambda story: story.name)
def test_a_process_that_dies_at_any_call_leaves_the_books_right(story: Story) -> None:
    points = points_of(story)
    # every shard a sweep reads is cut off once, in the story of that name
    told = deaths(points, None if story.name == "sweep" else representatives(points))

    for point, side in told:
        with in_memory() as (world, boundaries):
            break_off(story, world, boundaries, point, side)
            let_pass(world.stack, story.patience)

            assert_ended_well(story, world)

    assert told


@pytest.fixture(scope="module")
def seen() -> Seen:
    """All stories, what time makes of them, and a look at that."""
    found = Seen()
    for story in ALL_STORIES:
        with in_memory() as (world, boundaries):
            crossed = step_of(story, world, boundaries)
            let_pass(world.stack, story.patience)
            for payment_id in world.handed:
                look(world, payment_id)
            found.record(story.name, crossed, boundaries)
    return found


def test_every_kind_of_call_of_a_handler_is_interrupted(seen: Seen) -> None:
    assert seen.made
    assert seen.owed == set()


def test_every_function_has_crash_cases(seen: Seen) -> None:
    folders = set(template.handlers())

    assert folders - AUDIT - RETENTION - IDENTITY == {function for function, _ in seen.cut_off}


@pytest.mark.parametrize(
    "name", ["renew", "refund a part", "receive webhooks", "verify the second payment of an order"]
)
def test_a_death_after_a_call_equals_one_before_the_next(name: str) -> None:
    """What a death leaves outside of the process is all that anybody goes on with."""
    story, points = story_named(name), points_of(story_named(name))
    untold = [pair for pair in pairwise(points) if (pair[0], Side.AFTER) not in deaths(points)]

    for point, following in untold:
        assert left(story, point, Side.AFTER) == left(story, following, Side.BEFORE), point

    assert untold


def left(story: Story, point: Crossing, side: Side) -> list[Any]:
    """What is outside of a process that died here: tables, queues, bus, PortOne and what it is answered."""
    with in_memory() as (world, boundaries):
        acted(story.step, world, story.before(world), boundaries, dying(point, side))
        ports, portone = world.stack.ports, world.stack.portone
        return [
            *(world.stack.dump(), world.stack.identity_dump(), world.stack.bus.published),
            *(ports["queue"].bodies, ports["queue"].backlog(), ports["charge_queue"].bodies),
            *(portone.books(), portone.billing_books(), [each.due for each in portone.pending()]),
            *([each.status for each in portone.webhooks.sent], world.answers, world.stack.clock.now()),
        ]
