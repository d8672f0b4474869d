"""Orders for each PG and what the app's window gets for them, by the names tests know (facts 12)."""

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from portone_local.actors.shop import ask_to_prepare, put_order
from portone_local.portone.checkout import Channel
from tests.support.unkind import UnkindStack

KST = timezone(timedelta(hours=9))
NAME, EMAIL, PHONE = "홍길동", "gildong@buyer.example", "01012345678"
PRODUCT = {
    "id": "sku-1",
    "name": "모자",
    "quantity": 2,
    "amount": 6_000,
    "categoryType": "PRODUCT",
    "categoryId": "GENERAL",
}
WHOLE: dict[str, Any] = {
    "productType": "PHYSICAL",
    "buyer": {"name": NAME, "email": EMAIL, "phone": PHONE},
    "products": [PRODUCT],
    "lastDayOfUse": "2026-12-31",
}
"""All that an order can say for a window."""


def whole_but(*missing: str) -> dict[str, Any]:
    """All of it without these, such as `products` or `buyer.email`."""
    left = {name: value for name, value in WHOLE.items() if name not in missing}
    buyer = {name: value for name, value in WHOLE["buyer"].items() if f"buyer.{name}" not in missing}
    return left | ({"buyer": buyer} if buyer and "buyer" not in missing else {"buyer": None})


def only(*named: str) -> dict[str, Any]:
    """These alone, `buyer.name` for a part of the buyer."""
    every = {*WHOLE, *(f"buyer.{name}" for name in WHOLE["buyer"])} - {"buyer"}
    return {name: value for name, value in whole_but(*(every - set(named))).items() if value is not None}


def at_pg(stack: UnkindStack, provider: str, *methods: str) -> None:
    """The operator routes these methods to a channel of this PG, and names the PG."""
    channel = Channel(
        type="TEST",
        pg_provider=provider,
        key=f"channel-key-{provider.lower()}",
        id=f"channel-id-{provider.lower()}",
        name=provider,
    )
    stack.portone.console.add_channel(channel)
    named = {"key": channel.key, "pgProvider": provider, "pgMerchantId": channel.pg_merchant_id}
    stack.operated(channels=json.dumps(dict.fromkeys(methods, named)))


def opened(stack: UnkindStack, method: str, order_id: str = "order-1", **order: Any) -> dict[str, Any]:
    """What `PortOne.requestPayment` is handed for an order that is paid by this method."""
    stored = put_order(stack, order_id, payMethods=[method], **order)
    if stored.status != 200:
        raise AssertionError(stored.body)
    return window_of(ask_to_prepare(stack, order_id).json(), method)


def window_of(view: dict[str, Any], method: str) -> dict[str, Any]:
    """The parameters of one method: what is common, and what its offer adds."""
    [offer] = [each for each in view["payMethods"] if each["payMethod"] == method]
    merged: dict[str, Any] = view | offer
    return merged


def deposit_ends(window: dict[str, Any], now: float) -> float:
    """Until when an account of this window accepts money, epoch seconds UTC; a day ends in Korean time.

    KeyError where the window says nothing.
    """
    expiry = window["virtualAccount"]["accountExpiry"]
    if "validHours" in expiry:
        return now + float(expiry["validHours"]) * 3600
    text = str(expiry["dueDate"])
    if re.fullmatch(r"\d{8}|\d{4}-\d\d-\d\d", text):
        return datetime.fromisoformat(text).replace(tzinfo=KST).timestamp() + 24 * 3600
    if re.fullmatch(r"\d{14}", text):
        return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=KST).timestamp()
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=KST)).timestamp()


def instant(seconds: float) -> str:
    """A moment as our API takes it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
