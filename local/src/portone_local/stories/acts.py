"""What shop, buyer, PortOne, timers and staff do in the stories of the fault tests."""

from contextlib import suppress

from portone_local.portone.faults import Fault
from portone_local.stories.world import TOTAL, USER, World


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


def publish(world: World, _subject: str) -> None:
    """The stream is read."""
    world.stack.publish()


def portone_down(world: World) -> None:
    """PortOne answers no reading any more."""
    fault = Fault.TIMEOUT_BEFORE_COMMIT
    world.stack.portone.inject(operation="get_payment", fault=fault, times=None)


def portone_up(world: World, _subject: str) -> None:
    """PortOne is itself again."""
    world.stack.portone.clear_faults()


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
    """Shop and app repeat their requests, and the buyer pays."""
    world.put(order_id)
    paid = world.prepare(order_id, keyed=True)
    assert world.prepare(order_id, keyed=True) == paid  # noqa: S101 - I8: the same key, the same payment
    world.pay(paid)


def pay_the_new_price(world: World, order_id: str) -> None:
    """The shop repeats its request, and the buyer pays the new price."""
    world.put(order_id, total=TOTAL + 500)
    world.pay(world.prepare(order_id))
