"""Stories of saved payment methods: issued, registered, lost, chosen, deleted; in a wallet of their own."""

from portone_local.actors.subscribers import (
    CHARGE,
    key_chosen,
    key_deleted,
    key_issued,
    key_saved,
    key_started,
    plan_stored,
    registered,
    subscribe,
)
from portone_local.portone import Fault
from portone_local.stories.acts import deliver, nothing, sweep, work
from portone_local.stories.world import MINUTE, Story, World

HOUR = 60 * MINUTE
DAY = 24 * HOUR
EVERY_DAY = {"unit": "DAY", "count": 1}


def owner(world: World) -> str:
    """The customer of this world, alone with a wallet."""
    return f"owner-{world.name}"


def plan(world: World, name: str) -> str:
    """The id of a plan of this world."""
    return f"{world.name}-{name}"


def start(world: World, _subject: str) -> str:
    """The window opens."""
    return key_started(world.stack, owner(world))


def issued(world: World) -> str:
    """A window that issued a key; its id and what the SDK said, with a blank between."""
    billing_key_id = start(world, "")
    told = key_issued(world.stack, billing_key_id, owner(world), card=f"card-{world.name}")
    return f"{billing_key_id} billingKey {told['billingKey']}"


def authenticated(world: World) -> str:
    """The same on a channel where the shop confirms."""
    billing_key_id = start(world, "")
    told = key_issued(world.stack, billing_key_id, owner(world), card=f"card-{world.name}", manual=True)
    return f"{billing_key_id} billingIssueToken {told['billingIssueToken']}"


def register(world: World, subject: str) -> int:
    """The app hands over what the SDK said; the status of the answer."""
    billing_key_id, name, value = subject.split(" ")
    return registered(world.stack, billing_key_id, {name: value}, owner(world)).status


def saved(world: World) -> str:
    """A saved payment method."""
    return key_saved(world.stack, owner(world), card=f"card-{world.name}")


def two_saved(world: World) -> str:
    """Two of them; the id of the one that is not the default."""
    saved(world)
    return key_saved(world.stack, owner(world), card=f"other-{world.name}")


def choose(world: World, billing_key_id: str) -> int:
    """The customer makes it the default; the status of the answer."""
    return key_chosen(world.stack, billing_key_id, owner(world)).status


def delete(world: World, billing_key_id: str) -> int:
    """The customer deletes it; the status of the answer."""
    return key_deleted(world.stack, billing_key_id, owner(world)).status


def charging(world: World) -> str:
    """A saved payment method with a charge under way, of which no answer came."""
    billing_key_id = saved(world)
    plan_stored(world.stack, plan(world, "daily"), interval=EVERY_DAY)
    world.stack.portone.inject(operation=CHARGE, fault=Fault.TIMEOUT_AFTER_COMMIT)
    world.stack.portone.inject(operation="get_payment", fault=Fault.TIMEOUT_BEFORE_COMMIT)
    subscribe(world.stack, owner(world), request=f"request-{world.name}", planId=plan(world, "daily"))
    world.stack.portone.clear_faults()
    return billing_key_id


def _unwilling(world: World) -> str:
    billing_key_id = saved(world)
    world.stack.portone.inject(operation="delete_billing_key", fault=Fault.RESET_AFTER_COMMIT)
    return billing_key_id


def _unlisted(world: World) -> str:
    """Issued without a report of the app or a webhook; the check is due."""
    subject = issued(world)
    world.stack.portone.webhooks.lose()
    return leased(world, subject, 16 * MINUTE)


def _heard_of(world: World) -> str:
    """A webhook registered a method; what waits for one has yet to hear of it."""
    subject = issued(world)
    world.stack.deliver()
    return leased(world, subject, MINUTE)


def _deleting(world: World) -> str:
    """The time to read that charge has come, and to go on with its key; the subscription's mark is later."""
    billing_key_id = charging(world)
    delete(world, billing_key_id)
    return leased(world, billing_key_id, 2 * MINUTE)


def _deleted_elsewhere(world: World) -> str:
    billing_key_id = saved(world)
    world.stack.deliver()
    [book] = [
        each for each in world.stack.portone.billing_books().keys.values() if each.issue_id == billing_key_id
    ]
    world.stack.portone.console.delete_billing_key(book.billing_key)
    return billing_key_id


def leased(world: World, subject: str, seconds: float) -> str:
    """The same after a sweep: its message waits."""
    world.wait(seconds)
    sweep(world, subject)
    return subject


def look_at_keys(world: World, billing_key_id: str) -> None:
    """The customer looks."""
    app = world.stack.app(owner(world))
    app.get("/billing-keys")
    app.get(f"/billing-keys/{billing_key_id}")


KEY_STORIES = (
    Story("start to save a method", owner, start, start, wanted=None, patience=HOUR),
    Story("register a method", issued, register, register, wanted=None),
    Story("register a method and never come back", issued, register, nothing, wanted=None, patience=HOUR),
    Story("register a method by hand", authenticated, register, register, wanted=None),
    Story("register by hand and never come back", authenticated, register, nothing, None, patience=HOUR),
    Story("hear of a method nobody registered", issued, deliver, nothing, wanted=None),
    Story("hear of a method deleted elsewhere", _deleted_elsewhere, deliver, nothing, wanted=None),
    Story("work at a method nobody told of", _unlisted, work, nothing, wanted=None, restless=True),
    Story("wake what waits for a method", _heard_of, work, nothing, wanted=None, restless=True),
    Story("choose another default", two_saved, choose, choose, wanted=None),
    Story("delete a method", saved, delete, delete, wanted=None),
    Story("delete a method without an answer", _unwilling, delete, nothing, wanted=None),
    Story("delete a method that is being charged", charging, delete, nothing, wanted=None),
    Story("work at a deletion that had to wait", _deleting, work, nothing, wanted=None, restless=True),
    Story("look at saved methods", saved, look_at_keys, nothing, wanted=None),
)
