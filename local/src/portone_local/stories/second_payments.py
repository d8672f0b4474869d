"""Orders with two payments: a virtual account not paid in time, and what was paid instead."""

from portone_local.stories.acts import sweep
from portone_local.stories.world import DAY, MINUTE, World


def lapsed_account(world: World) -> str:
    """A virtual account not paid in time."""
    payment_id = world.ready()
    world.pay(payment_id, method="VIRTUAL_ACCOUNT")
    world.stack.deliver()
    world.wait(3 * DAY + 62 * MINUTE)
    world.catch_up(payment_id)
    return payment_id


def second_paid(world: World) -> str:
    """A second payment of its order was paid."""
    lapsed = lapsed_account(world)
    second = world.prepare(world.order_of(lapsed))
    world.pay(second)
    return second


def second_paid_unheard(world: World) -> str:
    """The same without a webhook."""
    second = second_paid(world)
    world.stack.portone.webhooks.lose()
    return second


def second_leased(world: World) -> str:
    """The same after a sweep."""
    second = second_paid_unheard(world)
    world.wait(10 * MINUTE + 1)
    sweep(world, second)
    return second


def late_deposit(world: World) -> str:
    """The second payment is settled, and then the buyer pays into the first one's account."""
    second = second_paid_unheard(world)
    world.verify(second)
    (lapsed,) = set(world.handed) - {second}
    world.stack.portone.buyer.deposit(lapsed)
    return lapsed
