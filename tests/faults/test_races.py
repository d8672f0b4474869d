"""Many at once about one order: one effect, and everybody gets a documented answer."""

import os
from collections.abc import Iterator
from itertools import count

import pytest

from portone_local.gateway.messages import Response
from portone_local.oracle import ObservedStack
from portone_local.oracle.table import read
from portone_local.stack.ministack import MiniStack
from portone_local.stack.passing import let_pass
from portone_local.stories.world import MINUTE, TOTAL, USER, World
from portone_payments.domain.records.payments import Payment
from tests.support.racing import judged, race

pytestmark = [pytest.mark.race, pytest.mark.ministack]

ROUNDS = int(os.environ.get("RACE_ROUNDS", "12"))
FEW_ROUNDS = max(2, ROUNDS // 10)  # of fifty racers: MiniStack does about 260 racing writes a second
MANY = 50
DUE_AT_ONCE = 5
DEARER = TOTAL + 500
NUMBERS = count(1)


@pytest.fixture(scope="module")
def stack(ministack: MiniStack) -> Iterator[ObservedStack]:
    with judged(ministack) as observed:
        yield observed


@pytest.fixture
def world(stack: ObservedStack) -> World:
    """An order of its own for each round."""
    return World(stack, f"race-{next(NUMBERS)}")


def paid(world: World) -> str:
    """A payment that was paid, its webhook in hand and the sweep's time come."""
    payment_id = world.ready()
    world.pay(payment_id)
    world.wait(10 * MINUTE + 1)
    world.keep_letters()
    return payment_id


def told_paid(world: World) -> int:
    return world.stack.receive(*world.letters[-1])


def facts(world: World, payment_id: str) -> list[str]:
    return [entry.fact for entry in world.held(payment_id).history]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_concurrent_webhook_verify_and_sweep_settle_a_payment_once(world: World, _round: int) -> None:
    payment_id = paid(world)

    told, verified, _ = race([lambda: told_paid(world), lambda: world.verify(payment_id), world.stack.tick])

    assert (told, verified) == (200, 200)
    assert facts(world, payment_id).count("paid") == 1
    let_pass(world.stack, 4 * MINUTE)
    assert world.statuses() == {payment_id: "PAID"}


@pytest.mark.parametrize("_round", range(ROUNDS // DUE_AT_ONCE))
def test_one_of_many_concurrent_sweeps_leases_a_payment(stack: ObservedStack, _round: int) -> None:
    """A sweep queries every shard, however many payments are due: so several are raced for at once."""
    worlds = [World(stack, f"race-{next(NUMBERS)}") for _ in range(DUE_AT_ONCE)]
    payment_ids = [world.ready() for world in worlds]
    worlds[0].wait(10 * MINUTE + 1)

    race([lambda: stack.functions.invoke("Sweep", {})] * 4)

    assert [worlds[0].held(each).tries for each in payment_ids] == [1] * DUE_AT_ONCE
    stack.work()


@pytest.mark.parametrize("_round", range(FEW_ROUNDS))
def test_fifty_identical_webhooks_settle_a_payment_once(world: World, _round: int) -> None:
    payment_id = paid(world)

    statuses = race([lambda: told_paid(world)] * MANY)

    assert set(statuses) <= {200, 503}
    assert 200 in statuses
    assert facts(world, payment_id).count("paid") == 1
    assert len(world.held(payment_id).hints) == 1


def asking(world: World, order_id: str, number: int) -> Response:
    """A prepare: every fourth with a key of its own, every fourth with none, the others with one key."""
    key = {0: f"{order_id}-{number}", 1: None}.get(number % 4, f"{order_id}-one")
    headers = {"idempotency-key": key} if key else {}
    wanted = {"orderId": order_id, "platform": "ios"}
    return world.stack.app(USER).post("/payments", wanted, headers=headers)


@pytest.mark.parametrize("_round", range(FEW_ROUNDS))
def test_fifty_prepares_during_a_change_of_price_make_one_payment_of_one_price(
    world: World, _round: int
) -> None:
    order_id = world.order()
    prepares = [lambda number=number: asking(world, order_id, number) for number in range(MANY)]

    changed, *answers = race([lambda: world.put(order_id, total=DEARER), *prepares])

    handed = {answer.json()["paymentId"]: answer.json() for answer in answers if answer.status == 200}
    codes = {answer.json()["error"]["code"] for answer in answers if answer.status != 200}
    ((payment_id, checkout),) = handed.items()
    order = world.stack.ports["store"].order(order_id)
    assert codes <= {"busy"}
    assert changed in {200, 409, 503}
    assert order.payment_id == payment_id
    assert order.total == world.held(payment_id).total == checkout["totalAmount"]
    assert (order.total == DEARER) == (changed == 200)
    assert payments_of(world, order_id) == [payment_id]


def payments_of(world: World, order_id: str) -> list[str]:
    """Every payment in the table that is of this order."""
    return [
        each.payment_id
        for each in read(world.stack.dump())[0]
        if isinstance(each, Payment) and each.order_id == order_id
    ]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_one_of_a_late_and_a_second_payment_of_an_order_is_a_surplus(world: World, _round: int) -> None:
    first = world.ready()
    world.pay(first, method="VIRTUAL_ACCOUNT")
    world.stack.deliver()
    world.wait(3 * 24 * 60 * MINUTE + 62 * MINUTE)
    world.catch_up(first)
    assert world.statuses() == {first: "EXPIRED"}
    world.stack.portone.buyer.deposit(first)
    world.keep_letters()

    answer, told, seen = race(
        [
            lambda: asking(world, world.order_of(first), 1),
            lambda: told_paid(world),
            lambda: world.verify(first),
        ]
    )

    assert (told, seen) == (200, 200)
    if answer.status == 200:
        second = answer.json()["paymentId"]
        world.handed[second] = answer.json()
        world.pay(second)
        world.verify(second)
        taken = [payment for payment in (first, second) if not world.held(payment).surplus]
        assert len(taken) == 1
    else:
        assert answer.json()["error"]["code"] in {"order_already_paid", "busy"}
