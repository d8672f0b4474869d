"""The PortOne client over real sockets on loopback, plain and TLS."""

import datetime as dt
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from ipaddress import IPv4Address
from pathlib import Path
from typing import Self

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from portone_local.testing.payment_answers import PAYMENT_ID, STORE_ID, paid
from portone_payments.adapters.portone import PortOneClient
from portone_payments.adapters.transport import DeadlineTransport
from portone_payments.domain.errors import PortOneError
from portone_payments.domain.outcomes import Outcome
from portone_payments.domain.snapshot import Snapshot
from portone_payments.ports import Deadline

BODY = json.dumps(paid()).encode()
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(BODY), BODY)
SECONDS = 0.15
PATIENT = 5.0

type Play = Callable[[socket.socket, threading.Event], None]


class Monotonic:
    """The real clock."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()


class Server:
    """Plays one script per connection and counts connections and requests."""

    def __init__(self, *plays: Play) -> None:
        self._plays = plays
        self._over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)
        self.port: int = self._listener.getsockname()[1]
        self.connections = 0

    def _serve(self) -> None:
        for play in self._plays:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            with connection, suppress(OSError):
                play(connection, self._over)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(timeout=PATIENT)


def request_on(connection: socket.socket) -> bytes:
    """One whole request; empty when the client hung up."""
    head = b""
    while b"\r\n\r\n" not in head:
        more = connection.recv(4096)
        if not more:
            return b""
        head += more
    return head


def answer(connection: socket.socket, _over: threading.Event) -> None:
    while request_on(connection):
        connection.sendall(ANSWER)


def answer_once_then_hang_up(connection: socket.socket, _over: threading.Event) -> None:
    for reply in (ANSWER, b""):
        request_on(connection)
        connection.sendall(reply)


def say_nothing(_connection: socket.socket, over: threading.Event) -> None:
    over.wait(PATIENT)


def drip(text: bytes) -> Play:
    def play(connection: socket.socket, over: threading.Event) -> None:
        request_on(connection)
        for at in range(len(text)):
            connection.sendall(text[at : at + 1])
            if over.wait(0.005):
                return

    return play


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


def test_nobody_listening_is_an_unknown_outcome() -> None:
    with Server() as server:
        port = server.port

    with client(port) as portone:
        assert unknown(portone)


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    with Server(answer) as server, client(server.port) as portone:
        assert get(portone) is not None


@contextmanager
def tls_server(folder: Path, name: x509.GeneralName) -> Iterator[tuple[Server, ssl.SSLContext]]:
    """A TLS server under a new self-signed certificate, and the client's context that trusts it."""
    certificate = folder / "certificate.pem"
    certificate.write_bytes(self_signed(name))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def play(connection: socket.socket, over: threading.Event) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            answer(secure, over)

    with Server(play) as server:
        yield server, ssl.create_default_context(cafile=str(certificate))


def self_signed(name: x509.GeneralName) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "example")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([name]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)


def secure_client(port: int, context: ssl.SSLContext) -> PortOneClient:
    return PortOneClient(
        base_url=f"https://127.0.0.1:{port}",
        secret=lambda: "example-portone-secret",
        store_id=STORE_ID,
        transport=DeadlineTransport(context),
    )


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


def test_a_certificate_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    with tls_server(tmp_path, HERE) as (server, _), client(server.port, scheme="https") as portone:
        assert unknown(portone)
