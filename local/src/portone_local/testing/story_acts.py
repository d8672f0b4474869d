"""What shop, buyer, PortOne, timers and staff do in the stories of the fault tests."""

from contextlib import suppress
from dataclasses import replace

from portone_local.portone import Checkout
from portone_local.portone.faults import Fault
from portone_local.testing.stories import MINUTE, TOTAL, USER, World
from portone_payments.domain.ladder import POISON

FOREIGN = "somebodyElsesPayment"


def nothing(_world: World, _subject: str) -> None:
    """Nobody does anything; the sweep has to."""


def deliver(world: World, _subject: str) -> None:
    """PortOne delivers what is due."""
    world.stack.deliver()


def deliver_letters(world: World, _subject: str) -> None:
    """What is answered 2xx does not come again."""
    for letter in tuple(world.letters):
        if world.stack.receive(*letter) // 100 == 2:  # noqa: PLR2004 - 2xx
            world.letters.remove(letter)


def sweep(world: World, _subject: str) -> None:
    """The timer fires; what fails comes out."""
    world.stack.functions.invoke("Sweep", {})


def work(world: World, _subject: str) -> None:
    """The worker takes every visible message."""
    world.stack.work()


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


def publish(world: World, _subject: str) -> None:
    """The stream is read."""
    world.stack.publish()


def paid_unheard(world: World) -> str:
    """A payment that was paid and nobody told of."""
    payment_id = paid(world)
    world.stack.portone.webhooks.lose()
    return payment_id


def due(world: World) -> str:
    """A payment nobody told of, and the time to look at it has come."""
    payment_id = paid_unheard(world)
    world.wait(10 * MINUTE + 1)
    return payment_id


def leased(world: World) -> str:
    """The same after a sweep: its message waits."""
    payment_id = due(world)
    sweep(world, payment_id)
    return payment_id


def told_late(world: World) -> str:
    """A payment that was paid, its webhooks held back beyond the tolerance."""
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
    """Paid, nobody told of it, and PortOne does not answer readings."""
    payment_id = paid_unheard(world)
    portone_down(world)
    return payment_id


def portone_down(world: World) -> None:
    """PortOne answers no reading any more."""
    fault = Fault.TIMEOUT_BEFORE_COMMIT
    world.stack.portone.inject(operation="get_payment", fault=fault, times=None)


def portone_up(world: World, _subject: str) -> None:
    """PortOne is itself again."""
    world.stack.portone.clear_faults()


def foreign(world: World) -> str:
    """Another system sells in the same store; its paymentId."""
    payment_id = f"{FOREIGN}{world.name}"
    world.stack.portone.buyer.pay(payment_id, Checkout(amount=TOTAL, currency="KRW"))
    return payment_id


def foreign_and_portone_down(world: World) -> str:
    """The same while PortOne does not answer readings."""
    portone_down(world)
    return foreign(world)


def stray_leased(world: World) -> str:
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
    """Paid, and cancelled in PortOne's console before anybody was told."""
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


def resolve(world: World, payment_id: str) -> int:
    """Staff closes the case; the status of the answer."""
    body = {"reason": "refunded by hand"}
    return world.stack.staff.post(f"/ops/payments/{payment_id}/resolve", body).status


def look(world: World, payment_id: str) -> None:
    """Everybody looks: the app, the shop, staff."""
    app = world.stack.app(USER)
    app.get(f"/payments/{payment_id}")
    app.get("/payments?limit=2")
    app.get(f"/payments/{payment_id}/refunds/refund-1")
    world.stack.shop.get(f"/orders/{world.order_of(payment_id)}")
    world.stack.staff.get("/ops/attention?kind=mismatch")


def prepare_again(world: World, payment_id: str) -> None:
    """The app prepares the same order once more, whatever it is answered."""
    with suppress(LookupError):
        world.prepare(world.order_of(payment_id))


def second_payment(world: World, payment_id: str) -> None:
    """The buyer pays the order after all."""
    world.pay(world.prepare(world.order_of(payment_id)))


def pay_after_all(world: World, order_id: str) -> None:
    """Shop and app try again, and the buyer pays."""
    world.put(order_id)
    paid = world.prepare(order_id, keyed=True)
    assert world.prepare(order_id, keyed=True) == paid  # noqa: S101 - I8: the same key, the same payment
    world.pay(paid)


def pay_the_new_price(world: World, order_id: str) -> None:
    """The shop tries again, and the buyer pays the new price."""
    world.put(order_id, total=TOTAL + 500)
    world.pay(world.prepare(order_id))
