"""Inicis and Welcome want to hear with every charge who pays: kept with the saved method, gone with it."""

import json

import pytest

from portone_local.actors.shop import USER, prepare, put_order
from portone_local.oracle import ObservedStack
from portone_local.portone import Unknowns
from portone_local.portone.checkout import Channel
from portone_local.stack.passing import let_pass
from tests.support.billing_app import issued, put_plan, register, subscribe

BUYER = {"name": "김하늘", "email": "haneul@buyer.example", "phone": "01012345678"}
ASKED = {"payMethod": "CARD", "platform": "web", "buyer": BUYER, "offerPeriod": {"interval": "1m"}}
WELCOME = Channel(type="TEST", pg_provider="WELCOME", key="channel-key-welcome", id="welcome", name="Welcome")
OTHER = {"key": "channel-key-example-test", "pgProvider": "TOSSPAYMENTS", "pgMerchantId": "example-merchant"}
NAMED = {"key": WELCOME.key, "pgProvider": "WELCOME", "pgMerchantId": "example-merchant"}
ONCE = pytest.mark.parametrize(("webhooks", "unknowns"), [(True, Unknowns())])
AT_WELCOME = pytest.mark.parametrize("settings", [{"billing_channels": json.dumps({"CARD": NAMED})}])
ELSEWHERE = pytest.mark.parametrize("settings", [{"billing_channels": json.dumps({"CARD": OTHER})}])


def saved(stack: ObservedStack) -> str:
    """A card saved in a window; its id."""
    stack.portone.console.add_channel(WELCOME)
    window = stack.app(USER).post("/billing-keys", ASKED).json()
    key_id: str = window["billingKeyId"]
    assert register(stack, key_id, issued(stack, window)).status == 200
    return key_id


def kept(stack: ObservedStack, key_id: str) -> bool:
    """Whether we still know who saved it."""
    return bool(stack.ports["store"].wallet(USER).keys[key_id].buyer_sealed)


@ONCE
@AT_WELCOME
def test_a_charge_names_its_payer_where_the_pg_requires_it(stack: ObservedStack) -> None:
    saved(stack)
    put_order(stack)
    payment_id = prepare(stack)["paymentId"]

    charged = stack.app(USER).post(f"/payments/{payment_id}/charge", {"chargeId": "charge-1"})

    assert (charged.status, charged.json()["status"]) == (200, "PAID")


@ONCE
@AT_WELCOME
def test_a_renewal_names_its_payer_where_the_pg_requires_it(stack: ObservedStack) -> None:
    saved(stack)
    put_plan(stack)

    assert subscribe(stack).json()["status"] == "ACTIVE"
    let_pass(stack, 600)
    assert BUYER["name"] not in json.dumps(stack.dump(), ensure_ascii=False)


@ONCE
@AT_WELCOME
def test_a_deleted_method_drops_its_payer(stack: ObservedStack) -> None:
    key_id = saved(stack)
    before = kept(stack, key_id)
    assert stack.app(USER).delete(f"/billing-keys/{key_id}").status == 200

    assert (before, kept(stack, key_id)) == (True, False)


@ONCE
@ELSEWHERE
def test_the_payer_of_a_method_is_stored_nowhere_else(stack: ObservedStack) -> None:
    assert kept(stack, saved(stack)) is False
