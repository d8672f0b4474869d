"""The process dies, and the one that tries again dies as well: at every pair of calls."""

import sys
from itertools import product

import pytest

from portone_local.testing.boundaries import Boundaries, Crossing, Side
from portone_local.testing.stories import MINUTE, PATIENCE, Act, Story, World, let_pass
from portone_local.testing.story_book import story_named
from portone_local.testing.telling import (
    acted,
    assert_ended_well,
    dying,
    in_memory,
    points_of,
    reached,
    representatives,
)

type Point = tuple[Crossing, Side]


def redelivered(world: World, _payment_id: str) -> None:
    """PortOne's first retry comes within a minute."""
    world.wait(MINUTE)
    world.stack.deliver()


def swept_again(world: World, _payment_id: str) -> None:
    """The next sweep after the lease."""
    world.wait(4 * MINUTE)
    world.stack.tick()


# what tries again: the shop, the app, PortOne, the worker after the lease and the next sweep
RETRIES: dict[str, Act] = {
    "put an order": World.put,
    "prepare a payment": lambda world, order_id: world.prepare(order_id, keyed=True),
    "prepare again on another device": lambda world, order_id: world.prepare(order_id, keyed=True),
    "verify a payment nobody told of": World.verify,
    "verify the second payment of an order": World.verify,
    "receive webhooks": redelivered,
    "receive webhooks of a cancelled payment": redelivered,
    "receive a late deposit after a second payment was paid": redelivered,
    "work": swept_again,
}


def died(story: Story, world: World, boundaries: Boundaries, first: Point) -> str:
    """A story up to where its step died; what it is about."""
    subject = story.before(world)
    reached(first[0], acted(story.step, world, subject, boundaries, dying(*first)))
    return subject


def points_of_the_retry(story: Story, first: Point) -> list[Crossing]:
    with in_memory() as (world, boundaries):
        subject = died(story, world, boundaries, first)
        return representatives(acted(RETRIES[story.name], world, subject, boundaries))


@pytest.mark.parametrize("name", RETRIES)
def test_dying_again_in_the_retry_leaves_the_books_right(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    story, pairs = story_named(name), 0

    for first in product(points_of(story), Side):
        for point, side in product(points_of_the_retry(story, first), Side):
            with in_memory() as (world, boundaries):
                subject = died(story, world, boundaries, first)
                reached(point, acted(RETRIES[name], world, subject, boundaries, dying(point, side)))
                story.after(world, subject)
                let_pass(world.stack, PATIENCE)

                assert_ended_well(story, world)
            pairs += 1

    with capsys.disabled():
        sys.stdout.write(f"{name}: {pairs} pairs ")
    assert pairs
