"""Where the stories of payments begin: paid, with a late or no webhook, foreign, cancelled, mismatched."""

from dataclasses import replace

from portone_local.portone import Checkout
from portone_local.stories.acts import portone_down, portone_up, sweep
from portone_local.stories.world import MINUTE, TOTAL, World
from portone_payments.domain.shared.times import POISON

FOREIGN = "somebodyElsesPayment"


def paid(world: World) -> str:
    """A payment that was paid, its webhooks on their way."""
    payment_id = world.ready()
    world.pay(payment_id)
    return payment_id


def paid_and_told(world: World) -> str:
    """A payment that was paid, and we know it."""
    payment_id = paid(world)
    world.stack.deliver()
    world.verify(payment_id)
    return payment_id


def paid_unheard(world: World) -> str:
    """A paid payment without a webhook."""
    payment_id = paid(world)
    world.stack.portone.webhooks.lose()
    return payment_id


def due(world: World) -> str:
    """A paid payment without a webhook, now due."""
    payment_id = paid_unheard(world)
    world.wait(10 * MINUTE + 1)
    return payment_id


def leased(world: World) -> str:
    """The same after a sweep: its message waits."""
    payment_id = due(world)
    sweep(world, payment_id)
    return payment_id


def told_late(world: World) -> str:
    """A paid payment whose webhooks are delayed beyond the tolerance."""
    payment_id = paid(world)
    world.keep_letters()
    world.wait(6 * MINUTE)
    return payment_id


def cancellation_told_late(world: World) -> str:
    """A payment that was paid and cancelled, which we hear of beyond the tolerance."""
    payment_id = paid(world)
    world.stack.deliver()
    world.stack.portone.console.cancel(payment_id)
    world.keep_letters()
    world.wait(6 * MINUTE)
    return payment_id


def paid_and_portone_down(world: World) -> str:
    """Paid, and PortOne does not answer readings."""
    payment_id = paid(world)
    portone_down(world)
    return payment_id


def unheard_and_portone_down(world: World) -> str:
    """Paid without a webhook, and PortOne does not answer readings."""
    payment_id = paid_unheard(world)
    portone_down(world)
    return payment_id


def foreign(world: World) -> str:
    """Another system sells in the same store; its paymentId."""
    payment_id = f"{FOREIGN}{world.name}"
    world.stack.portone.buyer.pay(payment_id, Checkout(amount=TOTAL, currency="KRW"))
    return payment_id


def foreign_and_portone_down(world: World) -> str:
    """The same while PortOne does not answer readings."""
    portone_down(world)
    return foreign(world)


def unmatched_leased(world: World) -> str:
    """A foreign webhook stored while PortOne was down, and swept since."""
    payment_id = foreign_and_portone_down(world)
    world.stack.deliver()
    portone_up(world, payment_id)
    world.wait(3 * MINUTE)
    sweep(world, payment_id)
    return payment_id


def billing_key(world: World) -> str:
    """A billing key was issued."""
    world.stack.portone.webhooks.emit("BillingKey.Issued", {"billingKey": f"example-key-{world.name}"})
    return "-"


def twelve_workers_died(world: World) -> str:
    """A due payment that was leased twelve times for nothing."""
    payment_id = due(world)
    store = world.stack.ports["store"]
    store.save(replace(store.payment(payment_id), tries=POISON))
    return payment_id


def paid_and_cancelled(world: World) -> str:
    """Paid, and cancelled in PortOne's console before any webhook arrived."""
    payment_id = paid(world)
    world.stack.portone.console.cancel(payment_id)
    return payment_id


def cancelled(world: World) -> str:
    """Paid and cancelled in PortOne's console, and we know it."""
    payment_id = paid(world)
    world.stack.deliver()
    world.stack.portone.console.cancel(payment_id)
    world.stack.deliver()
    return payment_id


def mismatched(world: World) -> str:
    """Paid with another amount, and we know it."""
    payment_id = world.ready()
    world.pay(payment_id, amount=1_000, tampered=True)
    world.stack.deliver()
    return payment_id
