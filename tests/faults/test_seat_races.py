"""Two who take one seat at the same moment, on the local AWS: one has it, the other is told whose it is."""

import os
from collections.abc import Iterator
from functools import partial
from itertools import count

import pytest

from portone_local.actors.subscribers import plan_stored, subscribe
from portone_local.gateway.messages import Response
from portone_local.oracle import ObservedStack
from portone_local.stack.ministack import MiniStack
from portone_local.stack.passing import let_pass
from portone_local.stories.billing_keys import owner
from portone_local.stories.subscription_scenes import customer
from portone_local.stories.world import MINUTE, World
from tests.support.charge_races import ended
from tests.support.racing import judged, race

pytestmark = [pytest.mark.race, pytest.mark.ministack]

ROUNDS = max(2, int(os.environ.get("RACE_ROUNDS", "20")) // 10)
NUMBERS = count(1)
AT_ONCE = 4


@pytest.fixture(scope="module")
def stack(ministack: MiniStack) -> Iterator[ObservedStack]:
    with judged(ministack) as observed:
        for plan_id, group in (("seat-a", "seats"), ("seat-b", "seats"), ("seat-c", "apart")):
            plan_stored(observed, plan_id, group=group)
        yield observed


@pytest.fixture
def world(stack: ObservedStack) -> Iterator[World]:
    """A customer with a card for each round."""
    with ended(World(stack, f"seat-race-{next(NUMBERS)}")) as world:
        customer(world)
        yield world


def taking(world: World, number: int) -> Response:
    """Subscribe under a key of its own, to one of the two plans of the group."""
    plan_id = ("seat-a", "seat-b")[number % 2]
    return subscribe(world.stack, owner(world), request=f"{world.name}-{number}", planId=plan_id)


def ids_in(answers: list[Response]) -> set[str]:
    """The subscriptions that were answered, or that stood in the way."""
    bodies = [each.json() for each in answers if each.status != 503]
    return {body.get("subscriptionId") or body["error"]["details"]["subscriptionId"] for body in bodies}


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_many_starts_in_one_group_one_begins_and_all_name_it(world: World, _round: int) -> None:
    answers = race([partial(taking, world, number) for number in range(AT_ONCE)])

    let_pass(world.stack, 4 * MINUTE)
    (begun,) = world.stack.app(owner(world)).get("/subscriptions").json()["items"]
    assert {each.status for each in answers} <= {200, 202, 409, 503}
    assert ids_in(answers) == {begun["subscriptionId"]}
    assert begun["status"] == "ACTIVE"


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_start_and_a_plan_change_into_its_group_do_not_both_have_the_seat(
    world: World, _round: int
) -> None:
    app, user = world.stack.app(owner(world)), owner(world)
    other = subscribe(world.stack, user, request=f"{world.name}-c", planId="seat-c").json()["subscriptionId"]

    changed, begun = race(
        [
            lambda: app.put(f"/subscriptions/{other}/plan", {"planId": "seat-a", "when": "period_end"}),
            lambda: taking(world, 1),
        ]
    )

    let_pass(world.stack, 4 * MINUTE)
    taken = [changed.status == 200, begun.status in {200, 202}]
    assert taken.count(True) <= 1
    assert {changed.status, begun.status} <= {200, 202, 409, 503}
