"""The PortOne client over real sockets on loopback, plain and TLS."""

import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509

from portone_payments.adapters.portone.payments import PortOneClient
from portone_payments.adapters.portone.transport import DeadlineTransport
from portone_payments.domain.errors.common import PortOneError
from portone_payments.domain.readings.outcome import Outcome
from portone_payments.domain.readings.payment import Snapshot
from portone_payments.ports.world import Deadline
from tests.support.loopback import (
    ANSWER,
    PATIENT,
    Monotonic,
    Server,
    answer,
    answer_once_then_hang_up,
    drip,
    say_nothing,
    tls_server,
)
from tests.support.payment_answers import PAYMENT_ID, STORE_ID

SECONDS = 0.15


@contextmanager
def client(
    port: int,
    *,
    scheme: str = "http",
    trust: ssl.SSLContext | None = None,
) -> Iterator[PortOneClient]:
    portone = PortOneClient(
        base_url=f"{scheme}://127.0.0.1:{port}",
        secret=lambda: "example-portone-secret",
        store_id=STORE_ID,
        transport=DeadlineTransport(trust) if trust else None,
    )
    with closing(portone):
        yield portone


def get(portone: PortOneClient, seconds: float = PATIENT) -> Snapshot | None:
    return portone.get_payment(PAYMENT_ID, deadline=Deadline.after(Monotonic(), seconds))


def pre_register(portone: PortOneClient) -> None:
    portone.pre_register(
        PAYMENT_ID,
        total=1,
        tax_free=0,
        currency="KRW",
        key="example-key-0000000001",
        deadline=Deadline.after(Monotonic(), PATIENT),
    )


def unknown(portone: PortOneClient, seconds: float = PATIENT) -> bool:
    with pytest.raises(PortOneError) as caught:
        get(portone, seconds)
    return caught.value.outcome is Outcome.UNKNOWN


def test_calls_share_one_connection() -> None:
    with Server(answer) as server, client(server.port) as portone:
        readings = [get(portone), get(portone), get(portone)]

    assert all(reading is not None and reading.total == 10000 for reading in readings)
    assert server.connections == 1


# Both would arrive whole, with time between the bytes far below the limit: only a total deadline ends them.
@pytest.mark.parametrize("text", [ANSWER, b"HTTP/1.1 200 OK\r\nX-Slow: %b\r\n" % (b"x" * 2000) + ANSWER[17:]])
def test_a_dripping_server_cannot_hold_a_call_beyond_the_deadline(text: bytes) -> None:
    with Server(drip(text)) as server, client(server.port) as portone:
        assert unknown(portone, SECONDS)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_silent_server_cannot_hold_a_call_beyond_the_deadline(scheme: str) -> None:
    with Server(say_nothing) as server, client(server.port, scheme=scheme) as portone:
        assert unknown(portone, SECONDS)


def test_a_reading_survives_a_connection_that_died_while_frozen() -> None:
    with Server(answer_once_then_hang_up, answer) as server, client(server.port) as portone:
        get(portone)

        reading = get(portone)

    assert reading is not None
    assert server.connections == 2


def test_a_mutation_on_a_connection_that_died_while_frozen_is_unknown() -> None:
    with Server(answer_once_then_hang_up, answer) as server, client(server.port) as portone:
        get(portone)

        with pytest.raises(PortOneError) as caught:
            pre_register(portone)

    assert caught.value.outcome is Outcome.UNKNOWN
    assert server.connections == 1


def test_a_refused_connection_is_an_unknown_outcome() -> None:
    with Server() as server:
        port = server.port

    with client(port) as portone:
        assert unknown(portone)


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    with Server(answer) as server, client(server.port) as portone:
        assert get(portone) is not None


HERE = x509.IPAddress(IPv4Address("127.0.0.1"))


def test_a_payment_is_read_over_tls(tmp_path: Path) -> None:
    with (
        tls_server(tmp_path, HERE) as (server, trust),
        client(server.port, scheme="https", trust=trust) as portone,
    ):
        readings = [get(portone), get(portone)]

    assert None not in readings
    assert server.connections == 1


def test_a_certificate_for_another_name_is_refused(tmp_path: Path) -> None:
    with (
        tls_server(tmp_path, x509.DNSName("elsewhere.example")) as (server, trust),
        client(server.port, scheme="https", trust=trust) as portone,
    ):
        assert unknown(portone)


def test_an_untrusted_certificate_is_refused(tmp_path: Path) -> None:
    with tls_server(tmp_path, HERE) as (server, _), client(server.port, scheme="https") as portone:
        assert unknown(portone)
