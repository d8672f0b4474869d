"""What only PCs or only phones ask for: on a page, in an app, and where rules leave a method to apps."""

import json
from typing import Any

import pytest

from portone_local.actors.shop import USER, ask_to_prepare, put_order
from portone_local.oracle import ObservedStack

WELCOME = {"key": "channel-key-example-test", "pgProvider": "WELCOME", "pgMerchantId": "m"}
CHANNELS = json.dumps({"CARD": WELCOME, "GIFT_CERTIFICATE": WELCOME})
APPS = json.dumps([{"methods": ["CARD"], "platforms": ["ios", "android"]}])
WHOLE = {"name": "김하늘", "email": "haneul@buyer.example", "phone": "01012345678"}
NAMED = {"name": "김하늘"}
MONTHLY: dict[str, Any] = {"interval": "1m"}
SAVE = {"payMethod": "CARD", "platform": "ios", "buyer": WHOLE}


@pytest.mark.parametrize("settings", [{"channels": CHANNELS, "pay_method_rules": APPS}])
def test_a_method_limited_to_apps_needs_nothing_only_pcs_need(stack: ObservedStack) -> None:
    stored = put_order(stack, payMethods=["CARD"], buyer=NAMED)
    in_app, on_page = (ask_to_prepare(stack, platform=each) for each in ("ios", "web"))

    assert (stored.status, in_app.status, on_page.status) == (200, 200, 409)
    assert in_app.json()["customer"]["fullName"] == NAMED["name"]


@pytest.mark.parametrize("settings", [{"channels": CHANNELS}])
def test_a_method_for_pages_needs_what_pcs_need(stack: ObservedStack) -> None:
    refused = put_order(stack, payMethods=["CARD"], buyer=NAMED)

    assert refused.status == 409
    assert refused.json()["error"]["details"]["missing"] == ["buyer.email", "buyer.phone"]


@pytest.mark.parametrize("settings", [{"channels": CHANNELS}])
def test_an_order_for_gift_certificates_names_the_kind(stack: ObservedStack) -> None:
    without = put_order(stack, payMethods=["GIFT_CERTIFICATE"], buyer=WHOLE)
    wrong = put_order(stack, payMethods=["GIFT_CERTIFICATE"], buyer=WHOLE, giftCertificateType="HAPPY")
    put_order(stack, payMethods=["GIFT_CERTIFICATE"], buyer=WHOLE, giftCertificateType="BOOKNLIFE")
    window = ask_to_prepare(stack).json()

    assert without.json()["error"]["details"]["missing"] == ["giftCertificateType"]
    assert (without.status, wrong.status) == (409, 400)
    assert window["giftCertificate"] == {"giftCertificateType": "BOOKNLIFE"}
    assert stack.shop.get("/orders/order-1").json()["giftCertificateType"] == "BOOKNLIFE"


@pytest.mark.parametrize("settings", [{"billing_channels": json.dumps({"CARD": WELCOME})}])
def test_a_card_saved_in_an_app_names_its_purpose(stack: ObservedStack) -> None:
    app = stack.app(USER)
    without, monthly = (app.post("/billing-keys", SAVE | more) for more in ({}, {"offerPeriod": MONTHLY}))
    days = app.post(
        "/billing-keys", SAVE | {"offerPeriod": {"firstDay": "2026-12-01", "lastDay": "2027-11-30"}}
    )

    assert (without.status, without.json()["error"]["details"]["missing"]) == (409, ["offerPeriod"])
    assert monthly.json()["offerPeriod"] == MONTHLY
    assert days.json()["offerPeriod"] == {
        "range": {"from": "2026-12-01T00:00:00+09:00", "to": "2027-11-30T23:59:59+09:00"}
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"interval": "30d"},
        {"firstDay": "2026-12-01"},
        {"interval": "1m", "lastDay": "2026-12-01"},
        {"firstDay": "2026-12-02", "lastDay": "2026-12-01"},
        {"firstDay": "2026-02-30", "lastDay": "2026-12-01"},
    ],
    ids=json.dumps,
)
def test_a_period_no_pg_accepts_is_refused(stack: ObservedStack, wrong: dict[str, Any]) -> None:
    assert stack.app(USER).post("/billing-keys", SAVE | {"offerPeriod": wrong}).status == 400
