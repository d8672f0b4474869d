"""Where the stories of subscriptions begin: customers, subscribers, renewals going well and badly."""

from datetime import UTC, datetime
from typing import Any

from portone_local.actors.subscribers import (
    CHARGE,
    PRICE,
    customer_of,
    key_saved,
    order_in_parts,
    plan_stored,
    schedule,
    subscribe,
    to_hour,
)
from portone_local.portone import Fault
from portone_local.stories.acts import sweep
from portone_local.stories.billing_keys import EVERY_DAY, charging, leased, owner, plan, saved
from portone_local.stories.world import MINUTE, Act, World

HOUR = 60 * MINUTE

DAY = 24 * HOUR


def plans(world: World, _subject: str = "") -> int:
    """The shop stores what it sells; the status of the answer."""
    plan_stored(world.stack, plan(world, "trial"), interval=EVERY_DAY, trialDays=1)
    plan_stored(world.stack, plan(world, "weekly"), interval={"unit": "WEEK", "count": 1})
    plan_stored(world.stack, plan(world, "dear"), 4 * PRICE, interval={"unit": "WEEK", "count": 1})
    return plan_stored(world.stack, plan(world, "daily"), interval=EVERY_DAY).status


def customer(world: World) -> str:
    """Somebody with a saved method, and plans to choose from; the method's id."""
    plans(world)
    return saved(world)


def begin(world: World, name: str = "daily") -> str:
    """The app subscribes; the subscription's id, or "-"."""
    chosen = plan(world, name)
    answer = subscribe(world.stack, owner(world), request=f"request-{world.name}", planId=chosen)
    return str(answer.json().get("subscriptionId", "-"))


def unlucky_customer(world: World) -> str:
    """The same, and PortOne will answer neither the first charge nor a reading."""
    billing_key_id = customer(world)
    world.stack.portone.inject(operation=CHARGE, fault=Fault.TIMEOUT_AFTER_COMMIT)
    world.stack.portone.inject(operation="get_payment", fault=Fault.TIMEOUT_BEFORE_COMMIT)
    return billing_key_id


def subscriber(world: World, name: str = "daily") -> str:
    """A subscription whose first charge was made, at noon."""
    customer(world)
    to_hour(world.stack, 12)
    return begin(world, name)


def weekly(world: World) -> str:
    """The same by the week, the next day."""
    subscription_id = subscriber(world, "weekly")
    world.wait(DAY)
    return subscription_id


def renewing(world: World) -> str:
    """A subscription whose next day has come, its message in the queue."""
    subscription_id = subscriber(world)
    to_hour(world.stack, 10.1)
    sweep(world, subscription_id)
    return subscription_id


def failing(fault: Fault) -> Any:
    """The same, and PortOne misbehaves when it is charged."""

    def before(world: World) -> str:
        subscription_id = renewing(world)
        world.stack.portone.inject(operation=CHARGE, fault=fault)
        return subscription_id

    return before


def declining(world: World) -> str:
    """The same, and the card is declined once."""
    subscription_id = renewing(world)
    world.stack.portone.pg.decline(f"card-{world.name}")
    return subscription_id


def unheard_deletion(world: World) -> str:
    """The same, and the method was deleted at PortOne, of which no webhook comes."""
    subscription_id = renewing(world)
    world.stack.deliver()
    delete_elsewhere(world)
    world.stack.portone.webhooks.lose()
    return subscription_id


def delete_elsewhere(world: World) -> None:
    """The customer's one method is deleted at PortOne; its webhook waits."""
    keys = world.stack.portone.billing_books().keys.values()
    [book] = [each for each in keys if each.customer_id == customer_of(world.stack, owner(world))]
    world.stack.portone.console.delete_billing_key(book.billing_key)


def method_lost(world: World) -> str:
    """A subscription whose method was deleted at PortOne, as a webhook said; a worker tells what pays now."""
    subscription_id = subscriber(world)
    world.stack.deliver()
    delete_elsewhere(world)
    world.stack.deliver()
    return leased(world, subscription_id, MINUTE)


def declined(world: World) -> str:
    """A subscription whose renewal was declined, and another method; its id."""
    declining(world)
    world.stack.work()
    return key_saved(world.stack, owner(world), card=f"other-{world.name}")


def unanswered(world: World) -> str:
    """A renewal without an answer, and the time to read has come; the subscription's own mark comes later."""
    subscription_id = failing(Fault.TIMEOUT_AFTER_COMMIT)(world)
    world.stack.portone.inject(operation="get_payment", fault=Fault.TIMEOUT_BEFORE_COMMIT)
    world.stack.work()
    return leased(world, subscription_id, 1.5 * MINUTE)


def under_way(world: World) -> str:
    """A first charge without an answer; the subscription's id."""
    charging(world)
    [held] = world.stack.ports["store"].subscriptions(owner(world), cursor=None, limit=1).items
    return str(held.subscription_id)


def withheld(world: World) -> str:
    """A trial that ended without a consent to the charge."""
    subscription_id = subscriber(world, "trial")
    to_hour(world.stack, 10.1)
    world.stack.tick()
    return subscription_id


def asking(what: str, body: Any = None) -> Act:
    """The customer requests this; the status of the answer."""

    def asked(world: World, subscription_id: str) -> int:
        path = f"/subscriptions/{subscription_id}/{what}"
        return world.stack.app(owner(world)).post(path, body).status

    return asked


def paused(world: World) -> str:
    """A subscription that was paused in the middle of a week."""
    subscription_id = weekly(world)
    asking("pause")(world, subscription_id)
    world.wait(8 * DAY)
    return subscription_id


def sofa(world: World) -> str:
    """An order of a deposit now and the balance tomorrow; its id."""
    customer(world)
    to_hour(world.stack, 12)
    order_in_parts(world.stack, world.name, [part(world, 0), part(world, DAY)], owner(world))
    return world.name


def part(world: World, later: float) -> dict[str, Any]:
    """A part that is due so many seconds from now."""
    at = int(world.stack.clock.now() + later)
    return {"amount": 5_000} | ({"dueAt": stamp(at)} if later else {})


def stamp(at: int) -> str:
    """RFC 3339."""
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")


def pay_in_parts(world: World, order_id: str) -> str:
    """The customer agrees; the id of the schedule."""
    answer = schedule(world.stack, order_id, owner(world), request=f"request-{world.name}")
    return str(answer.json().get("subscriptionId", "-"))


def deposited(world: World) -> str:
    """The deposit is paid, the balance is not."""
    return pay_in_parts(world, sofa(world))


def balance_due(world: World) -> str:
    """And the balance is due, its message in the queue."""
    return leased(world, deposited(world), DAY + MINUTE)


def renewal_due(world: World) -> str:
    """A subscription whose next day has come, before any sweep."""
    subscription_id = subscriber(world)
    to_hour(world.stack, 10.1)
    return subscription_id
