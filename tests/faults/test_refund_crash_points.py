"""Whoever gives money back dies at any call: it goes back once all the same, or is known not to."""

import pytest

from portone_local.ministack import MiniStack
from portone_local.oracle import assert_clean
from portone_local.testing.boundaries import Side
from portone_local.testing.refund_stories import HOUR, REFUND_STORIES
from portone_local.testing.stories import Story, let_pass
from portone_local.testing.telling import (
    assert_ended_well,
    assert_wanted,
    break_off,
    in_memory,
    on_ministack,
    points_of,
    representatives,
    step_of,
)

SAMPLE = 5  # every fifth call on MiniStack, in memory each


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("story", REFUND_STORIES, ids=lambda story: story.name)
def test_a_process_that_dies_at_any_call_gives_the_money_back_once(story: Story, side: Side) -> None:
    points = points_of(story)

    for point in points:
        with in_memory() as (world, boundaries):
            break_off(story, world, boundaries, point, side)
            let_pass(world.stack, HOUR)

            assert_ended_well(story, world)

    assert points


@pytest.mark.race
@pytest.mark.ministack
@pytest.mark.parametrize("story", REFUND_STORIES, ids=lambda story: story.name)
def test_a_process_that_dies_at_a_call_of_aws_gives_the_money_back_once(
    ministack: MiniStack, story: Story
) -> None:
    with on_ministack(ministack) as (new_world, boundaries):
        recorded = new_world()
        points = representatives(step_of(story, recorded, boundaries))
        worlds = [recorded]
        let_pass(recorded.stack, HOUR)

        for number, point in enumerate(points):
            if number % SAMPLE == 0:
                worlds.append(new_world())
                break_off(story, worlds[-1], boundaries, point, Side(list(Side)[number // SAMPLE % 2]))
                let_pass(recorded.stack, HOUR)

        for world in worlds:
            assert_wanted(story, world)
        assert_clean(recorded.stack, answers=recorded.answers)
