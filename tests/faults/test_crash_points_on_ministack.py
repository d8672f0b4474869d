"""The same with the real adapters: the process dies before and after boto3 and PortOne calls.

In memory every story dies at every call, on a table that refuses what DynamoDB refuses. What only a real one
can show is how DynamoDB itself takes a write, so `make test` tells the few stories whose writes differ most
(EVERYDAY) and takes some of their cases. `make check` tells all stories, `make prove` all cases of them; and
there a call that leaves the bundle and that no case cuts off fails the build.
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

EVERYDAY = {
    "subscribe": "four records in one transaction, three of them new: request, subscription, seat, wallet",
    "renew": "a payment's wallet, then payment and subscription, then with them the invoice that leaves",
    "change the plan": "a seat beside payment and subscription",
    "decide about a charge-back": "a row of the list for staff beside payment and subscription",
}
"""Stories of `make test`, by what each writes that no other of them does."""

STEP, STEP_OF_CHARGES = every(test=3, check=2), every(test=10, check=3)
SOURCE = template.ROOT / "layers/portone_payments/src/portone_payments"
AUDIT_CALLS = {"portone.list_payments"}
SEEN = Seen()


@pytest.mark.race
@pytest.mark.ministack
@pytest.mark.parametrize(
    "story",
    [
        pytest.param(each, id=each.name, marks=[] if each.name in EVERYDAY else pytest.mark.thorough)
        for each in ALL_STORIES
    ],
)
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


@pytest.mark.thorough
@pytest.mark.ministack
def test_every_kind_of_call_of_a_handler_is_interrupted(seen: Seen) -> None:
    assert seen.made
    assert seen.owed == set()


@pytest.mark.thorough
@pytest.mark.ministack
def test_every_call_of_an_adapter_is_interrupted(seen: Seen) -> None:
    assert set(calls_in(SOURCE)) - {call for _, call in seen.cut_off} <= AUDIT_CALLS


@pytest.mark.thorough
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
