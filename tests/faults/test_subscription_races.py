"""Owner, shop and staff cancel one subscription during its charge: one end, published once."""

import os
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from portone_local.actors.subscribers import held
from portone_local.gateway.client import Client
from portone_local.oracle import ObservedStack
from portone_local.stack.ministack import MiniStack
from portone_local.stack.passing import let_pass
from portone_local.stories.billing_keys import plan
from portone_local.stories.subscription_scenes import asking, plans, under_way, weekly
from portone_local.stories.subscriptions import END, change_plan
from portone_local.stories.world import MINUTE, PATIENCE, World
from portone_payments.domain.records.subscriptions import InvoiceKind, InvoiceState, SubscriptionStatus
from tests.support.charge_races import collecting, due, ended, sent
from tests.support.racing import Act, judged, race

pytestmark = [pytest.mark.race, pytest.mark.ministack]

# each round is a dozen requests at once: a tenth of the rounds of a single write
ROUNDS = max(2, int(os.environ.get("RACE_ROUNDS", "20")) // 10)
NUMBERS = count(1)
UNDER_WAY = {200, 202, 503}


@pytest.fixture(scope="module")
def stack(ministack: MiniStack) -> Iterator[ObservedStack]:
    with judged(ministack) as observed:
        yield observed


@pytest.fixture
def world(stack: ObservedStack) -> Iterator[World]:
    """A customer of its own for each round, with nothing left to renew in the next."""
    with ended(World(stack, f"subscription-race-{next(NUMBERS)}")) as world:
        yield world


def read(client: Client, subscription_id: str) -> dict[str, Any]:
    """What shop or staff is shown."""
    shown: dict[str, Any] = client.get(f"/ops/subscriptions/{subscription_id}").json()
    return shown


def ending(client: Client, subscription_id: str, *, at_period_end: bool = False) -> Act:
    """Shop or staff ends it; the status of the answer."""
    path = f"/ops/subscriptions/{subscription_id}/cancel"
    return lambda: client.post(path, {"atPeriodEnd": at_period_end}).status


def repricing(world: World, subscription_id: str) -> Act:
    """The shop puts it on the weekly plan from the next period on; the status of the answer."""
    body = {"planId": plan(world, "weekly")}
    return lambda: world.stack.shop.put(f"/ops/subscriptions/{subscription_id}/plan", body).status


def ends_of(world: World, subscription_id: str) -> int:
    """How often its end was published."""
    return [each.fact for each in held(world.stack, subscription_id).history].count("subscription_ended")


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_owner_shop_and_staff_cancelling_during_a_charge_and_a_plan_change_cancel_once(
    world: World, _round: int
) -> None:
    subscription_id, stack = due(world), world.stack
    worker = collecting(world, subscription_id)

    _, _, *ended_by, changed, repriced, shown = race(
        [
            worker,
            worker,
            lambda: END(world, subscription_id),
            ending(stack.shop, subscription_id),
            ending(stack.staff, subscription_id),
            lambda: change_plan(world, subscription_id),
            repricing(world, subscription_id),
            lambda: read(stack.shop, subscription_id),
        ]
    )

    assert set(ended_by) <= UNDER_WAY
    assert {changed, repriced} <= {200, 202, 402, 409, 503}
    assert shown["subscriptionId"] == subscription_id
    let_pass(stack, 4 * MINUTE)
    END(world, subscription_id)
    let_pass(stack, 4 * MINUTE)
    after = held(stack, subscription_id)
    assert (after.status, after.in_flight) == (SubscriptionStatus.ENDED, None)
    assert ends_of(world, subscription_id) == 1
    assert len(set(sent(world, subscription_id))) <= 2
    seen = read(stack.staff, subscription_id)
    assert (seen["status"], seen["cancelling"]) == ("ENDED", False)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_cancelling_during_an_open_charge_answers_202_and_cancels_once_it_settles(
    world: World, _round: int
) -> None:
    plans(world)
    subscription_id, stack = under_way(world), world.stack

    *ended_by, changed, repriced = race(
        [
            lambda: END(world, subscription_id),
            ending(stack.shop, subscription_id),
            ending(stack.staff, subscription_id, at_period_end=True),
            lambda: change_plan(world, subscription_id),
            repricing(world, subscription_id),
        ]
    )

    assert set(ended_by) <= {202, 503}
    assert (changed, repriced in {202, 409, 503}) == (409, True)
    let_pass(stack, PATIENCE)
    after = held(stack, subscription_id)
    assert (after.status, after.in_flight) == (SubscriptionStatus.ENDED, None)
    assert len(set(sent(world, subscription_id))) == ends_of(world, subscription_id) == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_paid_plan_begins_whatever_the_shop_decides_for_the_next_period(world: World, _round: int) -> None:
    subscription_id, stack = weekly(world), world.stack

    changed, *_ = race(
        [
            lambda: change_plan(world, subscription_id),
            repricing(world, subscription_id),
            lambda: asking("preview", {"planId": plan(world, "dear")})(world, subscription_id),
            lambda: asking("pause")(world, subscription_id),
        ]
    )

    assert changed in {200, 202, 409, 503}
    let_pass(stack, 4 * MINUTE)
    after = held(stack, subscription_id)
    bought = [each for each in after.invoices.values() if each.kind is InvoiceKind.PRORATION]
    paid = any(each.state is InvoiceState.PAID for each in bought)
    assert paid == (after.plan_id == plan(world, "dear"))
    assert len(bought) <= 1
