"""The same with the real adapters: the process dies before and after boto3 and PortOne calls.

Everyday runs take a few cases of each story; make check more, make prove all. And a call that leaves the
bundle and that no case cuts off fails the build: the stories are listed while they are told.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from portone_local.gateway.functions import Handler
from portone_local.oracle import assert_clean
from portone_local.stack.ministack import MiniStack
from portone_local.stack.passing import let_pass
from portone_local.stack.stack import Stack
from portone_local.stories.book import ALL_STORIES, RECURRING, story_named
from portone_local.stories.boundaries import Boundaries, Crossing
from portone_local.stories.telling import (
    assert_wanted,
    break_off,
    deaths,
    every,
    in_memory,
    on_ministack,
    representatives,
    step_of,
)
from portone_local.stories.world import Story, World
from portone_local.template import cloudformation as template
from tests.support.seen import Kind, Seen, calls_in

STEP, STEP_OF_CHARGES = every(test=3, check=2), every(test=10, check=3)
SOURCE = template.ROOT / "layers/portone_payments/src/portone_payments"
# the audit has no payment to tell a story of: its functions die in crash tests of their own
AUDIT = {"audit_payments", "list_discrepancies", "close_discrepancy"}
# what ended five years ago has nobody to go on with it: who deletes dies in
# tests/flows/timers/test_retention.py
RETENTION = {"apply_retention"}
# and so do those of the identity functions, which have users and verifications instead
IDENTITY = template.functions_of("identity")
AUDIT_CALLS = {"portone.list_payments"}
SEEN = Seen()


@pytest.mark.race
@pytest.mark.ministack
@pytest.mark.parametrize("story", ALL_STORIES, ids=lambda story: story.name)
def test_a_process_that_dies_at_any_call_of_aws_leaves_the_books_right(
    ministack: MiniStack, story: Story
) -> None:
    step = STEP_OF_CHARGES if story in RECURRING else STEP
    first = ALL_STORIES.index(story) % step
    with on_ministack(ministack) as (new_world, boundaries):
        recorded = new_world()
        points, worlds = listed(story, recorded, boundaries), [recorded]
        let_pass(recorded.stack, story.patience if story.restless else 0)

        for point, side in deaths(points, representatives(points))[first::step]:
            worlds.append(new_world())
            break_off(story, worlds[-1], boundaries, point, side)
            let_pass(recorded.stack, story.patience if story.restless else 0)

        let_pass(recorded.stack, story.patience)
        for world in worlds:
            assert_wanted(story, world)
        assert_clean(recorded.stack, answers=recorded.answers)


def listed(story: Story, world: World, boundaries: Boundaries) -> list[Crossing]:
    """The calls of a story's step with nothing broken; what time makes of it is listed in memory."""
    crossed = step_of(story, world, boundaries)
    SEEN.record(story.name, crossed, boundaries)
    return crossed


@pytest.fixture
def seen(ministack: MiniStack) -> Seen:
    """All stories: those told above, and in a run of these tests alone the others, once each."""
    for story in ALL_STORIES:
        if story.name not in SEEN.stories:
            with on_ministack(ministack) as (new_world, boundaries):
                listed(story, new_world(), boundaries)
    return SEEN


@pytest.mark.ministack
def test_every_kind_of_call_of_a_handler_is_interrupted(seen: Seen) -> None:
    assert seen.made
    assert seen.owed == set()


@pytest.mark.ministack
def test_every_function_has_crash_cases(seen: Seen) -> None:
    folders = set(template.handlers())

    assert folders - AUDIT - RETENTION - IDENTITY == {function for function, _ in seen.cut_off}


@pytest.mark.ministack
def test_every_call_of_an_adapter_is_interrupted(seen: Seen) -> None:
    assert set(calls_in(SOURCE)) - {call for _, call in seen.cut_off} <= AUDIT_CALLS


@pytest.mark.ministack
def test_a_planted_call_of_an_adapter_is_noticed(seen: Seen, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(SOURCE, tmp_path / "source"))
    with (copy / "adapters" / "aws" / "queue.py").open("a") as file:
        file.write("\n\ndef planted(queue):\n    queue._client.purge_queue()\n")

    assert "sqs.purge_queue" in set(calls_in(copy)) - {call for _, call in seen.cut_off}


def test_a_planted_call_of_a_handler_is_noticed() -> None:
    planted = made(lambda stack: plant(stack, "GetPayment", lambda stack: stack.ports["queue"].backlog()))

    assert planted - made() == {("get_payment", "sqs.backlog")}


def made(spoil: Callable[[Stack], None] = lambda _: None) -> set[Kind]:
    """The kinds of calls in a story in which everybody looks."""
    found, story = Seen(), story_named("look at what there is")
    with in_memory() as (world, boundaries):
        spoil(world.stack)
        boundaries.follow(world.stack)
        found.record(story.name, step_of(story, world, boundaries), boundaries)
    return found.made


def plant(stack: Stack, function: str, extra: Callable[[Stack], object]) -> None:
    """Have a function do something more, about a payment that was paid."""

    def around(name: str, shipped: Handler) -> Handler:
        def planted(event: Any, context: Any) -> Any:
            answer = shipped(event, context)
            extra(stack)
            return answer

        return planted if name == function else shipped

    stack.functions.around = around
