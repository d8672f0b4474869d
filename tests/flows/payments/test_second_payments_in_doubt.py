"""Two payments of one order, one of them in doubt: an attention is raised, nothing is refunded by itself."""

from collections.abc import Iterator
from typing import Any

import pytest

from portone_local.stack.passing import let_pass
from portone_local.stories.second_payments import lapsed_account, late_deposit, second_paid
from portone_local.stories.world import MINUTE, USER, World
from tests.support.edited import Change, having
from tests.support.unkind import UnkindStack, unkind

HOUR = 3600
DOUBTS: dict[str, Change] = {
    "channel": having(channel__key="channel-key-of-smart-routing"),
    "status": having(status="SETTLING"),
}


@pytest.fixture
def world() -> Iterator[World]:
    with unkind() as stack:
        yield World(stack)


def stack_of(world: World) -> UnkindStack:
    assert isinstance(world.stack, UnkindStack)
    return world.stack


def in_doubt(world: World, payment_id: str, change: Change) -> None:
    """Every reading of this payment is one that cannot be judged."""

    def one(answer: dict[str, Any]) -> object:
        return change(answer) if answer["id"] == payment_id else answer

    stack_of(world).wire.edited("get_payment", one)


def calls(world: World, payment_id: str) -> set[str]:
    return {kind for kind, ids in stack_of(world).calling().items() if payment_id in ids}


def cancelled(world: World) -> dict[str, int]:
    books = world.stack.portone.books()
    return {payment_id: book.cancelled for payment_id, book in books.items() if book.cancelled}


def status(world: World, payment_id: str) -> str:
    return str(world.stack.app(USER).get(f"/payments/{payment_id}").json()["status"])


def accept(world: World, payment_id: str) -> int:
    body = {"decision": "accept", "reason": "the PG confirms it", "kind": "quarantined"}
    return world.stack.staff.post(f"/ops/payments/{payment_id}/resolve", body).status


@pytest.mark.parametrize("doubt", list(DOUBTS.values()), ids=list(DOUBTS))
def test_a_late_deposit_beside_a_payment_in_doubt_settles_and_the_other_is_a_surplus(
    world: World, doubt: Change
) -> None:
    lapsed = lapsed_account(world)
    second = world.prepare(world.order_of(lapsed))
    in_doubt(world, second, doubt)
    world.pay(second)
    world.stack.deliver()
    let_pass(world.stack, 3 * HOUR)
    world.stack.portone.buyer.deposit(lapsed)

    world.stack.deliver()

    assert calls(world, second) >= {"quarantined", "surplus"}
    assert (status(world, lapsed), cancelled(world)) == ("PAID", {})
    let_pass(world.stack, 5 * MINUTE)
    assert stack_of(world).counted("PaymentSurplus")


def test_a_surplus_in_doubt_is_refunded_once_staff_accepts_it(world: World) -> None:
    lapsed = lapsed_account(world)
    second = world.prepare(world.order_of(lapsed))
    in_doubt(world, second, DOUBTS["channel"])
    world.pay(second)
    world.stack.deliver()
    world.stack.portone.buyer.deposit(lapsed)
    world.stack.deliver()

    answer = accept(world, second)
    let_pass(world.stack, HOUR)

    assert (answer, cancelled(world)) == (200, {second: 12_000})
    assert (calls(world, second), status(world, lapsed)) == (set(), "PAID")
    assert stack_of(world).events(second).count("payment.surplus") == 1


@pytest.mark.parametrize("doubt", list(DOUBTS.values()), ids=list(DOUBTS))
def test_a_late_deposit_in_doubt_after_the_order_was_paid_is_a_surplus(world: World, doubt: Change) -> None:
    lapsed = late_deposit(world)
    in_doubt(world, lapsed, doubt)

    world.stack.deliver()
    let_pass(world.stack, HOUR)

    assert calls(world, lapsed) == {"quarantined", "surplus"}
    assert cancelled(world) == {}


@pytest.mark.parametrize("doubt", list(DOUBTS.values()), ids=list(DOUBTS))
def test_a_new_payment_beside_a_late_deposit_in_doubt_settles_the_order(world: World, doubt: Change) -> None:
    second = second_paid(world)
    (lapsed,) = set(world.handed) - {second}
    in_doubt(world, lapsed, doubt)
    world.stack.portone.buyer.deposit(lapsed)
    world.catch_up(lapsed)

    world.stack.deliver()

    assert status(world, second) == "PAID"
    assert calls(world, lapsed) == {"quarantined", "surplus"}


def test_a_payment_that_turns_out_unpaid_is_no_surplus(world: World) -> None:
    lapsed = lapsed_account(world)
    second = world.prepare(world.order_of(lapsed))
    in_doubt(world, second, DOUBTS["status"])
    world.catch_up(second)
    world.stack.portone.buyer.deposit(lapsed)
    world.stack.deliver()
    stack_of(world).wire.undisturbed()
    let_pass(world.stack, 2 * HOUR)

    assert calls(world, second) == set()
    assert status(world, lapsed) == "PAID"


def test_an_order_with_a_deposit_in_doubt_gets_no_second_payment(world: World) -> None:
    lapsed = lapsed_account(world)
    in_doubt(world, lapsed, DOUBTS["channel"])
    world.stack.portone.buyer.deposit(lapsed)
    world.stack.deliver()

    with pytest.raises(LookupError, match="order_already_paid"):
        world.prepare(world.order_of(lapsed))
