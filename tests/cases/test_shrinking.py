"""Whether `amount.paid` shrinks after cancellations is not documented: what was paid stays known."""

from typing import Any

import pytest

from portone_local.actors.shop import seen_by_owner, status
from portone_local.portone import Unknowns
from portone_local.stack.passing import let_pass
from tests.support.refunding import cancelled_at_portone, paid, refund
from tests.support.unkind import UnkindStack

HOUR = 3600
SHRINKS = Unknowns(paid_shrinks_after_cancel=True)


@pytest.mark.parametrize("settings", [{"unknowns": SHRINKS}])
@pytest.mark.parametrize("amount", [4_000, 12_000])
def test_the_amount_paid_stays_recorded_although_the_reading_shrinks(stack: UnkindStack, amount: int) -> None:
    prepared = paid(stack)

    refund(stack, prepared, amount=amount)
    let_pass(stack, HOUR)

    told: dict[str, Any] = stack.shop.get("/orders/order-1").json()
    assert (told["paidTotal"], told["cancelledTotal"]) == (12_000, amount)
    assert seen_by_owner(stack, prepared)["amount"]["paid"] == 12_000


@pytest.mark.parametrize(
    "settings",
    [
        {
            "refund_base": "paid",
            "unknowns": Unknowns(paid_shrinks_after_cancel=True, refunds_are_based_on_total=False),
        }
    ],
)
def test_a_discounted_payment_can_be_refunded_in_parts_although_amount_paid_shrinks(
    stack: UnkindStack,
) -> None:
    prepared = paid(stack, discount=2_000)

    answers = [refund(stack, prepared, f"part-{number}", amount=2_500) for number in range(4)]
    let_pass(stack, HOUR)

    assert [answer.status for answer in answers] == [200] * 4
    assert (cancelled_at_portone(stack, prepared), status(stack, prepared)) == (10_000, "CANCELLED")
