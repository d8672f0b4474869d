"""An order that is offered again is given its buyer again by the same PUT; a paid one is not."""

import json

import pytest

from portone_local.actors.shop import USER, ask_to_prepare, pay, put_order, verify
from portone_local.oracle import ObservedStack
from portone_local.portone import Unknowns
from portone_local.stack.passing import let_pass
from portone_local.stories.world import DAY
from portone_payments.domain.records.payments import Order
from portone_payments.domain.windows.buyer import kept_until
from tests.support.records import an_order
from tests.support.window import instant

BUYER = {"name": "김하늘", "email": "haneul@buyer.example", "phone": "01012345678"}
INICIS = {"key": "channel-key-example-test", "pgProvider": "INICIS_V2", "pgMerchantId": "m"}
HOUR = 3600
# what PortOne does and tells makes no difference to these
ONCE = pytest.mark.parametrize(("webhooks", "unknowns"), [(False, Unknowns())])
SETTINGS = {"channels": json.dumps({"CARD": INICIS})}


def put(stack: ObservedStack, ends: int | None = None) -> int:
    """The shop stores the order with its buyer, for so many seconds or without an end."""
    expires = {} if ends is None else {"expiresAt": instant(stack.clock.now() + ends)}
    return put_order(stack, payMethods=["CARD"], buyer=BUYER, **expires).status


def order(stack: ObservedStack) -> Order:
    """The order as it is stored."""
    held: Order = stack.ports["store"].order("order-1")
    return held


def kept(stack: ObservedStack) -> bool:
    """Whether the order's payment has a buyer."""
    return bool(stack.ports["store"].payment(order(stack).payment_id).buyer_sealed)


@ONCE
@pytest.mark.parametrize("settings", [SETTINGS])
def test_an_unpaid_order_accepts_its_buyer_again(stack: ObservedStack) -> None:
    put(stack)
    ask_to_prepare(stack)
    let_pass(stack, 10 * DAY)

    dropped, refused = kept(stack), ask_to_prepare(stack)
    again = put(stack)

    assert (dropped, refused.status, again) == (False, 409, 200)
    assert ask_to_prepare(stack).json()["customer"]["fullName"] == BUYER["name"]


@ONCE
@pytest.mark.parametrize("settings", [SETTINGS])
def test_a_buyer_of_an_unprepared_order_is_dropped_at_the_orders_end(stack: ObservedStack) -> None:
    put(stack, ends=5 * HOUR)
    let_pass(stack, 4 * HOUR)
    before = order(stack).buyer_sealed
    let_pass(stack, 2 * HOUR)

    assert (bool(before), order(stack).buyer_sealed, order(stack).due_at) == (True, "", None)
    assert put(stack, ends=5 * HOUR) == 200
    assert ask_to_prepare(stack).json()["customer"]["fullName"] == BUYER["name"]


@ONCE
@pytest.mark.parametrize("settings", [SETTINGS])
def test_a_buyer_given_again_is_dropped_again(stack: ObservedStack) -> None:
    end = instant(stack.clock.now() + 5 * DAY)
    put_order(stack, payMethods=["CARD"], buyer=BUYER, expiresAt=end)
    ask_to_prepare(stack)
    let_pass(stack, 4 * DAY)
    dropped = kept(stack)
    put_order(stack, payMethods=["CARD"], buyer=BUYER, expiresAt=end)

    again = kept(stack)
    let_pass(stack, DAY + HOUR)

    assert (dropped, again, kept(stack)) == (False, True, False)


def test_an_order_without_expiry_keeps_its_buyer_for_thirty_days() -> None:
    assert kept_until(an_order(), 1_000_000) == 1_000_000 + 30 * DAY
    assert kept_until(an_order(expires_at=1_000_001), 1_000_000) == 1_000_001


@ONCE
@pytest.mark.parametrize("settings", [SETTINGS])
def test_an_order_withdrawn_before_any_prepare_keeps_no_buyer(stack: ObservedStack) -> None:
    put(stack)
    stack.shop.delete("/orders/order-1")

    assert (order(stack).buyer_sealed, order(stack).due_at) == ("", None)


@pytest.mark.parametrize("settings", [SETTINGS])
def test_a_paid_order_accepts_no_buyer(stack: ObservedStack) -> None:
    put(stack)
    prepared = ask_to_prepare(stack, user=USER).json()
    pay(stack, prepared)
    verify(stack, prepared)

    assert (put(stack), kept(stack)) == (200, False)
