"""A charge of an order that waits for us: it ends with its method, and stands in nobody else's way."""

import pytest

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
