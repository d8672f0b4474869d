"""The setup of races about subscriptions, and the calls PortOne received in them."""

from collections.abc import Iterator
from contextlib import contextmanager

from portone_local.actors.subscribers import CHARGE, held, to_hour
from portone_local.stories.billing_keys import owner
from portone_local.stories.subscription_scenes import subscriber
from portone_local.stories.subscriptions import END
from portone_local.stories.world import World
from tests.support.racing import Act


@contextmanager
def ended(world: World) -> Iterator[World]:
    """The world; afterwards it has nothing left to renew in the next one."""
    yield world
    for each in world.stack.ports["store"].subscriptions(owner(world), cursor=None, limit=9).items:
        END(world, each.subscription_id)


def due(world: World) -> str:
    """A subscription that is due; others' have been collected."""
    subscription_id = subscriber(world)
    to_hour(world.stack, 10.1)
    return subscription_id


def collecting(world: World, subscription_id: str) -> Act:
    """A charges worker that takes this subscription up."""
    event = {"Records": [{"messageId": "1", "body": message(world, subscription_id)}]}
    return lambda: world.stack.functions.invoke("Charges", event)


def message(world: World, subscription_id: str) -> str:
    """What the sweep would send."""
    due_at = held(world.stack, subscription_id).due_at
    return f'{{"kind":"subscription","id":"{subscription_id}","due_at":{due_at}}}'


def sent(world: World, subscription_id: str) -> list[str]:
    """The idempotency keys under which PortOne received its charges."""
    payments = {each.payment_id for each in held(world.stack, subscription_id).invoices.values()}
    calls = [call for call in world.stack.portone.calls() if call.operation == CHARGE]
    return [str(call.idempotency_key) for call in calls if call.path.split("/")[2] in payments]
