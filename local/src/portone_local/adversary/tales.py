"""The stories under the adversary: those of the fault tests, the core stories, and some more."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from portone_local.adversary.tales_of_persons import OF_PERSONS
from portone_local.adversary.tales_of_readings import OF_READINGS
from portone_local.adversary.tales_of_refunds import OF_REFUNDS
from portone_local.oracle import ObservedStack
from portone_local.stack.passing import let_pass
from portone_local.stories import core as core_stories
from portone_local.stories.book import ALL_STORIES
from portone_local.stories.identity import IDENTITY_STORIES, IdentityStory
from portone_local.stories.telling import SHOP
from portone_local.stories.world import MINUTE, PATIENCE, Story, World, surviving_crashes
from portone_payments.entry.failure import JobFailed

MORE = (*OF_REFUNDS, *OF_READINGS)

type Tell = Callable[[ObservedStack], object]


@dataclass(frozen=True, slots=True)
class Tale:
    """Something that happens to a stack with these `settings`, and how long it takes to converge after it."""

    name: str
    tell: Tell
    patience: float = PATIENCE
    settings: Mapping[str, str] = field(default_factory=dict)

    def told_to(self, stack: ObservedStack) -> None:
        """Play it as far as it goes, and let the usual time pass."""
        try:
            self.tell(stack)
        finally:
            let_pass(stack, self.patience)


def _story(story: Story, stack: ObservedStack) -> None:
    surviving_crashes(stack)
    world = World(stack)
    subject = story.before(world)
    with suppress(LookupError, JobFailed):
        story.step(world, subject)
    with suppress(LookupError):
        story.after(world, subject)


def _identity(story: IdentityStory, stack: ObservedStack) -> None:
    subject = story.before(stack)
    story.step(stack, subject)
    if not story.wanted(stack, subject):
        raise AssertionError("it did not end as it should")


# a method nobody can read is read each minute: the days some stories go on are told by their crash points
_HOUR = 60 * MINUTE
# without the identifier that links them two accounts are two people: there is nothing left of the tale
_LINKED = "verify what shows two accounts to be one person"

TALES: tuple[Tale, ...] = (
    *(Tale(each.name, partial(_story, each), min(each.patience, _HOUR), SHOP) for each in ALL_STORIES),
    *(Tale(each.__name__.replace("_", " "), each, settings=SHOP) for each in core_stories.STORIES),
    *(
        Tale(f"a person: {each.name}", partial(_identity, each))
        for each in IDENTITY_STORIES
        if each.name != _LINKED
    ),
    *(Tale(each.name, each.tell, 0) for each in OF_PERSONS),
    *(Tale(each.name, each.tell, each.patience, SHOP | dict(each.settings)) for each in MORE),
)


def tale_named(name: str) -> Tale:
    """One of them. LookupError for none."""
    found = next((tale for tale in TALES if tale.name == name), None)
    if found is None:
        raise LookupError(name)
    return found
