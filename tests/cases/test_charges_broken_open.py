"""A charge of an order that waits for us: it ends with its method, and stands in nobody else's way."""

import pytest

from portone_local.portone import Unknowns
from portone_local.testing.charging import charge
from portone_local.testing.charging import prepared as prepared_id
from portone_local.testing.recurring import CHARGE, key_deleted, key_saved
from portone_local.testing.unkind import UnkindStack
from portone_local.testing.world import USER

MINUTE, HOUR = 60, 3600
INVALID = "INVALID_REQUEST"


def charged(stack: UnkindStack) -> int:
    """How many payments PortOne took money for."""
    return sum(book.times_paid for book in stack.portone.books().values())


@pytest.mark.parametrize("orders", [1, 12])
@pytest.mark.parametrize("kind", [INVALID, "UNAUTHORIZED", "CHANNEL_NOT_FOUND"])
def test_a_charge_that_waits_ends_with_the_deletion_of_its_method(
    stack: UnkindStack, kind: str, orders: int
) -> None:
    issue_id = key_saved(stack)
    ids = [prepared_id(stack, order_id=f"order-{number}") for number in range(orders)]
    stack.wire.refuse(CHARGE, kind)
    for each in ids:
        charge(stack, each)
    stack.run_for(30 * MINUTE)

    answer = key_deleted(stack, issue_id)
    seen = stack.app(USER).get(f"/payments/{ids[0]}").json()["approval"]["state"]
    asked = stack.asked(CHARGE)
    stack.wire.undisturbed()
    stack.run_for(4 * HOUR, step=5 * MINUTE)

    assert (answer.status in {200, 202}, seen) == (True, "FAILED")
    assert (charged(stack), stack.asked(CHARGE)) == (0, asked)
    assert stack.app(USER).get("/billing-keys").json()["items"] == []
    assert not stack.calling()


@pytest.mark.parametrize("settings", [{"unknowns": Unknowns(errors_are_replayed=False)}, {}])
def test_a_declined_charge_is_known_however_many_were_withdrawn_after_it(stack: UnkindStack) -> None:
    key_saved(stack)
    payment_id = prepared_id(stack)
    stack.portone.pg.decline(times=1)
    first = charge(stack, payment_id, "charge-first")
    stack.wire.refuse(CHARGE, INVALID, times=30)
    answers = [charge(stack, payment_id, f"charge-{number}") for number in range(30)]
    stack.wire.undisturbed()

    again = charge(stack, payment_id, "charge-first")

    assert (first.status, again.status, charged(stack)) == (402, 402, 0)
    assert answers[-1].json()["error"]["code"] == "too_many_tries"
    assert stack.asked(CHARGE) <= 20
