"""What the PortOne client sends, and what it never sends."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from portone_payments.domain.errors.common import PortOneError, SecretsUnavailable
from portone_payments.domain.readings.outcome import Outcome
from tests.support.payment_answers import PAYMENT_ID, STORE_ID, paid
from tests.support.portone_calls import (
    KEY,
    SECRET,
    Wire,
    client,
    error_of,
    get,
    in_time,
    pre_register,
)


def test_a_reading_names_payment_and_store_and_carries_no_key() -> None:
    wire = Wire(httpx.Response(200, json=paid()))

    snapshot = get(wire)

    assert snapshot is not None
    (sent,) = wire.requests
    assert (sent.method, sent.url.raw_path.decode()) == ("GET", f"/payments/{PAYMENT_ID}?storeId={STORE_ID}")
    assert sent.headers["authorization"] == f"PortOne {SECRET}"
    assert "idempotency-key" not in sent.headers
    assert sent.read() == b""


def test_a_pre_registration_carries_amount_store_and_a_quoted_key() -> None:
    wire = Wire(httpx.Response(200, json={}))

    pre_register(wire)

    (sent,) = wire.requests
    assert (sent.method, sent.url.raw_path.decode()) == ("POST", f"/payments/{PAYMENT_ID}/pre-register")
    assert sent.headers["idempotency-key"] == f'"{KEY}"'
    assert sent.headers["content-type"] == "application/json"
    assert json.loads(sent.read()) == {
        "storeId": STORE_ID,
        "totalAmount": 10000,
        "taxFreeAmount": 500,
        "currency": "KRW",
    }


@pytest.mark.parametrize(
    ("payment_id", "encoded"),
    [
        ("a/b", "a%2Fb"),
        ("a?b#c", "a%3Fb%23c"),
        ("../x", "..%2Fx"),
        ("가 b", "%EA%B0%80%20b"),
        ("%2F", "%252F"),
    ],
)
def test_an_id_never_becomes_another_path(payment_id: str, encoded: str) -> None:
    wire = Wire(httpx.Response(200, json=paid(id=payment_id)))

    get(wire, payment_id)

    assert wire.requests[0].url.raw_path.decode() == f"/payments/{encoded}?storeId={STORE_ID}"


@pytest.mark.parametrize("payment_id", ["", ".", "..", "\ud800", "x" * 70_000])
@pytest.mark.parametrize("act", [get, pre_register])
def test_an_id_unfit_for_a_path_is_not_sent(act: Callable[..., Any], payment_id: str) -> None:
    wire = Wire(httpx.Response(200, json={}))

    error = error_of(lambda wire: act(wire, payment_id), wire)

    assert error.outcome is Outcome.NO_EFFECT
    assert wire.requests == []


def test_the_secret_is_read_at_each_call() -> None:
    secrets = iter(["example-old", "example-new"])
    wire = Wire(lambda _: httpx.Response(200, json=paid()))
    portone = client(wire, secret=lambda: next(secrets))

    for _ in range(2):
        portone.get_payment(PAYMENT_ID, deadline=in_time())

    sent = [request.headers["authorization"] for request in wire.requests]
    assert sent == ["PortOne example-old", "PortOne example-new"]


def test_without_a_secret_nothing_is_sent() -> None:
    wire = Wire(httpx.Response(200, json=paid()))

    def unavailable() -> str:
        raise SecretsUnavailable

    with pytest.raises(SecretsUnavailable):
        client(wire, secret=unavailable).get_payment(PAYMENT_ID, deadline=in_time())
    assert wire.requests == []


@pytest.mark.parametrize("secret", ["", "example\n", " example", "exam\u00a0ple", "\ud800"])
def test_a_secret_unfit_for_a_header_is_refused_unsent(secret: str) -> None:
    wire = Wire(httpx.Response(200, json=paid()))

    with pytest.raises(PortOneError) as caught:
        client(wire, secret=lambda: secret).get_payment(PAYMENT_ID, deadline=in_time())

    assert caught.value.outcome is Outcome.REFUSED
    assert wire.requests == []


def test_the_secret_is_not_in_the_repr() -> None:
    assert SECRET not in repr(client(Wire(httpx.Response(200))))
