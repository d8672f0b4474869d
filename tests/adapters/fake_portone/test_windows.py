"""A PG's window opens with everything its page requires, and not without any of it."""

import copy
from dataclasses import replace
from typing import Any

import pytest

from portone_local.portone import Checkout, FakePortOne
from portone_local.portone.billing.records import BillingIssue
from portone_local.portone.checkout import Channel
from portone_local.portone.records import Refused
from portone_local.portone.windows import CHARGING, PAYING, SAVING, SAVING_AND_PAYING, Ask, charge_lacks

ITEM = {"categoryType": "PRODUCT", "categoryId": "GENERAL", "uid": "sku-1", "name": "모자", "count": 1}
WHOLE: dict[str, Any] = {
    "storeId": "store-1",
    "channelKey": "channel-key-of-pg",
    "paymentId": "payment1",
    "issueId": "issue1",
    "issueName": "정기결제",
    "orderName": "모자",
    "orderDescription": "모자",
    "totalAmount": 12_000,
    "currency": "USD",
    "country": "US",
    "redirectUrl": "https://shop.example/back",
    "productType": "REAL",
    "offerPeriod": {"interval": "1m"},
    "customer": {
        "customerId": "customer1",
        "fullName": "김하늘",
        "email": "haneul@buyer.example",
        "phoneNumber": "01012345678",
    },
    "products": [
        {"id": "sku-1", "name": "모자", "amount": 12_000, "quantity": 1, "link": "https://shop.example/1"}
    ],
    "virtualAccount": {"accountExpiry": {"dueDate": "2026-12-31T23:59:59+09:00"}},
    "giftCertificate": {"giftCertificateType": "CULTURELAND"},
    "storeDetails": {"businessName": "모자 가게"},
    "easyPay": {"easyPayProvider": "PAYPAY"},
    "bypass": {
        "payletter_global": {"servicename": "모자 가게"},
        "naverpay": {"productItems": [ITEM]},
        "kcp_v2": {"shop_user_id": "customer1"},
        "nice_v2": {"MallUserID": "customer1"},
    },
}
ASKED = [(paying, ask) for paying, asks in ((True, PAYING), (False, SAVING)) for ask in asks]


def without(path: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """The parameters without what stands at a path."""
    left = copy.deepcopy(parameters)
    *way, last = path.split(".")
    node: Any = left
    for name in way:
        node = node[name][0] if isinstance(node[name], list) else node[name]
    del node[last]
    return left


def opened(fake: FakePortOne, ask: Ask, parameters: dict[str, Any], *, paying: bool) -> str:
    """The window such a channel opens for these parameters on such a device."""
    pg = ask.pgs[0] if ask.pgs else "TOSSPAYMENTS"
    fake.console.add_channel(Channel(pg_provider=pg, key="channel-key-of-pg"))
    device = ask.devices[0] if ask.devices else "PC"
    method = ask.methods[0] if ask.methods else "CARD"
    if paying:
        handed = parameters | {"payMethod": method}
        return fake.buyer.open_window("payment1", Checkout.from_browser(handed, platform=device))
    handed = parameters | {"billingKeyMethod": method}
    return fake.buyer.issue_billing_key(BillingIssue.from_browser(handed, platform=device)).billing_key


@pytest.mark.parametrize(("paying", "ask"), ASKED, ids=[f"{ask.pgs}-{ask.path}" for _, ask in ASKED])
def test_a_window_opens_only_with_what_its_pg_requires(
    portone: FakePortOne,
    paying: bool,  # noqa: FBT001 - a column of the table
    ask: Ask,
) -> None:
    whole = WHOLE | {"uiType": "PAYPAL_SPB" if paying else "PAYPAL_RT"}

    assert opened(portone, ask, whole, paying=paying)
    if ask.path not in {"paymentId", "currency"}:
        with pytest.raises(Refused, match=ask.path):
            opened(portone, ask, without(ask.path, whole), paying=paying)


@pytest.mark.parametrize("ask", SAVING_AND_PAYING, ids=[f"{ask.pgs}-{ask.path}" for ask in SAVING_AND_PAYING])
def test_a_saving_and_paying_window_opens_only_with_what_its_pg_requires(
    portone: FakePortOne, ask: Ask
) -> None:
    key = Channel(pg_provider=ask.pgs[0] if ask.pgs else "WELCOME", key="channel-key-of-pg")
    portone.console.add_channel(key)

    def go(parameters: dict[str, Any]) -> str:
        handed = parameters | {"billingKeyAndPayMethod": "MOBILE", "payMethod": "MOBILE"}
        issue = BillingIssue.from_browser(handed)
        checkout = replace(Checkout.from_browser(handed), handed=None)
        return portone.buyer.issue_billing_key_and_pay("payment1", checkout, issue).billing_key

    with pytest.raises(Refused, match=ask.path):
        go(without(ask.path, WHOLE))
    assert go(WHOLE)


@pytest.mark.parametrize(
    ("pg", "expiry", "opens"),
    [
        ("TOSSPAYMENTS", {}, True),
        ("NICE_V2", {}, False),
        ("NICE_V2", {"validHours": 3}, True),
        ("NICE_V2", {"dueDate": "2026-12-31 23:59:59"}, True),
        ("NICE_V2", {"dueDate": "31.12.2026"}, False),
        ("KSNET", {"dueDate": "2026-12-31 23:59:59"}, False),
        ("KSNET", {"dueDate": "2026-12-31T23:59:59+09:00"}, True),
        ("KSNET", {"dueDate": "2026-01-01T00:00:00+09:00"}, False),
        ("GALAXIA", {}, False),
        ("SMARTRO_V2", {"dueDate": "20261231"}, False),
    ],
)
def test_a_virtual_account_needs_the_due_date_its_pg_reads(
    portone: FakePortOne,
    pg: str,
    expiry: dict[str, Any],
    opens: bool,  # noqa: FBT001 - a column of the table
) -> None:
    asked = Ask("virtualAccount", (pg,), ("VIRTUAL_ACCOUNT",))
    parameters = WHOLE | {"virtualAccount": {"accountExpiry": expiry}}

    if opens:
        assert opened(portone, asked, parameters, paying=True)
    else:
        with pytest.raises(Refused, match="accountExpiry"):
            opened(portone, asked, parameters, paying=True)


@pytest.mark.parametrize(
    ("period", "opens"),
    [
        ({"interval": "1m"}, True),
        ({"interval": "30d"}, False),
        ({"range": {"from": "2026-12-01T00:00:00+09:00"}}, False),
        ({"range": {"from": "2026-12-01T00:00:00+09:00", "to": "2027-11-30T23:59:59+09:00"}}, True),
        (None, False),
    ],
)
def test_a_card_saved_at_inicis_on_a_phone_names_its_purpose(
    portone: FakePortOne,
    period: dict[str, Any] | None,
    opens: bool,  # noqa: FBT001 - a column of the table
) -> None:
    asked = Ask("offerPeriod", ("INICIS_V2",), devices=("MOBILE",))

    if opens:
        assert opened(portone, asked, WHOLE | {"offerPeriod": period}, paying=False)
    else:
        with pytest.raises(Refused, match="offerPeriod"):
            opened(portone, asked, WHOLE | {"offerPeriod": period}, paying=False)


def test_a_charge_names_its_payer_where_the_pg_requires_it() -> None:
    said = {
        "id": "customer1",
        "name": "김하늘",
        "email": "haneul@buyer.example",
        "phoneNumber": "01012345678",
    }

    assert charge_lacks("WELCOME", said) == ()
    assert charge_lacks("WELCOME", {"id": "customer1"}) == (
        "customer.name",
        "customer.email",
        "customer.phoneNumber",
    )
    assert charge_lacks("TOSSPAYMENTS", {"id": "customer1"}) == ()
    assert charge_lacks("KSNET", {"id": "customer1"}) == ("productType",)
    assert charge_lacks("KSNET", {"id": "customer1"}, "DIGITAL") == ()
    assert {ask.pgs for ask in CHARGING} == {("INICIS_V2", "WELCOME"), ("EXIMBAY_V2",), ("KSNET",)}
