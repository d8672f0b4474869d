"""A verification whose process dies at any call: repeated, it ends as if nothing had died."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from portone_local.actors.people import wait
from portone_local.oracle import ObservedStack
from portone_local.oracle.identity import assert_identity_clean
from portone_local.stories.boundaries import Boundaries, Crash, Crossing, Side, at, crash
from portone_local.stories.identity import IDENTITY_STORIES, UNDER_WAY, IdentityStory
from portone_local.template.cloudformation import functions_of
from portone_payments.entry.failure import JobFailed


@contextmanager
def world() -> Iterator[tuple[ObservedStack, Boundaries]]:
    """A stack of its own; always the same ids."""
    boundaries = Boundaries()
    with ObservedStack.in_memory(seed=1, tap=boundaries.tap) as stack:
        boundaries.follow(stack)
        yield stack, boundaries


def points_of(story: IdentityStory) -> list[Crossing]:
    with world() as (stack, boundaries):
        subject = story.before(stack)
        with boundaries.watch():
            story.step(stack, subject)
        return boundaries.crossed


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("story", IDENTITY_STORIES, ids=lambda story: story.name)
def test_a_process_that_dies_at_any_call_leaves_nothing_wrong(story: IdentityStory, side: Side) -> None:
    points = points_of(story)

    for point in points:
        with world() as (stack, boundaries):
            subject = story.before(stack)
            with boundaries.watch(at(point.call, point.nth, crash(side))), suppress(Crash, JobFailed):
                story.step(stack, subject)
            reached = {(each.call, each.nth) for each in boundaries.crossed}
            assert_identity_clean(stack, stack.answers)
            wait(stack, UNDER_WAY)
            story.step(stack, subject)

            assert (point.call, point.nth) in reached
            assert story.wanted(stack, subject), point
            assert_identity_clean(stack, stack.answers)

    assert points


def test_every_kind_of_call_of_the_identity_functions_is_interrupted() -> None:
    kinds = {(point.function, point.call) for story in IDENTITY_STORIES for point in points_of(story)}

    made: set[tuple[str, str]] = set()
    for story in IDENTITY_STORIES:
        with world() as (stack, boundaries):
            story.wanted(stack, story.before(stack))
            made |= {kind for kind in boundaries.made if kind[0] in functions_of("identity")}
    assert made <= kinds
