"""Stories of how a subscription begins later, ends and goes on, and of how what is owed is paid after all."""

from portone_local.stories.acts import nothing, work
from portone_local.stories.billing_keys import leased
from portone_local.stories.subscription_scenes import (
    DAY,
    asking,
    weekly,
)
from portone_local.stories.world import Story, World

END_LATER = asking("cancel", {"atPeriodEnd": True})


def ending(world: World) -> str:
    """A week that is paid and the last."""
    subscription_id = weekly(world)
    END_LATER(world, subscription_id)
    return subscription_id


def ended(world: World) -> str:
    """The same, and its end has come; the message waits."""
    return leased(world, ending(world), 7 * DAY)


LIFE_STORIES = (
    Story("cancel at period end", weekly, END_LATER, END_LATER, wanted=None),
    Story("end with what is paid", ended, work, nothing, wanted=None, restless=True),
)
