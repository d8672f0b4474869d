"""The window is handed all its PG needs, and an order that cannot give it is refused when it is stored."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from portone_local.actors.shop import USER, ask_to_prepare, pay, put_order, status, verify
from portone_local.actors.subscribers import key_saved
from portone_local.gateway.messages import Response
from portone_local.portone import Fault
from portone_local.stack.passing import let_pass
from tests.support.charging import charge
from tests.support.refunding import refund
from tests.support.unkind import UnkindStack, refused
from tests.support.window import (
    EMAIL,
    NAME,
    PHONE,
    PRODUCT,
    WHOLE,
    at_pg,
    deposit_ends,
    instant,
    only,
    opened,
    whole_but,
    window_of,
)

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
EVERY = ("buyer.name", "buyer.email", "buyer.phone")
NEEDS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("TOSSPAYMENTS", "MOBILE", ("productType",)),
    ("NICE_V2", "MOBILE", ("productType",)),
    ("KCP_V2", "MOBILE", ("productType",)),
    ("KSNET", "MOBILE", ("productType", "buyer.name")),
    ("KSNET", "CARD", ("buyer.name",)),
    ("SMARTRO_V2", "MOBILE", ("productType", "buyer.phone")),
    ("KPN", "MOBILE", ("productType",)),
    ("INICIS_V2", "MOBILE", ("productType", *EVERY)),
    ("WELCOME", "MOBILE", ("productType", *EVERY)),
    ("INICIS_V2", "CARD", EVERY),
    ("INICIS_V2", "VIRTUAL_ACCOUNT", EVERY),
    ("WELCOME", "CARD", EVERY),
    ("SMARTRO_V2", "CARD", ("buyer.phone",)),
    ("EXIMBAY_V2", "CARD", ("buyer.name", "buyer.email")),
    ("PAYLETTER_GLOBAL", "CARD", ("buyer.email",)),
    ("NAVERPAY", "EASY_PAY", ("products",)),
)
"""What an order has to give for a method at a PG (PortOne facts 12.1, 17 and its page of each PG)."""
FREE = (
    *(
        ("KPN", "CARD"),
        ("TOSSPAYMENTS", "CARD"),
        ("TOSSPAYMENTS", "VIRTUAL_ACCOUNT"),
        ("TOSSPAYMENTS", "TRANSFER"),
    ),
    *(("KCP_V2", "CARD"), ("KCP_V2", "GIFT_CERTIFICATE"), ("NICE_V2", "VIRTUAL_ACCOUNT")),
    *(("KAKAOPAY", "EASY_PAY"), ("NICE_V2", "CARD")),
)
"""Where an order needs nothing more."""
LACKING = [(pg, method, field) for pg, method, fields in NEEDS for field in fields]
WORDS = {
    "productType": ("productType", "REAL"),
    "buyer.name": ("customer.fullName", NAME),
    "buyer.email": ("customer.email", EMAIL),
    "buyer.phone": ("customer.phoneNumber", PHONE),
}
"""What an order says, in the browser SDK's words (PortOne facts 12.4)."""
OPENAPI = Path(__file__).parents[2] / "docs/openapi.json"


def within(window: dict[str, Any], path: str) -> Any:
    """The value at a path such as `customer.email`, None for none."""
    found: Any = window
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def documented(answer: Response, path: str, method: str) -> bool:
    """Whether the API document knows this refusal of this operation."""
    document = json.loads(OPENAPI.read_text())
    responses = document["paths"][path][method]["responses"]
    code = answer.json()["error"]["code"]
    return code in json.dumps(responses.get(str(answer.status), {}))


@pytest.mark.parametrize(("provider", "method", "fields"), NEEDS)
def test_a_window_gets_everything_its_pg_needs(
    stack: UnkindStack, provider: str, method: str, fields: tuple[str, ...]
) -> None:
    at_pg(stack, provider, method)

    window = opened(stack, method, **only(*fields))

    said = {WORDS[each][0]: within(window, WORDS[each][0]) for each in fields if each in WORDS}
    assert said == {WORDS[each][0]: WORDS[each][1] for each in fields if each in WORDS}
    assert window["channelKey"] == f"channel-key-{provider.lower()}"
    assert re.fullmatch(r"[0-9A-Za-z]{20}", window["customer"]["customerId"])


@pytest.mark.parametrize(("provider", "method", "field"), LACKING)
def test_an_order_that_lacks_what_its_window_needs_is_refused_when_it_is_stored(
    stack: UnkindStack, provider: str, method: str, field: str
) -> None:
    at_pg(stack, provider, method)

    answer = put_order(stack, payMethods=[method], **whole_but(field))

    assert (refused(answer), documented(answer, "/orders/{orderId}", "put")) == (True, True)
    assert field in json.dumps(answer.json()["error"]["details"])
    assert stack.shop.get("/orders/order-1").status == 404


@pytest.mark.parametrize("empty", ["", " ", None])
@pytest.mark.parametrize("part", ["name", "email", "phone"])
def test_an_empty_value_counts_as_missing(stack: UnkindStack, part: str, empty: str | None) -> None:
    at_pg(stack, "INICIS_V2", "CARD")

    answer = put_order(stack, buyer=WHOLE["buyer"] | {part: empty})
    given = put_order(stack, payMethods=["CARD"], buyer=WHOLE["buyer"])

    assert (refused(answer), given.status) == (True, 200)


def test_one_method_that_lacks_something_refuses_the_whole_order(stack: UnkindStack) -> None:
    at_pg(stack, "TOSSPAYMENTS", "CARD", "MOBILE")

    answers = [
        put_order(stack, payMethods=["CARD", "MOBILE"]),
        put_order(stack, payMethods=["CARD", "MOBILE"], **only("productType")),
    ]

    assert [answer.status // 100 for answer in answers] == [4, 2]


def test_an_order_is_not_changed_into_one_its_window_would_refuse(stack: UnkindStack) -> None:
    at_pg(stack, "TOSSPAYMENTS", "CARD", "MOBILE")
    put_order(stack, payMethods=["MOBILE"], **only("productType"))

    answer = put_order(stack, payMethods=["MOBILE"])

    assert refused(answer)
    assert within(window_of(ask_to_prepare(stack).json(), "MOBILE"), "productType") == "REAL"


@pytest.mark.parametrize(("provider", "method"), FREE)
def test_an_order_may_leave_out_what_its_pg_does_not_require(
    stack: UnkindStack, provider: str, method: str
) -> None:
    at_pg(stack, provider, method)

    window = opened(stack, method)

    assert (window["payMethod"], window["channelKey"]) == (method, f"channel-key-{provider.lower()}")


@pytest.mark.parametrize(("ours", "theirs"), [("PHYSICAL", "REAL"), ("DIGITAL", "DIGITAL")])
def test_a_phone_bill_names_its_product_type(stack: UnkindStack, ours: str, theirs: str) -> None:
    window = opened(stack, "MOBILE", productType=ours)

    assert window["productType"] == theirs


def test_a_phone_bill_on_a_channel_without_a_known_pg_needs_its_product_type_too(stack: UnkindStack) -> None:
    assert refused(put_order(stack, payMethods=["MOBILE"]))
    assert put_order(stack, payMethods=["MOBILE"], **only("productType")).status == 200


@pytest.mark.parametrize("wrong", ["REAL", "physical", "", 1])
def test_an_unknown_product_type_is_refused(stack: UnkindStack, wrong: Any) -> None:
    assert refused(put_order(stack, payMethods=["MOBILE"], productType=wrong))


ENDS = {"ten minutes": 10 * MINUTE, "an hour": HOUR, "a day": DAY, "two months": 60 * DAY, "none": None}


@pytest.mark.parametrize("provider", ["TOSSPAYMENTS", "NICE_V2", "KSNET", "KCP_V2", "GALAXIA"])
@pytest.mark.parametrize("ends", ENDS)
def test_a_virtual_account_is_due_no_later_than_the_order(
    stack: UnkindStack, ends: str, provider: str
) -> None:
    at_pg(stack, provider, "VIRTUAL_ACCOUNT")
    now = stack.clock.now()
    end = None if ENDS[ends] is None else now + float(ENDS[ends] or 0)
    order = only("buyer.name") | ({} if end is None else {"expiresAt": instant(end)})

    window = opened(stack, "VIRTUAL_ACCOUNT", **order)

    assert now < deposit_ends(window, now) <= (end or now + 400 * DAY)


def test_a_virtual_account_at_ksnet_has_its_due_date_in_iso_8601(stack: UnkindStack) -> None:
    at_pg(stack, "KSNET", "VIRTUAL_ACCOUNT")

    window = opened(
        stack, "VIRTUAL_ACCOUNT", **only("buyer.name"), expiresAt=instant(stack.clock.now() + DAY)
    )

    due = window["virtualAccount"]["accountExpiry"]["dueDate"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+\d\d:\d\d)", due)


def test_a_virtual_account_requested_later_is_due_no_later(stack: UnkindStack) -> None:
    end = stack.clock.now() + 2 * DAY
    first = opened(stack, "VIRTUAL_ACCOUNT", expiresAt=instant(end))
    at_first = deposit_ends(first, stack.clock.now())
    let_pass(stack, 30 * MINUTE)

    again = window_of(ask_to_prepare(stack).json(), "VIRTUAL_ACCOUNT")

    assert at_first <= end
    assert stack.clock.now() < deposit_ends(again, stack.clock.now()) <= end


@pytest.mark.parametrize("method", ["CARD", "TRANSFER", "EASY_PAY"])
def test_only_a_virtual_account_has_a_due_date_of_its_own(stack: UnkindStack, method: str) -> None:
    put_order(stack, payMethods=[method, "VIRTUAL_ACCOUNT"])
    view = ask_to_prepare(stack).json()

    assert view["payMethod"] == method
    assert within(view, "virtualAccount.accountExpiry") is None
    assert window_of(view, "VIRTUAL_ACCOUNT")["virtualAccount"]["accountExpiry"]


def test_naver_gets_products_and_the_last_day_of_use_in_its_own_words(stack: UnkindStack) -> None:
    at_pg(stack, "NAVERPAY", "EASY_PAY")

    window = opened(stack, "EASY_PAY", **only("products", "lastDayOfUse"))

    [item] = within(window, "bypass.naverpay.productItems")
    assert {name: item[name] for name in ("categoryType", "categoryId", "uid", "name", "count")} == {
        "categoryType": PRODUCT["categoryType"],
        "categoryId": PRODUCT["categoryId"],
        "uid": PRODUCT["id"],
        "name": PRODUCT["name"],
        "count": PRODUCT["quantity"],
    }
    assert within(window, "bypass.naverpay.useCfmYmdt") == "20261231"


def test_naver_gets_no_last_day_of_use_where_the_order_has_none(stack: UnkindStack) -> None:
    at_pg(stack, "NAVERPAY", "EASY_PAY")

    window = opened(stack, "EASY_PAY", **only("products"))

    assert within(window, "bypass.naverpay.productItems")
    assert "useCfmYmdt" not in window["bypass"]["naverpay"]


@pytest.mark.parametrize("left", ["categoryType", "categoryId"])
def test_a_product_naver_would_refuse_is_refused_when_stored(stack: UnkindStack, left: str) -> None:
    at_pg(stack, "NAVERPAY", "EASY_PAY")
    product = {name: value for name, value in PRODUCT.items() if name != left}

    answers = [
        put_order(stack, payMethods=["EASY_PAY"], products=products)
        for products in ([product], [], [PRODUCT])
    ]

    assert [refused(answer) for answer in answers] == [True, True, False]


@pytest.mark.parametrize("method", ["MOBILE", "GIFT_CERTIFICATE"])
def test_kcp_gets_the_id_of_its_member(stack: UnkindStack, method: str) -> None:
    at_pg(stack, "KCP_V2", method)

    window = opened(stack, method, **only("productType"))

    member = within(window, "bypass.kcp_v2.shop_user_id")
    assert member == window["customer"]["customerId"]
    assert re.fullmatch(r"[0-9A-Za-z]{20}", member)


def test_nice_gets_the_buyer_of_a_gift_certificate(stack: UnkindStack) -> None:
    at_pg(stack, "NICE_V2", "GIFT_CERTIFICATE")

    window = opened(stack, "GIFT_CERTIFICATE")

    assert within(window, "bypass.nice_v2.MallUserID") == window["customer"]["customerId"]


@pytest.mark.parametrize("provider", ["TOSSPAYMENTS", "NICE_V2"])
def test_no_pg_gets_what_only_another_needs(stack: UnkindStack, provider: str) -> None:
    at_pg(stack, provider, "CARD")

    window = opened(stack, "CARD")

    assert within(window, "bypass.kcp_v2") is None
    assert within(window, "bypass.naverpay") is None


@pytest.mark.parametrize("method", ["PAYPAL", "ALIPAY", "ALIPAY_PLUS"])
def test_an_order_can_be_paid_by_a_method_of_the_window(stack: UnkindStack, method: str) -> None:
    stack.operated(channels=json.dumps({method: "channel-key-example-test"}))

    window = opened(stack, method, **WHOLE, currency="USD", amount={"total": 1_200})

    assert window["payMethod"] == method


@pytest.mark.parametrize("method", ["CRYPTO"])
def test_a_method_no_window_offers_is_refused(stack: UnkindStack, method: str) -> None:
    stack.operated(channels=json.dumps({"*": "channel-key-example-test"}))

    assert refused(put_order(stack, payMethods=[method], **WHOLE))
    assert put_order(stack, payMethods=["PAYPAL"], **WHOLE).status == 200


def test_an_order_without_a_channel_is_refused_when_it_is_stored(stack: UnkindStack) -> None:
    at_pg(stack, "TOSSPAYMENTS", "CARD")

    assert refused(put_order(stack, payMethods=["CARD", "TRANSFER"]))


def test_toss_payments_saves_a_bank_account(stack: UnkindStack) -> None:
    named = {"key": "channel-key-example-test", "pgProvider": "TOSSPAYMENTS", "pgMerchantId": "m"}
    stack.operated(billing_channels=json.dumps({"TRANSFER": named}))

    answer = stack.app(USER).post("/billing-keys", {"payMethod": "TRANSFER", "platform": "web"})
    other = stack.app(USER).post("/billing-keys", {"payMethod": "CARD", "platform": "web"})

    assert (answer.status, answer.json().get("billingKeyMethod")) == (200, "TRANSFER")
    assert refused(other)


SAVING: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("INICIS_V2", EVERY),
    ("WELCOME", EVERY),
    ("KPN", ("buyer.name",)),
    ("TOSSPAYMENTS", ()),
)
"""What a window that saves a card needs of its buyer."""


@pytest.mark.parametrize(("provider", "fields"), SAVING)
def test_a_saving_window_gets_everything_its_pg_needs(
    stack: UnkindStack, provider: str, fields: tuple[str, ...]
) -> None:
    named = {"key": "channel-key-example-test", "pgProvider": provider, "pgMerchantId": "m"}
    stack.operated(billing_channels=json.dumps({"CARD": named}))
    asked = {"payMethod": "CARD", "platform": "web", "offerPeriod": {"interval": "1m"}}

    without = stack.app(USER).post("/billing-keys", asked)
    answer = stack.app(USER).post("/billing-keys", asked | {"buyer": WHOLE["buyer"]})

    assert refused(without) == bool(fields)
    assert documented(without, "/billing-keys", "post") if fields else without.status == 200
    said = {WORDS[each][0]: within(answer.json(), WORDS[each][0]) for each in fields}
    assert (answer.status, said) == (200, {WORDS[each][0]: WORDS[each][1] for each in fields})


BUYER_TELLS = (NAME, EMAIL, PHONE)


def with_buyer(stack: UnkindStack, order_id: str = "order-1") -> dict[str, Any]:
    """An order that names its buyer, prepared."""
    at_pg(stack, "INICIS_V2", "CARD", "VIRTUAL_ACCOUNT", "TRANSFER")
    put_order(stack, order_id, payMethods=["CARD", "VIRTUAL_ACCOUNT"], **only(*EVERY))
    view: dict[str, Any] = ask_to_prepare(stack, order_id).json()
    assert within(view, "customer.fullName") == NAME
    return view


def told_of_the_buyer(*said: str) -> list[str]:
    """What of the buyer stands in clear in any of it."""
    return [each for each in BUYER_TELLS if any(each in text for text in said)]


def everywhere_but_in_tables(stack: UnkindStack) -> list[str]:
    """Logs, queues, events."""
    stack.publish()
    return [*stack.logs, *stack.ports["queue"].bodies, *map(repr, stack.bus.published)]


def test_a_buyer_is_sealed_and_in_no_log(stack: UnkindStack) -> None:
    view = with_buyer(stack)
    pay(stack, view)
    verify(stack, view)
    stack.deliver()

    stored = json.dumps(stack.dump(), ensure_ascii=False)

    assert told_of_the_buyer(stored, *everywhere_but_in_tables(stack)) == []


def test_a_refused_order_reveals_nothing_of_its_buyer(stack: UnkindStack) -> None:
    at_pg(stack, "INICIS_V2", "CARD")

    answer = put_order(stack, payMethods=["CARD"], **whole_but("buyer.phone"))

    assert (refused(answer), "buyer.phone" in answer.body.decode()) == (True, True)
    assert told_of_the_buyer(answer.body.decode(), *everywhere_but_in_tables(stack)) == []


def test_a_buyer_is_sent_to_its_own_window_only(stack: UnkindStack) -> None:
    view = with_buyer(stack)

    shown = [
        stack.shop.get("/orders/order-1"),
        stack.app(USER).get(f"/payments/{view['paymentId']}"),
        stack.app(USER).get("/payments"),
        stack.staff.post(f"/ops/payments/{view['paymentId']}/catch-up"),
        ask_to_prepare(stack, user="user-2"),
    ]

    assert told_of_the_buyer(*(answer.body.decode() for answer in shown)) == []


def buyers_kept(stack: UnkindStack) -> list[str]:
    """Where something of a buyer is still kept, sealed or not: the names of fields with a value."""
    return [f"{item['pk']['S']}: {name}" for item in stack.dump() for name in named(item) if "buyer" in name]


def named(value: Any) -> list[str]:
    """Every name of a field with a value in an item."""
    if isinstance(value, list):
        return [name for each in value for name in named(each)]
    if not isinstance(value, dict):
        return []
    inside = [name for each in value.values() for name in named(each)]
    holding = [name for name, each in value.items() if each not in ({"NULL": True}, {"M": {}}, {"S": ""})]
    return [*holding, *inside]


def paid_by_card(stack: UnkindStack, view: dict[str, Any]) -> None:
    pay(stack, view)
    verify(stack, view)


def paid_and_told_by_webhook(stack: UnkindStack, view: dict[str, Any]) -> None:
    pay(stack, view)
    stack.deliver()


def paid_and_found_by_the_sweep(stack: UnkindStack, view: dict[str, Any]) -> None:
    pay(stack, view)
    stack.portone.webhooks.lose()


def deposited(stack: UnkindStack, view: dict[str, Any]) -> None:
    pay(stack, view, method="VIRTUAL_ACCOUNT")
    verify(stack, view)
    stack.portone.buyer.deposit(view["paymentId"])


def refunded(stack: UnkindStack, view: dict[str, Any]) -> None:
    paid_by_card(stack, view)
    refund(stack, view)


def never_paid(stack: UnkindStack, view: dict[str, Any]) -> None:
    """Nobody comes."""


def tampered_with(stack: UnkindStack, view: dict[str, Any]) -> None:
    pay(stack, view, amount=10, tampered=True)
    verify(stack, view)


ENDED = (
    *(paid_by_card, paid_and_told_by_webhook, paid_and_found_by_the_sweep, deposited, refunded),
    *(never_paid, tampered_with),
)


@pytest.mark.parametrize("end", ENDED)
def test_a_buyer_is_dropped_after_settlement(stack: UnkindStack, end: Any) -> None:
    view = with_buyer(stack)
    before = buyers_kept(stack)

    end(stack, view)
    let_pass(stack, 31 * DAY)

    assert before != []
    assert buyers_kept(stack) == []


def test_an_order_that_is_never_prepared_drops_its_buyer_in_time(stack: UnkindStack) -> None:
    at_pg(stack, "INICIS_V2", "CARD")
    put_order(stack, payMethods=["CARD"], **only(*EVERY), expiresAt=instant(stack.clock.now() + DAY))
    kept = buyers_kept(stack)

    let_pass(stack, 31 * DAY)

    expiring = [item for item in stack.dump() if "ttl" in item or "expires_at" in item]
    assert kept != []
    assert buyers_kept(stack) == [] or expiring


def test_repeating_the_same_order_answers_the_same_although_its_buyer_is_sealed_anew(
    stack: UnkindStack,
) -> None:
    view = with_buyer(stack)

    again = put_order(stack, payMethods=["CARD", "VIRTUAL_ACCOUNT"], **only(*EVERY))
    other = put_order(
        stack, payMethods=["CARD", "VIRTUAL_ACCOUNT"], buyer=WHOLE["buyer"] | {"name": "김철수"}
    )

    assert (again.status, refused(other)) == (200, True)
    assert ask_to_prepare(stack).json()["paymentId"] == view["paymentId"]


def test_a_window_is_the_same_on_every_device_and_after_an_outage(stack: UnkindStack) -> None:
    view = with_buyer(stack)
    stack.portone.inject(operation="pre_register", fault=Fault.HTML_500, times=1)
    ask_to_prepare(stack)

    again = ask_to_prepare(stack, platform="ios").json()

    assert again["customer"] == view["customer"]
    assert again["payMethods"] == view["payMethods"]


def test_an_order_in_parts_charged_to_a_saved_method_needs_no_window(stack: UnkindStack) -> None:
    at_pg(stack, "INICIS_V2", "CARD")
    parts = [{"amount": 6_000}, {"amount": 6_000, "dueAt": instant(stack.clock.now() + DAY)}]

    assert put_order(stack, payMethods=["CARD"], parts=parts, **only(*EVERY)).status == 200


def test_an_order_with_a_buyer_charged_to_a_saved_method_drops_the_buyer(stack: UnkindStack) -> None:
    view = with_buyer(stack)
    key_saved(stack, customer_id=view["customer"]["customerId"])

    answer = charge(stack, view["paymentId"])
    let_pass(stack, 31 * DAY)

    assert (answer.status, status(stack, view)) == (200, "PAID")
    assert buyers_kept(stack) == []
