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
from tests.support.seen import Seen


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


def test_every_kind_of_call_of_a_handler_is_interrupted() -> None:
    """Also what time makes of a story, and a look at that."""
    seen = Seen()
    for story in ALL_STORIES:
        with in_memory() as (world, boundaries):
            crossed = step_of(story, world, boundaries)
            let_pass(world.stack, story.patience)
            for payment_id in world.handed:
                look(world, payment_id)
            seen.record(story.name, crossed, boundaries)

    assert seen.made
    assert seen.owed == set()


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
