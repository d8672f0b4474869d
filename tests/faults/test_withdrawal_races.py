"""The shop withdraws an order while others are at it: on the local AWS too it is withdrawn or paid."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any

import pytest

from portone_local.actors.subscribers import key_saved
from portone_local.gateway.messages import Response
from portone_local.oracle import ObservedStack
from portone_local.portone import Refused
from portone_local.stack.ministack import MiniStack
from portone_local.stories.world import USER, World
from tests.support.racing import judged, race
from tests.support.withdrawing import days_later, told_wrong, withdraw

pytestmark = [pytest.mark.race, pytest.mark.ministack]

ROUNDS = int(os.environ.get("RACE_ROUNDS", "12"))
SOME_ROUNDS = max(2, ROUNDS // 5)
NUMBERS = count(1)
ANSWERS = {200, 202, 409, 503}


@pytest.fixture(scope="module")
def stack(ministack: MiniStack) -> Iterator[ObservedStack]:
    with judged(ministack) as observed:
        key_saved(observed)
        yield observed


@dataclass(slots=True)
class Rounds:
    """Rounds of a race, each about an order of its own; what was answered is judged once all are over."""

    stack: ObservedStack
    answered: list[tuple[Response, list[str], str]] = field(default_factory=list)

    def worlds(self) -> Iterator[World]:
        for _ in range(SOME_ROUNDS):
            yield World(self.stack, f"withdrawal-{next(NUMBERS)}")

    def heard(self, answers: list[Response], payment_ids: list[str], order_id: str) -> None:
        """The events published about an order."""
        assert {answer.status for answer in answers} <= ANSWERS
        self.answered += [(answer, payment_ids, order_id) for answer in answers]

    def judge(self) -> None:
        """What was answered is so in the end."""
        assert len({order_id for _, _, order_id in self.answered}) == SOME_ROUNDS
        days_later(self.stack, sorted({each for _, payment_ids, _ in self.answered for each in payment_ids}))
        assert [told_wrong(self.stack, *each) for each in self.answered] == [{}] * len(self.answered)


@pytest.fixture
def rounds(stack: ObservedStack) -> Rounds:
    return Rounds(stack)


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


def test_a_withdrawal_or_one_of_many_prepares_wins(rounds: Rounds) -> None:
    for world in rounds.worlds():
        order_id = world.order()
        withdrawn, asks = partial(withdraw, world.stack, order_id), partial(asked, world, order_id)

        answer, *prepares = race([withdrawn, *[asks] * 8])

        handed = {each.json()["paymentId"]: each.json() for each in prepares if each.status == 200}
        assert len(handed) <= 1
        assert {each.status for each in prepares} <= {200, 409, 503}
        world.handed |= handed
        for payment_id in handed:
            pay(world, payment_id)
        rounds.heard([answer], [*handed], order_id)

    rounds.judge()


def test_the_answer_of_a_withdrawal_during_a_payment_stays_true(rounds: Rounds) -> None:
    for world in rounds.worlds():
        payment_id = world.ready()
        order_id = world.order_of(payment_id)
        withdrawn = partial(withdraw, world.stack, order_id)

        answer, *_ = race([withdrawn, partial(pay, world, payment_id), partial(world.verify, payment_id)])

        rounds.heard([answer], [payment_id], order_id)

    rounds.judge()


def test_the_answer_of_a_withdrawal_during_a_deposit_stays_true(rounds: Rounds) -> None:
    for world in rounds.worlds():
        payment_id = world.ready()
        order_id = world.order_of(payment_id)
        world.pay(payment_id, method="VIRTUAL_ACCOUNT")
        world.verify(payment_id)
        withdrawn = partial(withdraw, world.stack, order_id)

        answer, *_ = race([withdrawn, partial(deposit, world, payment_id), world.stack.deliver])

        rounds.heard([answer], [payment_id], order_id)

    rounds.judge()


def test_the_answer_of_a_withdrawal_during_a_charge_stays_true(rounds: Rounds) -> None:
    for world in rounds.worlds():
        payment_id = world.ready()
        order_id = world.order_of(payment_id)
        withdrawn = partial(withdraw, world.stack, order_id)

        answer, _ = race([withdrawn, partial(charge, world, payment_id)])

        rounds.heard([answer], [payment_id], order_id)

    rounds.judge()


def test_concurrent_withdrawals_withdraw_once(rounds: Rounds) -> None:
    for world in rounds.worlds():
        payment_id = world.ready()
        order_id = world.order_of(payment_id)

        answers = race([partial(withdraw, world.stack, order_id)] * 8)

        assert 200 in {answer.status for answer in answers}
        rounds.heard(answers, [payment_id], order_id)

    rounds.judge()
