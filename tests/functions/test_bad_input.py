"""What a caller got wrong is answered with a stable code, in two languages, and leaves nothing behind."""

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from portone_local.gateway.messages import Response
from portone_local.testing.world import STRANGER, USER, World, an_order_body
from portone_payments.entry.messages import MESSAGES
from portone_payments.entry.request import BODY_CAP

type Send = Callable[[World], Response]
JSON = {"content-type": "application/json"}
HANGUL_42_BYTES = "가" * 21


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
    return lambda world: world.stack.shop.put("/orders/order-new", an_order_body(**wrong))


def preparing(body: object = None, **headers: str) -> Send:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda world: world.stack.app(USER).post("/payments", body, headers=named)


def sending(body: bytes, content_type: str = "application/json") -> Send:
    headers = {"content-type": content_type}
    return lambda world: world.stack.app(USER).request("POST", "/payments", body=body, headers=headers)


AMOUNTS: dict[str, Any] = {
    "a float": 10.5,
    "a whole float": 1000.0,
    "a bool": True,
    "a string": "1000",
    "negative": -1,
    "zero": 0,
    "above the sane maximum": 10_000_000_001,
    "beyond 64 bits": 2**64,
    "null": None,
    "a list": [1000],
    "an object": {"value": 1000},
}
TAX_FREE: dict[str, Any] = {
    "a float": 0.5,
    "a bool": False,
    "a string": "0",
    "negative": -1,
    "above total": 1001,
}
FIELDS: dict[str, dict[str, Any]] = {
    "no name": {"name": ""},
    "a name of blanks": {"name": "   "},
    "a name above 40 bytes": {"name": "x" * 41},
    "a Korean name above 40 bytes": {"name": HANGUL_42_BYTES},
    "a name outside EUC-KR": {"name": "coffee ☕️"},
    "a name with NUL": {"name": "cof\0fee"},
    "a name of two lines": {"name": "cof\nfee"},
    "half a character": {"name": "\ud800"},
    "a currency we do not take": {"currency": "EUR"},
    "a currency in small letters": {"currency": "krw"},
    "no pay method": {"payMethods": []},
    "an unknown pay method": {"payMethods": ["CASH"]},
    "a pay method PortOne might invent": {"payMethods": ["UNRECOGNISED"]},
    "a repeated pay method": {"payMethods": ["CARD", "CARD"]},
    "pay methods as text": {"payMethods": "CARD"},
    "a user with a space": {"userId": "user 1"},
    "a user with NUL": {"userId": "user\0"},
    "a user of 10 kB": {"userId": "u" * 10_240},
    "no user": {"userId": ""},
    "an item kind in small letters": {"itemKind": "book"},
    "an expiry in words": {"expiresAt": "tomorrow"},
    "an expiry without a zone": {"expiresAt": "2026-01-02T03:04:05"},
    "an expiry as a number": {"expiresAt": 1_767_323_045},
    "an unknown field": {"discount": 1},
    "a field in snake case": {"user_id": USER},
    "an unknown field further in": {"amount": {"total": 1000, "vat": 91}},
}
BODIES: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"orderId=order-1",
    "half of it": b'{"orderId":"order-1"',
    "null": b"null",
    "a list": b"[]",
    "text": b'"order-1"',
    "not UTF-8": b'{"orderId":"\xff\xfe","platform":"desktop"}',
    "nested deeply": b"[" * 8_000 + b"]" * 8_000,
    "nested as deeply as fits": b"[" * BODY_CAP,
    "an object nested deeply": b'{"a":' * 2_500 + b"1" + b"}" * 2_500,
    "the same key twice": b'{"orderId":"order-ready","orderId":"order-fresh","platform":"web"}',
    "NaN": b'{"orderId":NaN,"platform":"web"}',
    "a number of 5,000 digits": b'{"orderId":' + b"9" * 5_000 + b',"platform":"web"}',
    "an unknown field": b'{"orderId":"order-fresh","platform":"web","totalAmount":1}',
    "an unknown platform": b'{"orderId":"order-fresh","platform":"desktop"}',
    "a byte order mark": b'\xef\xbb\xbf{"orderId":"order-fresh","platform":"web"}',
}
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
    return quote(text.encode("utf-8", "surrogateescape"), safe="")


@pytest.mark.parametrize("amount", AMOUNTS.values(), ids=AMOUNTS)
def test_an_amount_is_a_whole_number_within_reason(world: World, amount: object) -> None:
    assert refused(world, putting(amount={"total": amount})) == (400, "invalid_request")


@pytest.mark.parametrize("tax_free", TAX_FREE.values(), ids=TAX_FREE)
def test_a_tax_free_amount_is_a_part_of_the_total(world: World, tax_free: object) -> None:
    assert refused(world, putting(amount={"total": 1000, "taxFree": tax_free})) == (400, "invalid_request")


@pytest.mark.parametrize("wrong", FIELDS.values(), ids=FIELDS)
def test_an_order_with_a_wrong_field_is_refused(world: World, wrong: dict[str, Any]) -> None:
    assert refused(world, putting(**wrong)) == (400, "invalid_request")


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("content_type", ["application/json", "application/octet-stream"])
def test_a_body_that_is_not_what_the_route_reads_is_refused(
    world: World, body: bytes, content_type: str
) -> None:
    assert refused(world, sending(body, content_type)) == (400, "invalid_request")


@pytest.mark.parametrize("size", [BODY_CAP + 1, 1024 * 1024])
@pytest.mark.parametrize("content_type", ["application/json", "application/octet-stream"])
def test_a_body_above_the_cap_is_too_large(world: World, size: int, content_type: str) -> None:
    body = b'{"orderId":"' + b"a" * size + b'"}'

    assert refused(world, sending(body, content_type)) == (413, "payload_too_large")


@pytest.mark.parametrize("order_id", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_an_order_is_not_stored_under_an_impossible_id(world: World, order_id: str) -> None:
    def put(world: World) -> Response:
        return world.stack.shop.put(f"/orders/{escaped(order_id)}", an_order_body())

    assert refused(world, put) == (400, "invalid_request")


@pytest.mark.parametrize("order_id", IDS.values(), ids=IDS)
def test_an_impossible_order_is_not_found(world: World, order_id: str) -> None:
    def get(world: World) -> Response:
        return world.stack.shop.get(f"/orders/{escaped(order_id)}")

    assert refused(world, get) == (404, "order_not_found")


@pytest.mark.parametrize("order_id", IDS.values(), ids=IDS)
def test_an_impossible_order_cannot_be_prepared(world: World, order_id: str) -> None:
    code = refused(world, preparing({"orderId": order_id, "platform": "web"}))

    assert code in {(400, "invalid_request"), (404, "order_not_found")}


@pytest.mark.parametrize("payment_id", IDS.values(), ids=IDS)
@pytest.mark.parametrize("route", ["GET {}", "POST {}/verify"])
def test_an_impossible_payment_is_not_found(world: World, route: str, payment_id: str) -> None:
    method, path = route.format(f"/payments/{escaped(payment_id)}").split(" ")

    def send(world: World) -> Response:
        return world.stack.app(USER).request(method, path)

    assert refused(world, send) == (404, "payment_not_found")


@pytest.mark.parametrize("action", ["catch-up", "resolve"])
def test_an_impossible_payment_is_not_found_by_staff_either(world: World, action: str) -> None:
    def send(world: World) -> Response:
        return world.stack.staff.post(f"/ops/payments/a%23b/{action}", {"reason": "looked at it"})

    assert refused(world, send) == (404, "payment_not_found")


def test_an_id_with_a_slash_reaches_no_route(world: World) -> None:
    before = world.refused()

    answers = [
        world.stack.shop.put("/orders/a%2Fb", an_order_body()),
        world.stack.app(USER).get("/payments/a%2Fb"),
    ]

    assert [answer.status for answer in answers] == [404, 404]
    assert [answer.json() for answer in answers] == [{"message": "Not Found"}] * 2
    assert world.refused() == before


@pytest.mark.parametrize("key", ["", "a b", "a\tb", "k" * 256, "열쇠"])
def test_an_idempotency_key_is_printable_and_short(world: World, key: str) -> None:
    send = preparing({"orderId": "order-fresh", "platform": "web"}, idempotency_key=key)

    assert refused(world, send) == (400, "invalid_request")


@pytest.mark.parametrize("limit", ["0", "101", "-1", "1.5", "ten", "", "+1", "%D9%A1", "1,2", "1%00"])
def test_a_page_has_1_to_100_items(world: World, limit: str) -> None:
    def send(world: World) -> Response:
        return world.stack.app(USER).get(f"/payments?limit={limit}")

    assert refused(world, send) == (400, "invalid_request")


@pytest.mark.parametrize(
    "query", ["", "?kind=", "?kind=everything", "?kind=MISMATCH", "?kind=mismatch,surplus"]
)
def test_staff_asks_for_one_known_kind(world: World, query: str) -> None:
    assert refused(world, lambda world: world.stack.staff.get(f"/ops/attention{query}")) == (
        400,
        "invalid_request",
    )


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"reason": "no"},
        {"reason": "x" * 501},
        {"reason": "looked at it", "decision": "refund"},
        {"reason": "looked at it", "status": "PAID"},
    ],
    ids=["nothing", "too short", "too long", "another decision", "an unknown field"],
)
def test_a_decision_has_a_reason_and_nothing_else(world: World, body: dict[str, Any]) -> None:
    def send(world: World) -> Response:
        return world.stack.staff.post(f"/ops/payments/{world.payments['tampered']}/resolve", body)

    assert refused(world, send) == (400, "invalid_request")


def cursors(world: World) -> dict[str, str]:
    """The cursor after the first payment, and what can be made of it."""
    genuine: str = world.stack.app(USER).get("/payments?limit=1").json()["cursor"]
    text = base64.urlsafe_b64decode(genuine + "==").decode()
    at, _, payment_id = text.partition("#")
    return {
        "empty": "",
        "longer": genuine + "AAAA",
        "not base64": genuine + "!",
        "another alphabet": "가" * 8,
        "no id": encoded(at),
        "no time": encoded(f"#{payment_id}"),
        "a key": encoded(f"{text}#{payment_id}"),
        "a time in words": encoded(f"now#{payment_id}"),
        "10 kB": "A" * 10_240,
        "NUL": encoded(f"{at}#\0"),
    }


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def test_a_cursor_we_did_not_make_is_refused(world: World) -> None:
    for name, cursor in cursors(world).items():

        def send(world: World, cursor: str = cursor) -> Response:
            return world.stack.app(USER).get(f"/payments?cursor={quote(cursor)}")

        assert refused(world, send) == (400, "invalid_request"), name


def test_an_edited_cursor_is_a_place_in_the_callers_own_list(world: World) -> None:
    at = "99999999999999999"
    edited = [encoded(f"{at}#{payment_id}") for payment_id in world.payments.values()]

    pages = [world.stack.app(STRANGER).get(f"/payments?cursor={cursor}").json() for cursor in edited]

    shown = {payment["paymentId"] for page in pages for payment in page["items"]}
    assert shown <= {world.payments["foreign"]}


def test_a_refused_body_is_refused_for_a_named_field(world: World) -> None:
    answer = world.stack.shop.put("/orders/order-new", an_order_body(amount={"total": "1"}))

    assert json.loads(answer.body)["error"]["details"]["field"] == "amount.total"
