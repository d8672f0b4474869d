"""The process dies before and after every call it makes, one by one; afterwards the books agree."""

import pytest

from portone_local.testing.boundaries import Side
from portone_local.testing.stories import Story, let_pass
from portone_local.testing.story_book import ALL_STORIES
from portone_local.testing.telling import assert_ended_well, break_off, in_memory, points_of


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("story", ALL_STORIES, ids=lambda story: story.name)
def test_a_process_that_dies_at_any_call_leaves_the_books_right(story: Story, side: Side) -> None:
    points = points_of(story)

    for point in points:
        with in_memory() as (world, boundaries):
            break_off(story, world, boundaries, point, side)
            let_pass(world.stack, story.patience)

            assert_ended_well(story, world)

    assert points
