"""A refund whose sender died, then nothing may be sent for hours: done once, in doubt only for a reason."""

import pytest

from portone_local.actors.shop import seen_by_staff
from portone_local.portone import Fault
from portone_local.stack.passing import let_pass
from portone_local.stories.boundaries import Boundaries, Crossing, Side, none
from portone_local.stories.telling import acted, dying, in_memory, reached
from portone_local.stories.world import World
from portone_payments.domain.shared.calendar import HOUR
from tests.support.refunding import cancelled_at_portone, paid, refund, refund_state

SENDING = Crossing("cancel", "portone.cancel_payment", 1)


def asked_back(
    world: World, boundaries: Boundaries, point: Crossing | None = None, side: Side = Side.BEFORE
) -> tuple[dict[str, str], list[Crossing]]:
    """A partial refund is requested and the process dies at `point`; the payment, the calls it made."""
    prepared = paid(world.stack)
    breaks = dying(point, side) if point else none

    def ask(*_: object) -> None:
        refund(world.stack, prepared, amount=3_000)

    return prepared, acted(ask, world, "", boundaries, breaks)


def stopped_for_hours(world: World) -> None:
    """PortOne refuses us for longer than it knows a key, then no more."""
    world.stack.portone.inject(operation="cancel_payment", fault=Fault.UNAUTHORIZED, times=None)
    let_pass(world.stack, 5 * HOUR)
    world.stack.portone.clear_faults()
    let_pass(world.stack, HOUR)


@pytest.mark.parametrize("side", Side)
def test_an_unsent_refund_is_made_once_whatever_died_and_however_long_it_waits(
    side: Side,
) -> None:
    with in_memory() as (world, boundaries):
        _, calls = asked_back(world, boundaries)
    sending = [(each.call, each.nth) for each in calls].index((SENDING.call, SENDING.nth))
    before = calls[: sending - (side is Side.AFTER)]
    for point in before:
        with in_memory() as (world, boundaries):
            prepared, made = asked_back(world, boundaries, point, side)
            reached(point, made)
            stopped_for_hours(world)
            refund(world.stack, prepared, amount=3_000)

            found = refund_state(world.stack, prepared), cancelled_at_portone(world.stack, prepared)
            assert (point, *found) == (point, "SUCCEEDED", 3_000)
            assert seen_by_staff(world.stack, "ambiguous") == []


@pytest.mark.parametrize(("side", "given_back"), [(Side.BEFORE, 0), (Side.AFTER, 3_000)])
def test_a_refund_that_may_have_been_sent_is_read_and_never_sent_blindly(side: Side, given_back: int) -> None:
    with in_memory() as (world, boundaries):
        prepared, made = asked_back(world, boundaries, SENDING, side)
        reached(SENDING, made)
        stopped_for_hours(world)

        # PortOne shows no list where nothing was cancelled: only a person can tell
        expected = "SUCCEEDED" if given_back else "AMBIGUOUS"
        assert refund_state(world.stack, prepared) == expected
        assert cancelled_at_portone(world.stack, prepared) == given_back
