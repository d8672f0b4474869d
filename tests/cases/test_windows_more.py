"""Windows that save a method and pay at once, orders in parts, orders that change, two in one table."""

import json
from typing import Any

import pytest

from portone_local.actors.shop import USER, ask_to_prepare, put_order
from portone_local.actors.subscribers import key_saved, schedule
from tests.support.unkind import UnkindStack, refused
from tests.support.window import (
    EMAIL,
    NAME,
    PHONE,
    WHOLE,
    at_pg,
    instant,
    only,
    opened,
    whole_but,
    window_of,
)

DAY = 24 * 3600
EVERY = ("buyer.name", "buyer.email", "buyer.phone")
TELLS = (NAME, EMAIL, PHONE)
MONTHLY = {"interval": "1m"}
PERIOD = {"offerPeriod": MONTHLY}


def saving_at(stack: UnkindStack, provider: str) -> None:
    """Methods are saved on a channel of this PG too."""
    named = {"key": f"channel-key-{provider.lower()}", "pgProvider": provider, "pgMerchantId": "m"}
    stack.operated(billing_channels=json.dumps({"*": named}))


@pytest.mark.parametrize("provider", ["INICIS_V2", "WELCOME"])
def test_a_phone_saved_and_charged_at_once_gets_everything_the_order_says(
    stack: UnkindStack, provider: str
) -> None:
    at_pg(stack, provider, "MOBILE")
    saving_at(stack, provider)
    stored = put_order(stack, payMethods=["MOBILE"], **only("productType", *EVERY))

    asked = {"payMethod": "MOBILE", "platform": "web", "orderId": "order-1", "offerPeriod": MONTHLY}
    answer = stack.app(USER).post("/billing-keys", asked)
    window = answer.json()

    assert (stored.status, answer.status) == (200, 200)
    assert (window["productType"], window["customer"]["fullName"]) == ("REAL", NAME)
    assert (window["customer"]["email"], window["customer"]["phoneNumber"]) == (EMAIL, PHONE)


@pytest.mark.parametrize("platform", ["web", "ios"])
@pytest.mark.parametrize("provider", ["INICIS_V2", "WELCOME"])
def test_a_page_a_phone_may_open_needs_what_phones_need(
    stack: UnkindStack, provider: str, platform: str
) -> None:
    """Needed on phones, optional on PCs (PortOne's pages of both); a page may be opened on either."""
    saving_at(stack, provider)
    asked = {"payMethod": "CARD", "platform": platform, "buyer": WHOLE["buyer"]}

    without, given = (stack.app(USER).post("/billing-keys", asked | more) for more in ({}, PERIOD))

    assert (refused(without), given.status) == (True, 200)
    assert given.json()["offerPeriod"] == MONTHLY


def test_a_buyer_may_be_changed_until_the_order_is_prepared(stack: UnkindStack) -> None:
    at_pg(stack, "INICIS_V2", "CARD")
    put_order(stack, payMethods=["CARD"], **only(*EVERY))

    other = WHOLE["buyer"] | {"name": "김철수"}
    changed = put_order(stack, payMethods=["CARD"], buyer=other)
    window = window_of(ask_to_prepare(stack).json(), "CARD")

    assert (changed.status, window["customer"]["fullName"]) == (200, "김철수")


def test_no_order_shows_the_buyer_of_another(stack: UnkindStack) -> None:
    at_pg(stack, "INICIS_V2", "CARD")
    put_order(stack, "order-1", payMethods=["CARD"], **only(*EVERY))
    other = {"name": "김철수", "email": "other@buyer.example", "phone": "01099998888"}
    put_order(stack, "order-2", payMethods=["CARD"], buyer=other)

    first, second = (window_of(ask_to_prepare(stack, each).json(), "CARD") for each in ("order-1", "order-2"))

    assert (first["customer"]["fullName"], second["customer"]["fullName"]) == (NAME, "김철수")
    assert all(each not in json.dumps(second, ensure_ascii=False) for each in TELLS)


@pytest.mark.parametrize(
    "wrong",
    [
        {"buyer": {"name": "x" * 10_000}},
        {"buyer": {"email": "no address"}},
        {"buyer": {"phone": "call me"}},
        {"buyer": {"name": "a\nb"}},
        {"buyer": {"age": "30"}},
        {"buyer": "홍길동"},
        {"products": [{"id": "1"}]},
        {"products": [WHOLE["products"][0] | {"quantity": 0}]},
        {"products": [WHOLE["products"][0] | {"quantity": 1.5}]},
        {"lastDayOfUse": "2026-02-30"},
        {"lastDayOfUse": "20261231"},
        {"lastDayOfUse": "0001-01-01"},
    ],
    ids=lambda wrong: json.dumps(wrong, ensure_ascii=False)[:50],
)
def test_an_impossible_value_is_refused_by_its_field_without_its_text(
    stack: UnkindStack, wrong: dict[str, Any]
) -> None:
    answer = put_order(stack, **wrong)

    assert (answer.status, refused(answer)) == (400, True)
    assert next(iter(wrong)) in json.dumps(answer.json()["error"]["details"])
    assert len(answer.body) < 2_000


def test_a_name_typed_on_a_mac_is_stored_as_it_reads(stack: UnkindStack) -> None:
    at_pg(stack, "INICIS_V2", "CARD")
    decomposed = "\u1112\u1169\u11bc\u1100\u1175\u11af\u1103\u1169\u11bc"

    window = opened(stack, "CARD", buyer=WHOLE["buyer"] | {"name": decomposed})

    assert window["customer"]["fullName"] == NAME


def test_the_operator_may_name_a_pg_later(stack: UnkindStack) -> None:
    put_order(stack, payMethods=["CARD"])
    at_pg(stack, "INICIS_V2", "CARD")

    asked = ask_to_prepare(stack)
    again = put_order(stack, payMethods=["CARD"])
    whole = put_order(stack, payMethods=["CARD"], **only(*EVERY))

    assert asked.status // 100 in {2, 4}
    assert asked.status == 200 or refused(asked)
    assert again.status // 100 in {2, 4}
    assert whole.status // 100 in {2, 4}


def test_parts_of_an_order_are_charged_without_a_window(stack: UnkindStack) -> None:
    key_saved(stack)
    parts = [{"amount": 6_000}, {"amount": 6_000, "dueAt": instant(stack.clock.now() + DAY)}]

    stored = put_order(stack, payMethods=["CARD"], parts=parts)
    begun = schedule(stack, "order-1")

    assert (stored.status, begun.status) == (200, 200)


@pytest.mark.parametrize("field", ["productType", "products"])
def test_a_value_the_pg_does_not_require_may_be_given(stack: UnkindStack, field: str) -> None:
    at_pg(stack, "TOSSPAYMENTS", "CARD")

    assert put_order(stack, payMethods=["CARD"], **whole_but(field)).status == 200
