"""What a caller got wrong in a body is answered with a stable code, and leaves nothing behind."""

import json
from typing import Any

import pytest

from portone_local.gateway.messages import Response
from portone_payments.entry.request import BODY_CAP
from tests.support.bad_input import putting, refused, sending
from tests.support.world import USER, World, an_order_body

JSON = {"content-type": "application/json"}

HANGUL_42_BYTES = "가" * 21

AMOUNTS: dict[str, Any] = {
    "a float": 10.5,
    "a bool": True,
    "a string": "1000",
    "negative": -1,
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
    "an expiry in the first year": {"expiresAt": "0001-01-01T00:00:00+09:00"},
    "an expiry in the last year": {"expiresAt": "9999-12-31T23:59:59-23:59"},
    "an expiry before there were app teams": {"expiresAt": "1999-12-31T23:59:59Z"},
    "an expiry of another century": {"expiresAt": "2100-01-01T00:00:00Z"},
    "an expiry by weeks": {"expiresAt": "2026-W02-1T00:00:00Z"},
    "an expiry without seconds": {"expiresAt": "2026-01-02T03:04Z"},
    "a name turned around": {"name": "cof\u202efee"},
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


@pytest.mark.parametrize("amount", AMOUNTS.values(), ids=AMOUNTS)
def test_an_amount_is_a_whole_number_within_reason(world: World, amount: object) -> None:
    assert refused(world, putting(amount={"total": amount})) == (400, "invalid_request")


def test_a_price_may_be_nothing_but_no_refund(world: World) -> None:
    body = {"refundId": "refund-1", "reason": "goodwill", "amount": 0}
    payment_id = world.payments["ready"]

    assert world.stack.shop.put("/orders/order-free", an_order_body(amount={"total": 0})).status == 200
    assert refused(
        world, lambda world: world.stack.staff.post(f"/ops/payments/{payment_id}/cancel", body)
    ) == (400, "invalid_request")


@pytest.mark.parametrize("tax_free", TAX_FREE.values(), ids=TAX_FREE)
def test_a_tax_free_amount_is_a_part_of_the_total(world: World, tax_free: object) -> None:
    assert refused(world, putting(amount={"total": 1000, "taxFree": tax_free})) == (400, "invalid_request")


@pytest.mark.parametrize("wrong", FIELDS.values(), ids=FIELDS)
def test_an_order_with_a_wrong_field_is_refused(world: World, wrong: dict[str, Any]) -> None:
    assert refused(world, putting(**wrong)) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("\u1100\u1161\u1107\u1161\u11bc", "\uac00\ubc29"),
        ("\u1112\u1161\u11ab" * 20, "\ud55c" * 20),
        ("\ucee4\ud53c\u00a02\uc794", "\ucee4\ud53c 2\uc794"),
    ],
    ids=["letters apart, as a Mac types them", "sixty letters apart, twenty as kept", "a no-break blank"],
)
def test_a_name_is_stored_as_it_reads(world: World, typed: str, kept: str) -> None:
    answered = world.stack.shop.put("/orders/order-typed", an_order_body(name=typed))

    assert (answered.status, answered.json()["name"]) == (200, kept)


def test_the_same_order_typed_on_another_machine_is_the_same_order(world: World) -> None:
    world.stack.shop.put("/orders/order-typed", an_order_body(name="\ud55c\uc77c"))

    again = world.stack.shop.put(
        "/orders/order-typed", an_order_body(name="\u1112\u1161\u11ab\u110b\u1175\u11af")
    )

    assert again.status == 200


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("content_type", ["application/json", "application/octet-stream"])
def test_a_body_of_another_shape_is_refused(world: World, body: bytes, content_type: str) -> None:
    assert refused(world, sending(body, content_type)) == (400, "invalid_request")


@pytest.mark.parametrize("size", [BODY_CAP + 1, 1024 * 1024])
@pytest.mark.parametrize("content_type", ["application/json", "application/octet-stream"])
def test_a_body_above_the_cap_is_too_large(world: World, size: int, content_type: str) -> None:
    body = b'{"orderId":"' + b"a" * size + b'"}'

    assert refused(world, sending(body, content_type)) == (413, "payload_too_large")


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
def test_a_decision_needs_a_reason_and_nothing_else(world: World, body: dict[str, Any]) -> None:
    def send(world: World) -> Response:
        return world.stack.staff.post(f"/ops/payments/{world.payments['tampered']}/resolve", body)

    assert refused(world, send) == (400, "invalid_request")


def test_a_refused_body_is_refused_for_a_named_field(world: World) -> None:
    answer = world.stack.shop.put("/orders/order-new", an_order_body(amount={"total": "1"}))

    assert json.loads(answer.body)["error"]["details"]["field"] == "amount.total"
