"""How a story is played to its end: with a call interrupted or failing, and with the oracle judging."""

import functools
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count, pairwise
from typing import Any

from portone_local.actors.approver import HOOK
from portone_local.actors.subscribers import to_hour
from portone_local.oracle import ObservedStack, assert_clean
from portone_local.portone import Fault
from portone_local.stack.ministack import MiniStack
from portone_local.stack.passing import let_pass
from portone_local.stack.stack import Stack
from portone_local.stories.boundaries import Boundaries, Breaks, Crash, Crossing, Side, at, crash, none
from portone_local.stories.empty_shards import EmptyShards
from portone_local.stories.world import MINUTE, Act, Story, World, surviving_crashes
from portone_payments.adapters.aws.secrets import SecretsManager
from portone_payments.entry.failure import JobFailed

type Death = tuple[Crossing, Side]

FEW = 8
LIMIT = "10000"  # won; for a larger refund by staff a second person has to agree
SHOP = {"staff_refund_limit": LIMIT, **HOOK}
SECONDS = {"receive_webhook": 10.0, "work_payments": 150.0, "work_charges": 150.0}
"""How long an invocation may take, in virtual seconds (rule 4.6); the API's functions `API_SECONDS`."""
API_SECONDS = 20.0 + 1.0
THOROUGH = int(os.environ.get("RACE_ROUNDS", "20")) >= 200  # noqa: PLR2004 - what make check sets


def every(*, test: int, check: int) -> int:
    """Which cases a run takes: every n-th in `make test` and in `make check`, all of them in `make prove`."""
    if "PROVE" in os.environ:
        return 1
    return check if THOROUGH else test


@contextmanager
def in_memory() -> Iterator[tuple[World, Boundaries]]:
    """A world of its own; always the same ids, so that a story always makes the same calls."""
    boundaries = Boundaries()
    with ObservedStack.in_memory(seed=1, tap=boundaries.tap, **SHOP) as stack:
        boundaries.follow(stack)
        surviving_crashes(stack)
        yield World(stack), boundaries


@contextmanager
def at_noon() -> Iterator[ObservedStack]:
    """A stack at noon in Korea; afterwards the oracle judges."""
    with ObservedStack.in_memory(seed=1) as stack:
        to_hour(stack, 12)
        yield stack
        assert_clean(stack, answers=stack.answers)


@contextmanager
def in_time() -> Iterator[World]:
    """A world; however slow PortOne was in it, no caller waited too long."""
    with in_memory() as (world, boundaries):
        yield world
        assert_in_time(boundaries)


def assert_in_time(boundaries: Boundaries) -> None:
    """Raises AssertionError when nothing was invoked, or something took longer than it may."""
    overlong = [
        f"{each.function} took {each.seconds:.1f} s"
        for each in boundaries.invocations
        if each.seconds > SECONDS.get(each.function, API_SECONDS)
    ]
    if overlong or not boundaries.invocations:
        raise AssertionError(overlong)


@contextmanager
def on_ministack(
    ministack: MiniStack, *, only_writer: bool = True
) -> Iterator[tuple[Callable[[], World], Boundaries]]:
    """A stack of the real adapters that many worlds share.

    `only_writer`: no other process writes its tables, so empty shards need not be queried again and again.
    """
    boundaries, numbers = Boundaries(), count(1)

    def tap(service: str, client: Any) -> Any:
        if service == "dynamodb" and only_writer:
            client = EmptyShards(client, watched=lambda: boundaries.watching)
        return boundaries.tap(service, client)

    with ObservedStack.on_ministack(ministack, seed=1, tap=tap, **SHOP) as stack:
        boundaries.follow(stack)
        surviving_crashes(stack)
        yield lambda: World(stack, f"case-{next(numbers)}", lambda: cold(stack)), boundaries


def cold(stack: Stack) -> None:
    """New containers: what the old ones read of secrets and of what is stopped is forgotten."""
    stack.functions.restart()
    secrets: SecretsManager = stack.ports["secrets"]
    for cached in (secrets._api, secrets._webhook, secrets._hash_key, secrets._charge_keys):  # noqa: SLF001 - cannot be told to
        cached._value = None  # noqa: SLF001 - as above


@functools.cache
def points_of(story: Story) -> Sequence[Crossing]:
    """Every call the step of a story makes in memory when nothing breaks, in order: the same every time."""
    with in_memory() as (world, boundaries):
        return tuple(step_of(story, world, boundaries))


def representatives(points: Sequence[Crossing]) -> list[Crossing]:
    """Every call, but of many alike only the first and the last.

    A sweep reads each of the 32 due indexes, and the answers are empty but for one: between the first and the
    last there is nothing to lose. In memory every one of them is cut off.
    """
    last = {point.kind: point.nth for point in points}
    return [point for point in points if last[point.kind] <= FEW or point.nth in {1, last[point.kind]}]


def deaths(points: Sequence[Crossing], taken: Collection[Crossing] | None = None) -> list[Death]:
    """Every moment the process can die at, each once; of all points, or of those `taken` among them.

    After a call and before the next one of the same thread nothing happens outside: that is one death. What
    another invocation does next is another one, since whoever called this one is not answered.
    """
    nexts = dict(pairwise(points))
    wanted = points if taken is None else taken
    return [
        (point, side)
        for point in wanted
        for side in Side
        if side is Side.BEFORE or not _goes_on(point, nexts.get(point), wanted)
    ]


def _goes_on(point: Crossing, following: Crossing | None, wanted: Collection[Crossing]) -> bool:
    """Whether the death after this call is played as the one before the following one."""
    same = following is not None and point.within is not None and following.within == point.within
    return same and following in wanted


def step_of(story: Story, world: World, boundaries: Boundaries, breaks: Breaks = none) -> list[Crossing]:
    """What is before the step, the step, and what people do after it; the calls the step made."""
    subject = story.before(world)
    crossed = acted(story.step, world, subject, boundaries, breaks)
    with suppress(LookupError):
        story.after(world, subject)
    return crossed


def acted(
    act: Act, world: World, subject: str, boundaries: Boundaries, breaks: Breaks = none
) -> list[Crossing]:
    """The calls an act makes in new containers, as far as it gets."""
    world.restart()
    with boundaries.watch(breaks), suppress(Crash, LookupError, JobFailed):
        act(world, subject)
    return boundaries.crossed


def break_off(story: Story, world: World, boundaries: Boundaries, point: Crossing, side: Side) -> None:
    """A story whose step dies at one call. Raises AssertionError when the call was not made."""
    reached(point, step_of(story, world, boundaries, dying(point, side)))


def dying(point: Crossing, side: Side) -> Breaks:
    """The process dies at this call."""
    return at(point.call, point.nth, crash(side))


def reached(point: Crossing, crossed: list[Crossing]) -> None:
    """Raises AssertionError when a call was not made: its case would have shown nothing."""
    if (point.call, point.nth) not in {(each.call, each.nth) for each in crossed}:
        raise AssertionError(f"{point} was not reached")


def assert_wanted(story: Story, world: World) -> None:
    """Raises AssertionError unless a payment is as the story requires."""
    statuses = world.statuses()
    if story.wanted and story.wanted not in statuses.values():
        raise AssertionError(f"{story.name} ended with {statuses}")


def assert_ended_well(story: Story, world: World, *, hurt: bool = False) -> None:
    """Raises AssertionError unless a payment is as the story requires and no invariant is broken."""
    assert_wanted(story, world)
    assert_clean(world.stack, answers=world.answers, hurt=hurt)


def one_fault(story: Story, world: World, operation: str, fault: Fault) -> None:
    """A story in whose step PortOne misbehaves once at this operation."""
    subject = story.before(world)
    world.stack.portone.inject(operation=operation, fault=fault)
    story.step(world, subject)
    story.after(world, subject)


def ten_minutes_of_faults(story: Story, world: World, operation: str, fault: Fault) -> None:
    """A story from whose step on PortOne misbehaves for ten minutes at this operation."""
    subject = story.before(world)
    world.stack.portone.inject(operation=operation, fault=fault, times=None)
    story.step(world, subject)
    let_pass(world.stack, 10 * MINUTE)
    world.stack.portone.clear_faults()
    story.after(world, subject)
