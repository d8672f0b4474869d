"""Plans over HTTP: stored by the shop's backend, shown to an app, never changed for who subscribed before."""

from typing import Any

import pytest

from portone_local.stack.stack import Stack
from tests.support import subscriber_app
from tests.support.billing_app import PRICE, code_of, put_plan, save_key, subscribe
from tests.support.subscriber_app import subscribed
from tests.support.world import STRANGER, USER


def test_a_plan_is_stored_by_the_shop_and_shown_to_an_app(stack: Stack) -> None:
    stored = put_plan(stack, "plan-2", taxFreeAmount=900, trialDays=14, anchorDay=31)

    shown = {
        "planId": "plan-2",
        "name": "구독",
        "amount": PRICE,
        "taxFreeAmount": 900,
        "currency": "KRW",
        "interval": {"unit": "MONTH", "count": 1},
        "trialDays": 14,
        "anchorDay": 31,
        "onSale": True,
        "group": "plan-2",
        "startAheadDays": 0,
    }
    assert (stored.status, stored.json()) == (200, shown | {"userIds": None, "price": None})
    assert stack.app(USER).get("/plans/plan-2").json() == shown
    assert stack.shop.get("/ops/plans/plan-2").json() == stored.json()


def test_the_same_plan_again_writes_nothing(stack: Stack) -> None:
    before = stack.dump()

    put_plan(stack)

    assert stack.dump() == before


def test_a_new_price_applies_to_later_subscribers(stack: Stack) -> None:
    first = subscribed(stack)

    put_plan(stack, amount=12_000)

    assert subscriber_app.shown(stack, first)["amount"] == PRICE
    save_key(stack, STRANGER)
    assert subscribe(stack, STRANGER).json()["amount"] == 12_000


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": -1},
        {"amount": 9_900.5},
        {"taxFreeAmount": PRICE + 1},
        {"currency": "EUR"},
        {"name": "x" * 41},
        {"interval": {"unit": "HOUR", "count": 1}},
        {"interval": {"unit": "MONTH", "count": 13}},
        {"interval": {"unit": "WEEK", "count": 0}},
        {"interval": {"unit": "WEEK", "count": 1}, "anchorDay": 3},
        {"anchorDay": 32},
        {"trialDays": -1},
        {"discount": 1},
    ],
    ids=str,
)
def test_an_impossible_plan_is_refused(stack: Stack, wrong: dict[str, Any]) -> None:
    assert code_of(put_plan(stack, "plan-2", **wrong)) == (400, "invalid_request")
    assert code_of(stack.app(USER).get("/plans/plan-2")) == (404, "plan_not_found")
