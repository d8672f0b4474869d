"""The same with the real adapters: the process dies before and after boto3 and PortOne calls.

Everyday runs take every third case of each story, RACE_ROUNDS=200 (make check) all of them.
"""

import os
from itertools import product

import pytest

from portone_local.ministack import MiniStack
from portone_local.oracle import assert_clean
from portone_local.testing.boundaries import Side
from portone_local.testing.stories import PATIENCE, Story, let_pass
from portone_local.testing.story_book import STORIES
from portone_local.testing.telling import (
    assert_wanted,
    break_off,
    on_ministack,
    representatives,
    step_of,
)

STEP = 1 if int(os.environ.get("RACE_ROUNDS", "20")) >= 200 else 3


@pytest.mark.race
@pytest.mark.ministack
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_process_that_dies_at_any_call_of_aws_leaves_the_books_right(
    ministack: MiniStack, story: Story
) -> None:
    with on_ministack(ministack) as (new_world, boundaries):
        recorded = new_world()
        points = representatives(step_of(story, recorded, boundaries))
        worlds = [recorded]
        let_pass(recorded.stack, PATIENCE if story.restless else 0)

        for point, side in list(product(points, Side))[::STEP]:
            worlds.append(new_world())
            break_off(story, worlds[-1], boundaries, point, side)
            let_pass(recorded.stack, PATIENCE if story.restless else 0)

        let_pass(recorded.stack, PATIENCE)
        for world in worlds:
            assert_wanted(story, world)
        assert_clean(recorded.stack, answers=recorded.answers)
