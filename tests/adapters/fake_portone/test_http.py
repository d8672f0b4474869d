"""The fake over real HTTP: the same answers as in process, the same faults."""

import socket
import threading
from typing import Any

import httpx
import pytest

from portone_local.portone import EXAMPLE_SECRET, Checkout, FakePortOne, Fault
from portone_local.portone.http_server import HttpPortOne
from portone_local.portone.sink import http_sink
from portone_local.twins.clock import MovableClock

AUTHORIZED = {"authorization": f"PortOne {EXAMPLE_SECRET}"}

CALLS: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/payments/p1", {}),
    ("POST", "/payments/p1/pre-register", {"json": {"totalAmount": 1}, "headers": AUTHORIZED}),
    ("POST", "/payments/p1/pre-register", {"json": {"totalAmount": True}, "headers": AUTHORIZED}),
    ("POST", "/payments/p1/pre-register", {"json": {"total": 1}, "headers": AUTHORIZED}),
    ("POST", "/payments/p1/pre-register", {"content": b"{", "headers": AUTHORIZED}),
    ("GET", "/payments/a%2Fb%20%ED%95%9C", {"headers": AUTHORIZED}),
    ("GET", "/payments/%ff", {"headers": AUTHORIZED}),
    ("GET", "/payments/p1?storeId=store-other", {"headers": AUTHORIZED}),
    ("GET", "/payments/p1", {"headers": AUTHORIZED}),
    ("DELETE", "/payments/p1", {"headers": AUTHORIZED}),
    ("POST", "/payments/p1/cancel", {"json": {"reason": "변심"}, "headers": AUTHORIZED}),
    ("POST", "/payments/p1/cancel", {"json": {"reason": "변심"}, "headers": AUTHORIZED}),
    ("GET", "/payments?requestBody=%7B%22page%22%3A%7B%22size%22%3A1%7D%7D", {"headers": AUTHORIZED}),
    ("GET", "/payments", {"json": {"filter": {"status": ["PAID"]}}, "headers": AUTHORIZED}),
    ("POST", "/payments/a%2Fb%20%ED%95%9C/virtual-account/close", {"headers": AUTHORIZED}),
]


def paid(clock: MovableClock) -> FakePortOne:
    fake = FakePortOne(clock=clock, seed=5)
    fake.buyer.pay("p1", Checkout(amount=1))
    fake.buyer.pay("a/b 한", Checkout(amount=2))
    return fake


def test_both_transports_give_the_same_answers(clock: MovableClock) -> None:
    in_process, served = paid(clock), paid(clock)
    local = httpx.Client(transport=in_process.transport(), base_url="https://portone.invalid")

    with HttpPortOne(served) as http, httpx.Client(base_url=http.base_url) as remote, local:
        pairs = [(local.request(m, p, **rest), remote.request(m, p, **rest)) for m, p, rest in CALLS]

    answers = [[(one.status_code, one.content) for one in pair] for pair in pairs]
    assert [first for first, _ in answers] == [second for _, second in answers]
    assert [first.status_code for first, _ in pairs[:10]] == [
        401,
        409,
        400,
        400,
        400,
        200,
        400,
        403,
        200,
        404,
    ]
    assert [first.status_code for first, _ in pairs[10:]] == [200, 409, 200, 200, 409]
    assert in_process.calls() == served.calls()


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.RESET_BEFORE_COMMIT, httpx.ReadError),
        (Fault.RESET_AFTER_COMMIT, httpx.ReadError),
        (Fault.TIMEOUT_BEFORE_COMMIT, httpx.ReadTimeout),
        (Fault.TIMEOUT_AFTER_COMMIT, httpx.ReadTimeout),
        (Fault.LATE_COMMIT, httpx.ReadTimeout),
    ],
)
@pytest.mark.parametrize("real", [True, False], ids=["http", "in process"])
def test_both_transports_break_alike(
    portone: FakePortOne,
    base_url: str,
    client: httpx.Client,
    fault: Fault,
    error: type[Exception],
    *,
    real: bool,
) -> None:
    portone.inject(operation="pre_register", fault=fault)

    with httpx.Client(base_url=base_url, headers=AUTHORIZED) as remote, pytest.raises(error):
        (remote if real else client).post("/payments/p1/pre-register", json={}, timeout=0.2)

    assert ("p1" in portone.books()) is fault.value.endswith("after_commit")


def test_a_dripping_answer_arrives_whole_over_http(
    portone: FakePortOne, base_url: str, clock: MovableClock
) -> None:
    portone.buyer.pay("p1", Checkout(amount=1))
    portone.inject(operation="get_payment", fault=Fault.DRIP, seconds=1)

    answer = httpx.get(f"{base_url}/payments/p1", headers=AUTHORIZED)

    assert answer.json()["status"] == "PAID"
    assert clock.monotonic() > 10


def test_a_waiting_client_does_not_keep_the_server_from_stopping(portone: FakePortOne) -> None:
    portone.inject(operation="get_payment", fault=Fault.TIMEOUT_AFTER_COMMIT)
    with httpx.Client(headers=AUTHORIZED) as client, HttpPortOne(portone) as served:
        with pytest.raises(httpx.ReadTimeout):
            client.get(f"{served.base_url}/payments/p1", timeout=0.1)
        client.get(f"{served.base_url}/payments/p1")

    assert len(portone.calls()) == 2


def test_webhooks_are_posted_to_a_url(portone: FakePortOne, clock: MovableClock) -> None:
    shop = FakePortOne(clock=clock)
    with HttpPortOne(shop) as receiver, httpx.Client() as client:
        portone.webhooks.deliver = http_sink(f"{receiver.base_url}/payments/p1", client)
        portone.buyer.open_window("p1", Checkout(amount=1))
        sent = portone.run_due()

    assert [one.status for one in sent] == [404]


def test_a_pumped_server_sends_webhooks_by_itself(portone: FakePortOne) -> None:
    arrived = threading.Event()

    def deliver(_headers: dict[str, str], _body: bytes) -> int:
        arrived.set()
        return 200

    portone.webhooks.deliver = deliver
    with HttpPortOne(portone, pump=True):
        portone.buyer.open_window("p1", Checkout(amount=1))

        assert arrived.wait(timeout=30)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nothing"),
        ("PATCH", "/payments/p1"),
        ("PUT", "/payments/p1/cancel"),
        ("OPTIONS", "/payments"),
        ("BREW", "/payments"),
        ("GET", "/payments/p1/cancel/again"),
    ],
)
def test_an_unknown_operation_is_answered_in_json(base_url: str, method: str, path: str) -> None:
    answer = httpx.request(method, base_url + path, headers=AUTHORIZED, trust_env=False)

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")
    assert set(answer.json()) == {"type", "message"}


@pytest.mark.parametrize("sent", [b"GET\r\n\r\n", b"GET /payments HTTP/1.1\r\ncontent-length: x\r\n\r\n"])
def test_an_invalid_http_request_is_refused_in_json_too(base_url: str, sent: bytes) -> None:
    url = httpx.URL(base_url)
    with socket.create_connection((url.host, url.port or 0), timeout=5) as connection:
        connection.sendall(sent)
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))

    assert b'{"type": "INVALID_REQUEST"' in answer
    assert b"<html" not in answer.lower()
