"""What comes due by itself: whose turn it is, and what is told of it beforehand, once and to the won."""

from typing import Any

import pytest

from portone_local.actors.subscribers import days_pass, held
from tests.support.lives import DAILY, WEEKLY, begun, sold, status, took
from tests.support.unkind import UnkindStack


@pytest.mark.parametrize("interval", [WEEKLY, DAILY], ids=["weekly", "daily"])
def test_a_card_that_pays_again_pays_every_older_period_first(
    stack: UnkindStack, interval: dict[str, Any]
) -> None:
    sold(stack, interval=interval)
    subscription_id = begun(stack)
    days_pass(stack, 6)
    stack.portone.pg.decline(times=None)
    days_pass(stack, 9)
    stack.portone.pg.accept()

    days_pass(stack, 20)

    assert status(stack, subscription_id) == "ACTIVE"
    paid = [*held(stack, subscription_id).invoices.values()][: len(took(stack))]
    assert {each.state for each in paid} == {"PAID"}
