"""PortOne sends no webhook: every change is found nevertheless, within the limits of I4."""

import pytest

from portone_local.stack.passing import let_pass
from portone_local.stories.book import STORIES
from portone_local.stories.telling import assert_ended_well, in_memory, step_of
from portone_local.stories.world import DAY, MINUTE, Story

# what is changed after it was paid, or paid too late, is found within a day
LATE = {
    "receive webhooks of a cancelled payment",
    "receive a cancellation six minutes old",
    "prepare a second payment after a cancellation",
    "receive a late deposit after a second payment was paid",
}


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_without_webhooks_the_books_agree_inside_the_limits(story: Story) -> None:
    with in_memory() as (world, boundaries):
        world.stack.portone.webhooks.switched_on = False

        step_of(story, world, boundaries)
        let_pass(world.stack, DAY if story.name in LATE else 15 * MINUTE)

        assert_ended_well(story, world)
