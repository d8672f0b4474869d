"""Charge, cancel, deletion of the method and change of the plan at once: charged once or not at all."""

import os
from collections.abc import Iterator
from contextlib import suppress
from itertools import count

import pytest

from portone_local.actors.shop import checkout
from portone_local.actors.subscribers import held, to_hour
from portone_local.oracle import ObservedStack
from portone_local.portone import Refused
from portone_local.stack.ministack import MiniStack
from portone_local.stack.passing import let_pass
from portone_local.stories.billing_keys import choose, delete, owner, saved, two_saved
from portone_local.stories.charges import charge, payable
from portone_local.stories.lives import (
    END_LATER,
    KEEP,
    OWED,
    ending,
    open_window,
    owing,
    pay_owed,
    taken_back,
)
from portone_local.stories.subscription_scenes import begin, customer, pay_in_parts, sofa, weekly
from portone_local.stories.subscriptions import END, change_plan
from portone_local.stories.world import MINUTE, World
from portone_payments.domain.records.billing_keys import KeyState
from portone_payments.domain.records.subscriptions import InvoiceKind, InvoiceState, SubscriptionStatus
from tests.support.charge_races import collecting, due, ended, sent
from tests.support.racing import judged, race

pytestmark = [pytest.mark.race, pytest.mark.ministack]

# each round is a dozen requests at once: a tenth of the rounds of a single write
ROUNDS = max(2, int(os.environ.get("RACE_ROUNDS", "20")) // 10)
FEW_ROUNDS = max(2, ROUNDS // 10)
NUMBERS = count(1)


@pytest.fixture(scope="module")
def stack(ministack: MiniStack) -> Iterator[ObservedStack]:
    with judged(ministack) as observed:
        yield observed


@pytest.fixture
def world(stack: ObservedStack) -> Iterator[World]:
    """A customer of its own for each round, with nothing left to renew in the next."""
    with ended(World(stack, f"charge-race-{next(NUMBERS)}")) as world:
        yield world


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_one_of_many_workers_charges_a_subscription(world: World, _round: int) -> None:
    subscription_id = due(world)
    worker = collecting(world, subscription_id)

    race([worker] * 4)

    let_pass(world.stack, 4 * MINUTE)
    states = [each.state for each in held(world.stack, subscription_id).invoices.values()]
    assert states == [InvoiceState.PAID] * 2
    assert len(sent(world, subscription_id)) == 2


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_renew_end_keep_delete_change_and_charge_back_at_once_happen_in_some_order(
    world: World, _round: int
) -> None:
    subscription_id = ending(world) if _round % 2 else due(world)
    billing_key_id = world.stack.ports["store"].wallet(owner(world)).default
    worker = collecting(world, subscription_id)
    taken_back(world, subscription_id)

    _, _, *ended_by, kept, deleted, changed, _ = race(
        [
            worker,
            worker,
            lambda: END(world, subscription_id),
            lambda: END_LATER(world, subscription_id),
            lambda: KEEP(world, subscription_id),
            lambda: delete(world, billing_key_id),
            lambda: change_plan(world, subscription_id),
            world.stack.deliver,
        ]
    )

    assert {*ended_by, deleted} <= {200, 202, 503}
    assert kept in {200, 202, 409, 503}
    assert changed in {200, 202, 402, 409, 503}
    let_pass(world.stack, 4 * MINUTE)
    END(world, subscription_id)
    delete(world, billing_key_id)
    let_pass(world.stack, 4 * MINUTE)
    after = held(world.stack, subscription_id)
    assert (after.status, after.in_flight) == (SubscriptionStatus.ENDED, None)
    assert world.stack.ports["store"].wallet(owner(world)).keys[billing_key_id].state is KeyState.DELETED
    assert len(set(sent(world, subscription_id))) <= 2


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_window_paid_while_the_saved_method_is_charged_leaves_one_paid(world: World, _round: int) -> None:
    subscription_id = owing(world)
    open_window(world, subscription_id)
    [window] = world.handed.values()
    to_hour(world.stack, 10.1)
    world.stack.tick() if _round % 2 else None
    worker = collecting(world, subscription_id)

    def paid_in_window() -> None:
        with suppress(Refused):
            world.stack.portone.buyer.pay(window["paymentId"], checkout(window))
        world.stack.deliver()

    race([worker, worker, paid_in_window, lambda: pay_owed(world, subscription_id)])

    let_pass(world.stack, 20 * MINUTE)
    [owed] = [each for each in held(world.stack, subscription_id).invoices.values() if each.id == OWED]
    books = world.stack.portone.books()
    keeps = [
        id_
        for id_ in {window["paymentId"], owed.payment_id, owed.paid_by} - {None}
        if id_ in books and books[id_].times_paid and not books[id_].cancelled
    ]
    assert owed.state is InvoiceState.PAID
    assert keeps == [owed.paid_by]


@pytest.mark.parametrize("_round", range(FEW_ROUNDS))
def test_concurrent_plan_changes_are_paid_once(world: World, _round: int) -> None:
    subscription_id = weekly(world)

    statuses = race([lambda: change_plan(world, subscription_id)] * 3)

    assert set(statuses) <= {200, 202, 409, 503}
    let_pass(world.stack, 4 * MINUTE)
    # whoever asks for it again, when it is paid, owes nothing more
    invoices = held(world.stack, subscription_id).invoices.values()
    assert len([each for each in invoices if each.kind is InvoiceKind.PRORATION and each.amount]) == 1
    assert len(sent(world, subscription_id)) == 2


@pytest.mark.parametrize("_round", range(FEW_ROUNDS))
def test_concurrent_subscribing_with_one_key_makes_one_subscription(world: World, _round: int) -> None:
    customer(world)

    ids = race([lambda: begin(world)] * 4)

    page = world.stack.ports["store"].subscriptions(owner(world), cursor=None, limit=9)
    assert set(ids) - {"-"} == {each.subscription_id for each in page.items}
    assert len(page.items) == 1


@pytest.mark.parametrize("_round", range(FEW_ROUNDS))
def test_concurrent_scheduling_of_parts_charges_an_order_once(world: World, _round: int) -> None:
    order_id = sofa(world)

    ids = race([lambda: pay_in_parts(world, order_id)] * 4)

    assert len(set(ids) - {"-"}) == 1
    assert len(world.stack.ports["store"].subscriptions(owner(world), cursor=None, limit=9).items) == 1


@pytest.mark.parametrize("_round", range(FEW_ROUNDS))
def test_charging_an_order_while_its_method_is_deleted_charges_it_once_or_never(
    world: World, _round: int
) -> None:
    payment_id = payable(world)
    billing_key_id = world.stack.ports["store"].wallet(owner(world)).default

    *charged, deleted = race(
        [lambda: charge(world, payment_id)] * 3 + [lambda: delete(world, billing_key_id)]
    )

    assert set(charged) <= {200, 202, 404, 409, 410, 503}
    assert deleted in {200, 202, 503}
    let_pass(world.stack, 4 * MINUTE)
    book = world.stack.portone.books().get(payment_id)
    assert book is None or book.times_paid <= 1


@pytest.mark.parametrize("_round", range(FEW_ROUNDS))
def test_methods_saved_chosen_and_deleted_at_once_leave_a_chargeable_default(
    world: World, _round: int
) -> None:
    other = two_saved(world)
    first = world.stack.ports["store"].wallet(owner(world)).default

    race([lambda: choose(world, other), lambda: delete(world, first), lambda: saved(world)])

    let_pass(world.stack, 4 * MINUTE)
    wallet = world.stack.ports["store"].wallet(owner(world))
    assert wallet.keys[wallet.default].state is KeyState.ACTIVE
