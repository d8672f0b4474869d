"""The PortOne client against a transport that is a plain function."""

import gzip
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from portone_local.clock import MovableClock
from portone_local.testing.payment_answers import PAYMENT_ID, STORE_ID, paid
from portone_payments.adapters.portone import MAX_BYTES, PortOneClient
from portone_payments.domain.errors import PortOneError, SecretsUnavailable
from portone_payments.domain.outcomes import Outcome
from portone_payments.ports import Deadline

SECRET = "example-portone-secret"
KEY = "example-key-0000000001"

type Play = Callable[[httpx.Request], httpx.Response]


class Wire:
    """A transport that plays an answer, a function or an exception, and keeps the requests."""

    def __init__(self, play: Play | httpx.Response | Exception) -> None:
        self._play = play
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if isinstance(self._play, Exception):
            raise self._play
        return self._play if isinstance(self._play, httpx.Response) else self._play(request)


def client(wire: Wire, *, secret: Callable[[], str] = lambda: SECRET) -> PortOneClient:
    return PortOneClient(
        base_url="https://portone.example/",
        secret=secret,
        store_id=STORE_ID,
        transport=httpx.MockTransport(wire),
    )


def in_time(clock: MovableClock | None = None) -> Deadline:
    return Deadline.after(clock or MovableClock(0), 20)


def get(wire: Wire, payment_id: str = PAYMENT_ID) -> Any:
    return client(wire).get_payment(payment_id, deadline=in_time())


def pre_register(wire: Wire, payment_id: str = PAYMENT_ID) -> None:
    client(wire).pre_register(
        payment_id, total=10000, tax_free=500, currency="KRW", key=KEY, deadline=in_time()
    )


def error_of(act: Callable[[Wire], Any], wire: Wire) -> PortOneError:
    with pytest.raises(PortOneError) as caught:
        act(wire)
    return caught.value


def test_a_reading_names_payment_and_store_and_carries_no_key() -> None:
    wire = Wire(httpx.Response(200, json=paid()))

    snapshot = get(wire)

    assert snapshot.total == 10000
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
def test_an_id_no_path_can_carry_is_not_sent(act: Callable[..., Any], payment_id: str) -> None:
    wire = Wire(httpx.Response(200, json={}))

    error = error_of(lambda wire: act(wire, payment_id), wire)

    assert error.outcome is Outcome.NO_EFFECT
    assert wire.requests == []


def test_a_payment_portone_does_not_know_is_none() -> None:
    assert get(Wire(httpx.Response(404, json={"type": "PAYMENT_NOT_FOUND"}))) is None


@pytest.mark.parametrize(
    ("response", "outcome"),
    [
        (httpx.Response(404, text="<html>not found</html>"), Outcome.UNKNOWN),
        (httpx.Response(404, json={"type": "CHANNEL_NOT_FOUND"}), Outcome.NO_EFFECT),
        (httpx.Response(400, json={"type": "PAYMENT_NOT_FOUND"}), Outcome.UNKNOWN),
    ],
)
def test_only_portone_itself_can_say_there_is_no_payment(response: httpx.Response, outcome: Outcome) -> None:
    assert error_of(get, Wire(response)).outcome is outcome


@pytest.mark.parametrize(
    ("status", "error_type", "outcome"),
    [
        (409, "ALREADY_PAID", Outcome.ALREADY_DONE),
        (409, "IDEMPOTENCY_OUTSTANDING_REQUEST", Outcome.IN_FLIGHT),
        (400, "INVALID_REQUEST", Outcome.NO_EFFECT),
        (401, "UNAUTHORIZED", Outcome.REFUSED),
        (502, "PG_PROVIDER", Outcome.PG_ANSWER),
        (500, "INVENTED_LATER", Outcome.UNKNOWN),
    ],
)
def test_a_refusal_keeps_type_status_and_request_id(status: int, error_type: str, outcome: Outcome) -> None:
    wire = Wire(httpx.Response(status, json={"type": error_type}, headers={"X-Request-Id": "req-1"}))

    error = error_of(pre_register, wire)

    assert (error.outcome, error.error_type) == (outcome, error_type)
    assert (error.status, error.request_id) == (status, "req-1")


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(200, content=b""),
        httpx.Response(200, text="<html>502 Bad Gateway</html>"),
        httpx.Response(200, content=json.dumps(paid()).encode()[:-1]),
        httpx.Response(200, json=[paid()]),
        httpx.Response(200, content=b"[" * 100_000),
        httpx.Response(200, content=b"\xff\xfe"),
        httpx.Response(200, json=paid(id="another")),
        httpx.Response(201, json=paid()),
        httpx.Response(204),
        httpx.Response(302, headers={"Location": "https://elsewhere.example/"}),
        httpx.Response(500, text="<html></html>"),
        httpx.Response(502, content=b'{"type":"PG_PROV'),
        httpx.Response(504),
        httpx.Response(429, text="slow down"),
    ],
)
def test_an_answer_that_is_none_is_an_unknown_outcome(response: httpx.Response) -> None:
    wire = Wire(response)

    error = error_of(get, wire)

    assert error.outcome is Outcome.UNKNOWN
    assert error.status == response.status_code
    assert len(wire.requests) == 1


def test_a_pre_registration_answered_by_an_intermediary_is_unknown() -> None:
    assert error_of(pre_register, Wire(httpx.Response(200, text="ok"))).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    "failure",
    [
        httpx.ConnectError("no route"),
        httpx.ReadTimeout("late"),
        httpx.ReadError("reset"),
        httpx.RemoteProtocolError("garbage"),
        httpx.WriteError("broken pipe"),
    ],
)
@pytest.mark.parametrize("act", [get, pre_register])
def test_a_broken_connection_is_an_unknown_outcome(act: Callable[[Wire], Any], failure: Exception) -> None:
    error = error_of(act, Wire(failure))

    assert (error.outcome, error.status) == (Outcome.UNKNOWN, None)


class Endless(httpx.SyncByteStream):
    """Spaces, a mebibyte at a time; counts what was taken and whether it was closed."""

    def __init__(self, before_each: Callable[[], None] = lambda: None) -> None:
        self.taken = 0
        self.closed = False
        self._before_each = before_each

    def __iter__(self) -> Iterator[bytes]:
        while True:
            self._before_each()
            self.taken += 1
            yield b" " * 1024 * 1024

    def close(self) -> None:
        self.closed = True


def test_a_body_is_read_only_up_to_the_cap() -> None:
    body = Endless()

    error = error_of(get, Wire(httpx.Response(200, stream=body)))

    assert error.outcome is Outcome.UNKNOWN
    assert (body.taken, body.closed) == (MAX_BYTES // 1024 // 1024 + 1, True)


def test_a_body_is_read_only_up_to_the_deadline() -> None:
    clock = MovableClock(0)
    body = Endless(lambda: clock.advance(15))

    with pytest.raises(PortOneError) as caught:
        client(Wire(httpx.Response(200, stream=body))).get_payment(PAYMENT_ID, deadline=in_time(clock))

    assert caught.value.outcome is Outcome.UNKNOWN
    assert (body.taken, body.closed) == (2, True)


def test_nothing_is_sent_after_the_deadline() -> None:
    clock, wire = MovableClock(0), Wire(httpx.Response(200, json=paid()))
    deadline = in_time(clock)
    clock.advance(20)

    with pytest.raises(PortOneError) as caught:
        client(wire).get_payment(PAYMENT_ID, deadline=deadline)

    assert caught.value.outcome is Outcome.UNKNOWN
    assert wire.requests == []


def test_a_packed_answer_is_neither_asked_for_nor_unpacked() -> None:
    bomb = gzip.compress(json.dumps(paid()).encode())
    body = httpx.ByteStream(bomb)
    wire = Wire(lambda _: httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=body))

    error = error_of(get, wire)

    assert error.outcome is Outcome.UNKNOWN
    assert wire.requests[0].headers["accept-encoding"] == "identity"


def test_a_request_id_is_kept_only_when_it_looks_like_one() -> None:
    headers = {"X-Request-Id": "Example Buyer " * 20}

    assert error_of(get, Wire(httpx.Response(500, headers=headers))).request_id is None


def test_the_secret_is_asked_for_at_each_call() -> None:
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
def test_a_secret_no_header_can_carry_is_refused_unsent(secret: str) -> None:
    wire = Wire(httpx.Response(200, json=paid()))

    with pytest.raises(PortOneError) as caught:
        client(wire, secret=lambda: secret).get_payment(PAYMENT_ID, deadline=in_time())

    assert caught.value.outcome is Outcome.REFUSED
    assert wire.requests == []


def everything_in(error: BaseException | None) -> str:
    seen = ""
    while error is not None:
        seen += repr(error) + str(error.args)
        error = error.__cause__ or error.__context__
    return seen


@pytest.mark.parametrize(
    "play",
    [
        httpx.Response(400, json={"type": "INVALID_REQUEST", "message": "CANARY"}),
        httpx.Response(502, json={"type": "PG_PROVIDER", "pgCode": "CANARY", "pgMessage": "CANARY"}),
        httpx.Response(200, json=paid(amount="CANARY")),
        httpx.Response(200, text="CANARY"),
        httpx.Response(500, json={"type": "CANARY " * 9}),
        httpx.ReadError("CANARY"),
    ],
)
def test_an_error_and_the_log_quote_nothing_that_came_or_went(
    play: httpx.Response | Exception, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    error = error_of(get, Wire(play))

    seen = everything_in(error) + caplog.text
    assert not [word for word in ("CANARY", PAYMENT_ID, SECRET, "portone.example") if word in seen]


def test_the_secret_is_not_in_the_repr() -> None:
    assert SECRET not in repr(client(Wire(httpx.Response(200))))
