"""The stories of the fault tests: every handler of the bundle is in one, in each way it uses what is outside."""

from contextlib import suppress
from dataclasses import replace

from portone_local.portone import Checkout
from portone_local.portone.faults import Fault
from portone_local.testing.stories import MINUTE, TOTAL, USER, Story, World
from portone_payments.domain.ladder import POISON

DAY = 24 * 3600
FOREIGN = "somebodyElsesPayment"


def _nothing(_world: World, _subject: str) -> None:
    """Nobody does anything; the sweep has to."""


def _deliver(world: World, _subject: str) -> None:
    world.stack.deliver()


def _deliver_letters(world: World, _subject: str) -> None:
    """What is answered 2xx does not come again."""
    for letter in tuple(world.letters):
        if world.stack.receive(*letter) // 100 == 2:  # noqa: PLR2004 - 2xx
            world.letters.remove(letter)


def _sweep(world: World, _subject: str) -> None:
    world.stack.functions.invoke("Sweep", {})


def _work(world: World, _subject: str) -> None:
    world.stack.work()


def _paid(world: World) -> str:
    payment_id = world.ready()
    world.pay(payment_id)
    return payment_id


def _paid_and_told(world: World) -> str:
    payment_id = _paid(world)
    world.stack.deliver()
    return payment_id


def _publish(world: World, _subject: str) -> None:
    world.stack.publish()


def _paid_unheard(world: World) -> str:
    payment_id = _paid(world)
    world.stack.portone.webhooks.lose()
    return payment_id


def _due(world: World) -> str:
    payment_id = _paid_unheard(world)
    world.wait(10 * MINUTE + 1)
    return payment_id


def _leased(world: World) -> str:
    payment_id = _due(world)
    _sweep(world, payment_id)
    return payment_id


def _told_late(world: World) -> str:
    payment_id = _paid(world)
    world.keep_letters()
    world.wait(6 * MINUTE)
    return payment_id


def _cancellation_told_late(world: World) -> str:
    payment_id = _paid(world)
    world.stack.deliver()
    world.stack.portone.console.cancel(payment_id)
    world.keep_letters()
    world.wait(6 * MINUTE)
    return payment_id


def _paid_and_portone_down(world: World) -> str:
    payment_id = _paid(world)
    _portone_down(world)
    return payment_id


def _unheard_and_portone_down(world: World) -> str:
    payment_id = _paid_unheard(world)
    _portone_down(world)
    return payment_id


def _portone_down(world: World) -> None:
    fault = Fault.TIMEOUT_BEFORE_COMMIT
    world.stack.portone.inject(operation="get_payment", fault=fault, times=None)


def _portone_up(world: World, _subject: str) -> None:
    world.stack.portone.clear_faults()


def _foreign(world: World) -> str:
    payment_id = f"{FOREIGN}{world.name}"
    world.stack.portone.buyer.pay(payment_id, Checkout(amount=TOTAL, currency="KRW"))
    return payment_id


def _foreign_and_portone_down(world: World) -> str:
    _portone_down(world)
    return _foreign(world)


def _stray_leased(world: World) -> str:
    payment_id = _foreign_and_portone_down(world)
    world.stack.deliver()
    _portone_up(world, payment_id)
    world.wait(3 * MINUTE)
    _sweep(world, payment_id)
    return payment_id


def _billing_key(world: World) -> str:
    world.stack.portone.webhooks.emit("BillingKey.Issued", {"billingKey": f"example-key-{world.name}"})
    return "-"


def _twelve_workers_died(world: World) -> str:
    payment_id = _due(world)
    store = world.stack.ports["store"]
    store.save(replace(store.payment(payment_id), tries=POISON))
    return payment_id


def _lapsed_account(world: World) -> str:
    payment_id = world.ready()
    world.pay(payment_id, method="VIRTUAL_ACCOUNT")
    world.stack.deliver()
    world.wait(3 * DAY + 62 * MINUTE)
    world.catch_up(payment_id)
    return payment_id


def _second_paid(world: World) -> str:
    lapsed = _lapsed_account(world)
    second = world.prepare(world.order_of(lapsed))
    world.pay(second)
    return second


def _second_paid_unheard(world: World) -> str:
    second = _second_paid(world)
    world.stack.portone.webhooks.lose()
    return second


def _second_leased(world: World) -> str:
    second = _second_paid_unheard(world)
    world.wait(10 * MINUTE + 1)
    _sweep(world, second)
    return second


def _late_deposit(world: World) -> str:
    second = _second_paid_unheard(world)
    world.verify(second)
    (lapsed,) = set(world.handed) - {second}
    world.stack.portone.buyer.deposit(lapsed)
    return lapsed


def _paid_and_cancelled(world: World) -> str:
    payment_id = _paid(world)
    world.stack.portone.console.cancel(payment_id)
    return payment_id


def _cancelled(world: World) -> str:
    payment_id = _paid(world)
    world.stack.deliver()
    world.stack.portone.console.cancel(payment_id)
    world.stack.deliver()
    return payment_id


def _mismatched(world: World) -> str:
    payment_id = world.ready()
    world.pay(payment_id, amount=1_000, tampered=True)
    world.stack.deliver()
    return payment_id


def _resolve(world: World, payment_id: str) -> int:
    body = {"reason": "refunded by hand"}
    return world.stack.staff.post(f"/ops/payments/{payment_id}/resolve", body).status


def look(world: World, payment_id: str) -> None:
    """Everybody looks: the app, the shop, staff."""
    app = world.stack.app(USER)
    app.get(f"/payments/{payment_id}")
    app.get("/payments?limit=2")
    world.stack.shop.get(f"/orders/{world.order_of(payment_id)}")
    world.stack.staff.get("/ops/attention?kind=mismatch")


def _prepare_again(world: World, payment_id: str) -> None:
    with suppress(LookupError):
        world.prepare(world.order_of(payment_id))


def _second_payment(world: World, payment_id: str) -> None:
    world.pay(world.prepare(world.order_of(payment_id)))


def _pay_after_all(world: World, order_id: str) -> None:
    world.put(order_id)
    paid = world.prepare(order_id, keyed=True)
    assert world.prepare(order_id, keyed=True) == paid  # noqa: S101 - I8: the same key, the same payment
    world.pay(paid)


def _pay_the_new_price(world: World, order_id: str) -> None:
    world.put(order_id, total=TOTAL + 500)
    world.pay(world.prepare(order_id))


STORIES = (
    Story("put an order", lambda world: f"{world.name}-new", World.put, _pay_after_all),
    Story(
        "change the price of an order",
        World.order,
        lambda world, order_id: world.put(order_id, total=TOTAL + 500),
        _pay_the_new_price,
    ),
    Story(
        "prepare a payment",
        World.order,
        lambda world, order_id: world.prepare(order_id, keyed=True),
        _pay_after_all,
    ),
    Story(
        "prepare again on another device",
        lambda world: world.order_of(world.ready()),
        lambda world, order_id: world.prepare(order_id, keyed=True),
        _pay_after_all,
    ),
    Story("prepare what somebody has just paid", _paid_unheard, _prepare_again, _nothing),
    Story("verify a payment nobody told of", _paid_unheard, World.verify, _nothing),
    Story("staff has PortOne read", _paid_unheard, World.catch_up, _nothing),
    Story("verify while PortOne is down", _unheard_and_portone_down, World.verify, _portone_up),
    Story("staff asks while PortOne is down", _unheard_and_portone_down, World.catch_up, _portone_up),
    Story("receive webhooks", _paid, _deliver, _nothing),
    Story(
        "receive webhooks of a cancelled payment", _paid_and_cancelled, _deliver, _nothing, wanted="CANCELLED"
    ),
    Story("receive webhooks while PortOne is down", _paid_and_portone_down, _deliver, _portone_up),
    Story("receive webhooks six minutes old", _told_late, _deliver_letters, _nothing),
    Story(
        "receive a cancellation six minutes old",
        _cancellation_told_late,
        _deliver_letters,
        _deliver_letters,
        wanted="CANCELLED",
    ),
    Story("receive a webhook of a foreign payment", _foreign, _deliver, _nothing, wanted=None),
    Story(
        "receive a foreign webhook while PortOne is down",
        _foreign_and_portone_down,
        _deliver,
        _portone_up,
        wanted=None,
    ),
    Story("receive a webhook of a billing key", _billing_key, _deliver, _nothing, wanted=None),
    Story("sweep", _due, _sweep, _nothing, restless=True),
    Story("sweep what twelve workers died of", _twelve_workers_died, _sweep, World.catch_up, restless=True),
    Story("work", _leased, _work, _nothing, restless=True),
    Story("work at a foreign webhook", _stray_leased, _work, _nothing, wanted=None, restless=True),
    Story("publish what was saved", _paid_and_told, _publish, _nothing),
    Story("verify the second payment of an order", _second_paid_unheard, World.verify, _nothing),
    Story(
        "receive webhooks of the second payment of an order", _second_paid, _deliver, _nothing, restless=True
    ),
    Story("work at the second payment of an order", _second_leased, _work, _nothing, restless=True),
    Story(
        "receive a late deposit after a second payment was paid",
        _late_deposit,
        _deliver,
        _nothing,
        restless=True,
    ),
    Story(
        "prepare a second payment after a cancellation",
        _cancelled,
        _prepare_again,
        _second_payment,
        wanted="CANCELLED",
    ),
    Story("resolve a mismatch", _mismatched, _resolve, _resolve, wanted="CANCELLED"),
    Story("look at what there is", _mismatched, look, _nothing, wanted="CANCELLED"),
)


def story_named(name: str) -> Story:
    """One of them."""
    return next(story for story in STORIES if story.name == name)
