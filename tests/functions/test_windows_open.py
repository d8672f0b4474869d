"""An order with no more than its window needs opens that window, as PortOne's page of each PG judges it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any

import pytest

from portone_local.actors.shop import USER, ask_to_prepare, put_order
from portone_local.portone import Checkout
from portone_local.portone.billing.records import BillingIssue
from portone_local.portone.checkout import Channel
from portone_local.portone.records import Refused
from portone_local.stack.stack import Stack

KOREAN = ("CARD", "TRANSFER", "VIRTUAL_ACCOUNT", "MOBILE", "EASY_PAY")
PAYS = {
    "INICIS_V2": (*KOREAN, "GIFT_CERTIFICATE"),
    "WELCOME": (*KOREAN, "GIFT_CERTIFICATE"),
    "TOSSPAYMENTS": (*KOREAN, "GIFT_CERTIFICATE", "PAYPAL"),
    "NICE_V2": (*KOREAN, "GIFT_CERTIFICATE"),
    "KCP_V2": (*KOREAN, "GIFT_CERTIFICATE"),
    "GALAXIA": (*KOREAN, "GIFT_CERTIFICATE"),
    "SMARTRO_V2": KOREAN,
    "KSNET": KOREAN,
    "KPN": KOREAN,
    "NAVERPAY": ("EASY_PAY",),
    "KAKAOPAY": ("EASY_PAY",),
    "TOSSPAY_V2": ("EASY_PAY",),
    "EXIMBAY_V2": ("CARD", "EASY_PAY"),
    "INICIS_JP": ("CARD", "EASY_PAY"),
    "HECTO_GLOBAL": ("CARD", "EASY_PAY"),
    "KICC_V2": ("ALIPAY_PLUS", "EASY_PAY"),
    "PAYLETTER_GLOBAL": ("CARD", "ALIPAY", "ALIPAY_PLUS"),
    "PAYMENTWALL": ("CARD",),
    "PAYPAL_V2": ("PAYPAL",),
}
"""The ways to pay in each PG's window (page of each PG, "가능한 결제 수단")."""
SAVES = {
    **dict.fromkeys(("INICIS_V2", "WELCOME"), ("CARD",)),
    **dict.fromkeys(("TOSSPAYMENTS",), ("CARD", "TRANSFER")),
    **dict.fromkeys(("KCP_V2", "GALAXIA", "SMARTRO_V2", "KSNET", "KPN"), ("CARD",)),
    **dict.fromkeys(("NICE_V2", "NAVERPAY", "KAKAOPAY", "TOSSPAY_V2"), ("EASY_PAY",)),
    "PAYPAL_V2": ("PAYPAL",),
}
SAYS: dict[str, dict[str, Any]] = {
    "productType": {"productType": "PHYSICAL"},
    "country": {"country": "US"},
    "giftCertificateType": {"giftCertificateType": "BOOKNLIFE"},
    "offerPeriod": {"offerPeriod": {"interval": "1y"}},
    "buyer.name": {"buyer": {"name": "김하늘"}},
    "buyer.email": {"buyer": {"email": "haneul@buyer.example"}},
    "buyer.phone": {"buyer": {"phone": "01012345678"}},
}
ITEM = {"id": "sku-1", "name": "모자", "quantity": 1}
SAID_OF_AN_ITEM = {
    "products": {},
    "products.amount": {"amount": 12_000},
    "products.link": {"link": "https://shop.example/sku-1"},
    "products.categoryType": {"categoryType": "PRODUCT"},
    "products.categoryId": {"categoryId": "GENERAL"},
}
CONTRACTS: dict[str, dict[str, Any]] = {
    "HECTO_GLOBAL": {
        "window": {"storeDetails": {"businessName": "모자"}, "easyPay": {"easyPayProvider": "PAYPAY"}}
    },
    "PAYLETTER_GLOBAL": {"window": {"bypass": {"payletter_global": {"servicename": "모자"}}}},
    "KSNET": {"productType": "PHYSICAL"},
}
"""What the operator says of a channel, where its PG asks for what no order knows."""
DEVICES = {"web": ("PC", "MOBILE"), "ios": ("MOBILE",)}


@contextmanager
def at(pg: str, method: str) -> Iterator[Stack]:
    """A stack whose method goes to a channel of this PG."""
    channel = Channel(type="TEST", pg_provider=pg, key=f"channel-key-{pg.lower()}", id="of-pg", name=pg)
    ours = {"key": channel.key, "pgProvider": pg, "pgMerchantId": "example-merchant"}
    named = json.dumps({method: ours | CONTRACTS.get(pg, {})})
    with Stack.in_memory(seed=1, channels=named, billing_channels=named) as stack:
        stack.portone.console.add_channel(channel)
        yield stack


def saying(needs: list[str]) -> dict[str, Any]:
    """A body with these values and nothing else."""
    body: dict[str, Any] = {}
    for need in needs:
        if need in SAID_OF_AN_ITEM:
            body["products"] = [body.get("products", [ITEM])[0] | SAID_OF_AN_ITEM[need]]
            continue
        for name, said in SAYS[need].items():
            body[name] = body.get(name, {}) | said if isinstance(said, dict) else said
    return body


@pytest.mark.parametrize(
    ("pg", "method"), [("HECTO_GLOBAL", "CARD"), ("HECTO_GLOBAL", "EASY_PAY"), ("PAYLETTER_GLOBAL", "ALIPAY")]
)
def test_a_value_the_operator_left_out_of_a_channel_is_found_before_the_buyer_is_affected(
    pg: str, method: str
) -> None:
    channel = json.dumps({method: {"key": "channel-key-of-pg", "pgProvider": pg, "pgMerchantId": "m"}})
    buyer = {"name": "김하늘", "email": "haneul@buyer.example"}
    with Stack.in_memory(seed=1, channels=channel) as stack:
        answer = put_order(stack, payMethods=[method], buyer=buyer)

    assert {each.partition(".")[0] for each in missing(answer)} == {"channel"}


def missing(answer: Any) -> list[str]:
    """What a refusal names."""
    named: list[str] = answer.json()["error"]["details"]["missing"] if answer.status == 409 else []
    return named


@pytest.mark.parametrize(("pg", "method"), [(pg, each) for pg, methods in PAYS.items() for each in methods])
def test_an_order_with_only_the_required_values_can_be_paid_on_every_device(pg: str, method: str) -> None:
    abroad = {"currency": "USD"} if method == "PAYPAL" else {}
    with at(pg, method) as stack:
        needs: list[str] = []
        while found := missing(put_order(stack, payMethods=[method], **saying(needs), **abroad)):
            needs += found
        for platform, devices in DEVICES.items():
            window = ask_to_prepare(stack, platform=platform).json()
            for device in devices:
                opened = Checkout.from_browser(window, platform=device)
                stack.portone.buyer.open_window(window["paymentId"], opened)

        assert len(stack.portone.books()[window["paymentId"]].transaction_ids) == sum(
            map(len, DEVICES.values())
        )


@pytest.mark.parametrize(
    ("pg", "method", "platform"),
    [(pg, each, platform) for pg, ways in SAVES.items() for each, platform in product(ways, DEVICES)],
)
def test_a_method_is_saved_with_only_the_required_values(pg: str, method: str, platform: str) -> None:
    with at(pg, method) as stack:
        needs: list[str] = []
        asked = {"payMethod": method, "platform": platform}
        while found := missing(answer := stack.app(USER).post("/billing-keys", asked | saying(needs))):
            needs += found

        issues = [BillingIssue.from_browser(answer.json(), platform=each) for each in DEVICES[platform]]
        assert all(stack.portone.buyer.issue_billing_key(each).billing_key for each in issues)


@pytest.mark.parametrize("pg", ["EXIMBAY_V2", "PAYLETTER_GLOBAL", "HECTO_GLOBAL", "INICIS_JP"])
def test_a_method_without_a_saving_window_at_its_pg_is_not_offered_for_saving(pg: str) -> None:
    with at(pg, "CARD") as stack:
        asked = {"payMethod": "CARD", "platform": "web"} | saying(["buyer.name", "buyer.email"])
        answer = stack.app(USER).post("/billing-keys", asked)

        with pytest.raises(Refused, match="without a payment"):
            stack.portone.buyer.issue_billing_key(
                BillingIssue.from_browser({"channelKey": f"channel-key-{pg.lower()}", "issueId": "issue1"})
            )

    assert (answer.status, answer.json()["error"]["code"]) == (409, "billing_method_not_offered")
