"""Wrong input, and that its refusal is a proper one: a stable code, two languages, nothing left behind."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from portone_local.gateway.messages import Response
from portone_payments.entry.messages.errors import MESSAGES
from tests.support.world import USER, World, an_order_body

type Send = Callable[[World], Response]


def refused(world: World, send: Send) -> tuple[int, str]:
    """Status and code of a refusal, once it is seen to be a proper one."""
    before, failed = world.refused(), list(world.stack.failures)

    answer = send(world)

    error = answer.json()["error"]
    assert 400 <= answer.status < 500
    told = MESSAGES[error["code"]]
    assert (error["message"], error["action"]) == ({"ko": told.ko, "en": told.en}, told.action)
    assert not error["retryable"]
    assert world.refused() == before
    assert world.stack.failures == failed
    return answer.status, error["code"]


def putting(**wrong: Any) -> Send:
    """An order with something wrong."""
    return lambda world: world.stack.shop.put("/orders/order-new", an_order_body(**wrong))


def preparing(body: object = None, **headers: str) -> Send:
    """A preparation with something wrong."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda world: world.stack.app(USER).post("/payments", body, headers=named)


def sending(body: bytes, content_type: str = "application/json") -> Send:
    """Bytes that are no proper body."""
    headers = {"content-type": content_type}
    return lambda world: world.stack.app(USER).request("POST", "/payments", body=body, headers=headers)


IDS = {
    "NUL": "a\0b",
    "a fragment": "a#b",
    "a pipe": "a|b",
    "a space": "a b",
    "dots": "..",
    "a percent sign": "a%b",
    "Hangul": "결제",
    "a line feed": "a\n",
    "10 kB": "a" * 10_240,
    "half a character": "\udc80",
}

# `..` and such are orders nobody could have stored, yet they look like ids
IMPOSSIBLE = {name: text for name, text in IDS.items() if name != "dots"}


def escaped(text: str) -> str:
    """An id as it stands in a path."""
    return quote(text.encode("utf-8", "surrogateescape"), safe="")
