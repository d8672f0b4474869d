"""The shop withdraws an order while others are at it: on the local AWS too it is withdrawn or paid."""

import os
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from typing import Any

import pytest

from portone_local.gateway.messages import Response
from portone_local.ministack import MiniStack
from portone_local.oracle import ObservedStack
from portone_local.portone import Refused
from portone_local.testing.racing import judged, race
from portone_local.testing.recurring import key_saved
from portone_local.testing.stories import USER, World
from portone_local.testing.withdrawing import days_later, told_wrong, withdraw

pytestmark = [pytest.mark.race, pytest.mark.ministack]

ROUNDS = int(os.environ.get("RACE_ROUNDS", "20"))
SOME_ROUNDS = max(2, ROUNDS // 5)
NUMBERS = count(1)
ANSWERS = {200, 202, 409, 503}


@pytest.fixture(scope="module")
def stack(ministack: MiniStack) -> Iterator[ObservedStack]:
    with judged(ministack) as observed:
        key_saved(observed)
        yield observed


@pytest.fixture
def world(stack: ObservedStack) -> World:
    """An order of its own for each round."""
    return World(stack, f"withdrawal-{next(NUMBERS)}")


def asked(world: World, order_id: str) -> Response:
    return world.stack.app(USER).post("/payments", {"orderId": order_id, "platform": "ios"})


def pay(world: World, payment_id: str, **changes: Any) -> None:
    with suppress(Refused):
        world.pay(payment_id, **changes)


def deposit(world: World, payment_id: str) -> None:
    with suppress(Refused):
        world.stack.portone.buyer.deposit(payment_id)


def charge(world: World, payment_id: str) -> Response:
    return world.stack.app(USER).post(f"/payments/{payment_id}/charge", {"chargeId": "charge-1"})


def judge(world: World, answers: list[Response], payment_ids: list[str], order_id: str) -> None:
    """What was answered is so in the end."""
    days_later(world.stack, payment_ids)
    assert {answer.status for answer in answers} <= ANSWERS
    said = {answer.status // 100 for answer in answers}
    assert [told_wrong(world.stack, answer, payment_ids, order_id) for answer in answers] == [{}] * len(
        answers
    )
    assert said


@pytest.mark.parametrize("_round", range(SOME_ROUNDS))
def test_of_a_withdrawal_and_many_prepares_one_wins(world: World, _round: int) -> None:
    order_id = world.order()

    answer, *prepares = race([lambda: withdraw(world.stack, order_id), *[lambda: asked(world, order_id)] * 8])

    payment_ids = sorted({each.json()["paymentId"] for each in prepares if each.status == 200})
    assert len(payment_ids) <= 1
    assert {each.status for each in prepares} <= {200, 409, 503}
    for each in prepares:
        if each.status == 200:
            world.handed[each.json()["paymentId"]] = each.json()
    for payment_id in payment_ids:
        pay(world, payment_id)
    judge(world, [answer], payment_ids, order_id)


@pytest.mark.parametrize("_round", range(SOME_ROUNDS))
def test_of_a_withdrawal_and_a_payment_what_was_said_is_so(world: World, _round: int) -> None:
    payment_id = world.ready()
    order_id = world.order_of(payment_id)

    answer, *_ = race(
        [
            lambda: withdraw(world.stack, order_id),
            lambda: pay(world, payment_id),
            lambda: world.verify(payment_id),
        ]
    )

    judge(world, [answer], [payment_id], order_id)


@pytest.mark.parametrize("_round", range(SOME_ROUNDS))
def test_of_a_withdrawal_and_a_deposit_what_was_said_is_so(world: World, _round: int) -> None:
    payment_id = world.ready()
    order_id = world.order_of(payment_id)
    world.pay(payment_id, method="VIRTUAL_ACCOUNT")
    world.verify(payment_id)

    answer, *_ = race(
        [
            lambda: withdraw(world.stack, order_id),
            lambda: deposit(world, payment_id),
            world.stack.deliver,
        ]
    )

    judge(world, [answer], [payment_id], order_id)


@pytest.mark.parametrize("_round", range(SOME_ROUNDS))
def test_of_a_withdrawal_and_a_charge_what_was_said_is_so(world: World, _round: int) -> None:
    payment_id = world.ready()
    order_id = world.order_of(payment_id)

    answer, _ = race([lambda: withdraw(world.stack, order_id), lambda: charge(world, payment_id)])

    judge(world, [answer], [payment_id], order_id)


@pytest.mark.parametrize("_round", range(SOME_ROUNDS))
def test_many_withdrawals_at_once_are_one(world: World, _round: int) -> None:
    payment_id = world.ready()
    order_id = world.order_of(payment_id)

    answers = race([lambda: withdraw(world.stack, order_id)] * 8)

    assert 200 in {answer.status for answer in answers}
    judge(world, answers, [payment_id], order_id)
