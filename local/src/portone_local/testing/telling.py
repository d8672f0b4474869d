"""How a story is told to the end: with a call cut off or broken, with time passing, with the oracle judging."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from portone_local.oracle import ObservedStack, assert_clean
from portone_local.testing.boundaries import Boundaries, Breaks, Crash, Crossing, Side, at, crash, none
from portone_local.testing.stories import PATIENCE, Story, World, let_pass, surviving_crashes


@contextmanager
def in_memory() -> Iterator[tuple[World, Boundaries]]:
    """A world of its own; always the same ids, so that a story always makes the same calls."""
    boundaries = Boundaries()
    with ObservedStack.in_memory(seed=1, tap=boundaries.tap) as stack:
        boundaries.follow(stack)
        surviving_crashes(stack)
        yield World(stack), boundaries


def points_of(story: Story) -> list[Crossing]:
    """Every call the step of a story makes when nothing breaks, in order."""
    with in_memory() as (world, boundaries):
        return step_of(story, world, boundaries)


def step_of(story: Story, world: World, boundaries: Boundaries, breaks: Breaks = none) -> list[Crossing]:
    """What is before the step, and the step; the calls it made."""
    subject = story.before(world)
    with boundaries.watch(breaks), suppress(Crash, LookupError):
        story.step(world, subject)
    with suppress(LookupError):
        story.after(world, subject)
    return boundaries.crossed


def cut_off(story: Story, world: World, boundaries: Boundaries, point: Crossing, side: Side) -> None:
    """A story whose step dies at one call; then people do what they do, and time passes.

    Raises AssertionError when the call was not made.
    """
    crossed = step_of(story, world, boundaries, at(point.call, point.nth, crash(side)))
    if not any((each.call, each.nth) == (point.call, point.nth) for each in crossed):
        raise AssertionError(f"{point} was not reached")
    let_pass(world.stack, PATIENCE)


def assert_ended_well(story: Story, world: World, *, hurt: bool = False) -> None:
    """Raises AssertionError unless a payment is as the story wants it and no invariant is broken."""
    statuses = world.statuses()
    if story.wanted and story.wanted not in statuses.values():
        raise AssertionError(f"{story.name} ended with {statuses}")
    assert_clean(world.stack, answers=getattr(world.stack, "answers", ()), hurt=hurt)
