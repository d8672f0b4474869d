"""An order that is offered again is given its buyer again by the same PUT; a paid one is not."""

import json

import pytest

from portone_local.oracle import ObservedStack
from portone_local.testing.shopping import USER, ask_to_prepare, pay, put_order, verify
from portone_local.testing.stories import DAY, let_pass

BUYER = {"name": "김하늘", "email": "haneul@buyer.example", "phone": "01012345678"}
INICIS = {"key": "channel-key-example-test", "pgProvider": "INICIS_V2", "pgMerchantId": "m"}
SETTINGS = {"channels": json.dumps({"CARD": INICIS})}


def put(stack: ObservedStack) -> int:
    """The shop stores the order with its buyer."""
    return put_order(stack, payMethods=["CARD"], buyer=BUYER).status


def kept(stack: ObservedStack) -> bool:
    """Whether the order's payment has a buyer."""
    order = stack.ports["store"].order("order-1")
    return bool(stack.ports["store"].payment(order.payment_id).buyer_sealed)


@pytest.mark.parametrize("settings", [SETTINGS])
def test_an_order_nobody_paid_is_given_its_buyer_again(stack: ObservedStack) -> None:
    put(stack)
    ask_to_prepare(stack)
    let_pass(stack, 10 * DAY)

    dropped, refused = kept(stack), ask_to_prepare(stack)
    again = put(stack)

    assert (dropped, refused.status, again) == (False, 409, 200)
    assert ask_to_prepare(stack).json()["customer"]["fullName"] == BUYER["name"]


@pytest.mark.parametrize("settings", [SETTINGS])
def test_a_paid_order_takes_no_buyer_back(stack: ObservedStack) -> None:
    put(stack)
    prepared = ask_to_prepare(stack, user=USER).json()
    pay(stack, prepared)
    verify(stack, prepared)

    assert (put(stack), kept(stack)) == (200, False)
