"""The process dies, and the one that tries again dies as well: at every pair of calls.

Every death alone is told by test_crash_points.py. Everyday runs take every third death of a step and every
second one of its retry, of charges every fifth and fifth; make check all but of charges, make prove all.
"""

from collections.abc import Callable, Iterator

import pytest

from portone_local.stack.passing import let_pass
from portone_local.stories import approvals as approval_stories
from portone_local.stories import billing_keys as key_stories
from portone_local.stories import charges as charge_stories
from portone_local.stories import lives, subscription_scenes
from portone_local.stories import refunds as refund_stories
from portone_local.stories import subscriptions as subscription_stories
from portone_local.stories.book import RECURRING, story_named
from portone_local.stories.boundaries import Boundaries
from portone_local.stories.telling import (
    Death,
    acted,
    assert_ended_well,
    deaths,
    dying,
    every,
    in_memory,
    points_of,
    reached,
    representatives,
)
from portone_local.stories.world import MINUTE, Act, Story, World

HOUR = 3600
FIRST, FIRST_OF_CHARGES = every(test=3, check=1), every(test=5, check=1)
AGAIN, AGAIN_OF_CHARGES = every(test=2, check=1), every(test=5, check=3)


def redelivered(world: World, _payment_id: str) -> None:
    """PortOne's first retry comes within a minute."""
    world.wait(MINUTE)
    world.stack.deliver()


def swept_again(world: World, _payment_id: str) -> None:
    """The next sweep after the lease."""
    world.wait(4 * MINUTE)
    world.stack.tick()


def swept_twice(world: World, _subject: str) -> None:
    """The subscription's mark comes before its charge's lease ends: both at once run in no fixed order."""
    for minutes in (1, 3):
        world.wait(minutes * MINUTE)
        world.stack.tick()


# what tries again: the shop, the app, PortOne, staff, the worker after the lease and the next sweep
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
    "refund a part": refund_stories.cancel,
    "refund without an answer": refund_stories.cancel,
    "refund and never ask again": swept_again,
    "refund beside the console": refund_stories.cancel,
    "work at a refund that was not sent": swept_again,
    "see a mismatch that must go back": redelivered,
    "work at a mismatch that goes back": swept_again,
    "supply an account for a wrong deposit": refund_stories.supply_account,
    "approve a large refund": refund_stories.approve,
    "close a wrong account": swept_again,
    "close an account whose time is over": swept_again,
    "approve by hand": approval_stories.confirm,
    "approve by hand and never come back": swept_again,
    "approve by hand without an answer": approval_stories.confirm,
    "work at an approval without an answer": swept_again,
    "ask for a cash receipt": approval_stories.issue,
    "ask for a cash receipt without an answer": approval_stories.issue,
    "take a cash receipt back": approval_stories.take_back,
    "work at a cash receipt without an answer": swept_again,
    "work at a cash receipt out of step": swept_again,
    "start to save a method": key_stories.start,
    "register a method": key_stories.register,
    "register a method by hand": key_stories.register,
    "hear of a method nobody registered": redelivered,
    "delete a method": key_stories.delete,
    "delete a method that is being charged": key_stories.delete,
    "work at a deletion that had to wait": swept_twice,
    "charge an order": charge_stories.charge,
    "charge an order without an answer": charge_stories.charge,
    "work at a charge without an answer": swept_again,
    "subscribe": lambda world, _: subscription_scenes.begin(world),
    "renew": swept_again,
    "renew without an answer": swept_again,
    "renew with a declined method": swept_again,
    "settle a renewal nobody answered": swept_twice,
    "give another method after a decline": key_stories.choose,
    "change the plan": subscription_stories.change_plan,
    "resume": subscription_scenes.asking("resume"),
    "cancel": subscription_stories.END,
    "cancel while a charge is under way": subscription_stories.END,
    "take the end back": lives.KEEP,
    "end with what is paid": swept_again,
    "pay what is owed": lives.pay_owed,
    "open a window for what is owed": lives.open_window,
    "hear of what was paid in a window": redelivered,
    "hear of a charge-back": redelivered,
    "tell all of a new price": swept_again,
    "close an account": lives.close_account,
    "pay in parts": subscription_scenes.pay_in_parts,
    "collect a part": swept_again,
}


def died(story: Story, world: World, boundaries: Boundaries, first: Death) -> str:
    """A story up to where its step died; what it is about."""
    subject = story.before(world)
    reached(first[0], acted(story.step, world, subject, boundaries, dying(*first)))
    return subject


def deaths_of_the_retry(story: Story, first: Death) -> list[Death]:
    with in_memory() as (world, boundaries):
        subject = died(story, world, boundaries, first)
        points = acted(RETRIES[story.name], world, subject, boundaries)
        return deaths(points, representatives(points))


def pairs_of(story: Story, start: int) -> Iterator[tuple[Death, Death]]:
    """Deaths of the step, each with deaths of the retry that follows it; of another retry each time."""
    firsts, agains = (FIRST_OF_CHARGES, AGAIN_OF_CHARGES) if story in RECURRING else (FIRST, AGAIN)
    for turn, first in enumerate(some(deaths(points_of(story)), firsts, start), start):
        yield from ((first, again) for again in some(deaths_of_the_retry(story, first), agains, turn))


def some(found: list[Death], step: int, start: int) -> list[Death]:
    """Every `step`-th, beginning elsewhere at each `start`; of a few one at least."""
    return found[start % (min(step, len(found)) or 1) :: step]


@pytest.mark.race
@pytest.mark.parametrize("name", RETRIES)
def test_dying_twice_leaves_the_books_right(
    name: str, record_property: Callable[[str, object], None]
) -> None:
    story, pairs = story_named(name), 0

    for first, (point, side) in pairs_of(story, [*RETRIES].index(name)):
        with in_memory() as (world, boundaries):
            subject = died(story, world, boundaries, first)
            reached(point, acted(RETRIES[name], world, subject, boundaries, dying(point, side)))
            story.after(world, subject)
            let_pass(world.stack, HOUR)

            assert_ended_well(story, world)
        pairs += 1

    record_property("pairs of crashes", pairs)
    assert pairs


def test_every_retried_story_exists() -> None:
    assert [story_named(name).name for name in RETRIES] == [*RETRIES]
