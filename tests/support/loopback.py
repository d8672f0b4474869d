"""A server on loopback that plays a script per connection, plain or under a certificate of its own."""

import datetime as dt
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.payment_answers import paid

BODY = json.dumps(paid()).encode()
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(BODY), BODY)
PATIENT = 5.0

type Play = Callable[[socket.socket, threading.Event], None]


class Monotonic:
    """The real clock."""

    def now(self) -> float:
        """Epoch seconds, UTC."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds from an arbitrary start."""
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
    """Answer every request."""
    while request_on(connection):
        connection.sendall(ANSWER)


def answer_once_then_hang_up(connection: socket.socket, _over: threading.Event) -> None:
    """Answer the first request, read the second and hang up."""
    for reply in (ANSWER, b""):
        request_on(connection)
        connection.sendall(reply)


def say_nothing(_connection: socket.socket, over: threading.Event) -> None:
    """Take the connection and no more."""
    over.wait(PATIENT)


def drip(text: bytes) -> Play:
    """`text`, a byte at a time."""

    def play(connection: socket.socket, over: threading.Event) -> None:
        request_on(connection)
        for at in range(len(text)):
            connection.sendall(text[at : at + 1])
            if over.wait(0.005):
                return

    return play


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
    """A new private key with its certificate for `name`, as PEM."""
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
