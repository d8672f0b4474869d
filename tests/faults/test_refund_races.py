"""Many refunds of one payment at once: never more than was paid, each id at most once."""

import os
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from itertools import count

import pytest

from portone_local.gateway.messages import Response
from portone_local.oracle import ObservedStack
from portone_local.portone import PaymentBook, Refused
from portone_local.stack.ministack import MiniStack
from portone_local.stack.passing import let_pass
from portone_local.stories.world import PATIENCE, TOTAL, USER, World
from tests.support.racing import Act, judged, race

pytestmark = [pytest.mark.race, pytest.mark.ministack]

ROUNDS = int(os.environ.get("RACE_ROUNDS", "12"))
FEW_ROUNDS = max(2, ROUNDS // 10)
MANY, CLICKS = 100, 20
PART = TOTAL // 10
NUMBERS = count(1)
REFUSED = {"refund_in_progress", "refund_above_balance", "refund_failed", "not_refundable", "busy"}


@pytest.fixture(scope="module")
def stack(ministack: MiniStack) -> Iterator[ObservedStack]:
    with judged(ministack) as observed:
        yield observed


@pytest.fixture
def world(stack: ObservedStack) -> World:
    """An order of its own for each round."""
    return World(stack, f"refund-race-{next(NUMBERS)}")


def paid(world: World) -> str:
    """A payment that was paid, as we know."""
    payment_id = world.ready()
    world.pay(payment_id)
    world.stack.deliver()
    return payment_id


def refund(world: World, payment_id: str, refund_id: str, amount: int = PART) -> Response:
    body = {"refundId": refund_id, "reason": "단순 변심", "amount": amount}
    return world.stack.app(USER).post(f"/payments/{payment_id}/cancel", body)


def refunds_of(world: World, payment_id: str) -> list[Act]:
    """As many partial refunds, ten times more than there is money for."""
    return [partial(refund, world, payment_id, f"refund-{number}") for number in range(MANY)]


def console_cancel(world: World, payment_id: str) -> None:
    with suppress(Refused):
        world.stack.portone.console.cancel(payment_id, PART)


def book(world: World, payment_id: str) -> PaymentBook:
    return world.stack.portone.books()[payment_id]


def assert_documented(answers: list[Response]) -> None:
    codes = {answer.json()["error"]["code"] for answer in answers if answer.status >= 400}
    assert codes <= REFUSED
    assert {answer.status for answer in answers} <= {200, 202, 403, 409, 503}


def answered(answers: list[Response]) -> list[str]:
    """The refunds whose requesters were told that there is one, with or without its outcome."""
    return [answer.json()["refundId"] for answer in answers if answer.status < 400]


def unknown(world: World, payment_id: str, refund_id: str) -> bool:
    """Whether nobody has stored this refund."""
    return world.stack.app(USER).get(f"/payments/{payment_id}/refunds/{refund_id}").status != 200


def assert_each_once(world: World, payment_id: str) -> None:
    """Each of our tokens is at most once in PortOne's books, and no more was refunded than paid."""
    tokens = [refund.token for refund in world.held(payment_id).refunds.values()]
    reasons = [each.reason for each in book(world, payment_id).cancellations]
    assert all(sum(reason.startswith(token) for reason in reasons) <= 1 for token in tokens)
    assert book(world, payment_id).cancelled <= TOTAL


def take_the_rest(world: World, payment_id: str) -> None:
    """One after the other until nothing is left."""
    let_pass(world.stack, PATIENCE)
    for number in range(MANY):
        if refund(world, payment_id, f"later-{number}").status != 200:
            return


@pytest.mark.parametrize("_round", range(FEW_ROUNDS))
def test_a_hundred_concurrent_partial_refunds_never_exceed_what_was_paid(world: World, _round: int) -> None:
    payment_id = paid(world)

    answers = race(refunds_of(world, payment_id))

    assert_documented(answers)
    done = [answer for answer in answers if answer.status == 200]
    assert done
    assert book(world, payment_id).cancelled >= PART * len(done)
    assert [each for each in answered(answers) if unknown(world, payment_id, each)] == []
    take_the_rest(world, payment_id)
    assert book(world, payment_id).cancelled == TOTAL
    assert_each_once(world, payment_id)


@pytest.mark.parametrize("_round", range(FEW_ROUNDS))
def test_a_hundred_partial_refunds_beside_console_cancels_never_exceed_what_was_paid(
    world: World, _round: int
) -> None:
    payment_id = paid(world)
    consoles = [lambda: console_cancel(world, payment_id)] * 3

    answers = [each for each in race([*refunds_of(world, payment_id), *consoles]) if each is not None]

    assert_documented(answers)
    let_pass(world.stack, PATIENCE)
    assert_each_once(world, payment_id)
    assert "CONSOLE" in {each.trigger for each in book(world, payment_id).cancellations}


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_twenty_concurrent_requests_for_one_refund_have_one_effect(world: World, _round: int) -> None:
    payment_id = paid(world)

    answers = race([lambda: refund(world, payment_id, "refund-1")] * CLICKS)

    assert {answer.status for answer in answers} <= {200, 202, 503}
    assert refund(world, payment_id, "refund-1").status in {200, 202}
    assert len(book(world, payment_id).cancellations) == 1
    assert list(world.held(payment_id).refunds) == ["owner:refund-1"]
