"""The same with the real adapters: the process dies before and after boto3 and PortOne calls.

Everyday runs take a few cases of each story; make check more, make prove all.
"""

from itertools import product

import pytest

from portone_local.ministack import MiniStack
from portone_local.oracle import assert_clean
from portone_local.testing.boundaries import Side
from portone_local.testing.stories import Story, let_pass
from portone_local.testing.story_book import ALL_STORIES, RECURRING
from portone_local.testing.telling import (
    assert_wanted,
    break_off,
    every,
    on_ministack,
    representatives,
    step_of,
)

STEP, STEP_OF_CHARGES = every(test=5, check=3), every(test=15, check=7)


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
        points = representatives(step_of(story, recorded, boundaries))
        worlds = [recorded]
        let_pass(recorded.stack, story.patience if story.restless else 0)

        for point, side in list(product(points, Side))[first::step]:
            worlds.append(new_world())
            break_off(story, worlds[-1], boundaries, point, side)
            let_pass(recorded.stack, story.patience if story.restless else 0)

        let_pass(recorded.stack, story.patience)
        for world in worlds:
            assert_wanted(story, world)
        assert_clean(recorded.stack, answers=recorded.answers)
