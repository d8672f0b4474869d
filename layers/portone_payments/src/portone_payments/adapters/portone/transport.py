"""HTTP under one total deadline: connect, TLS, headers and body together (rule 4.6).

httpx's own timeouts are per read: a server that sends a byte at a time could keep a call open without end.
"""

import socket
import ssl
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Self

import httpcore
import httpx

from portone_payments.ports.world import Deadline

KEEPALIVE_SECONDS = 15.0
CONNECT_SECONDS = 3.0  # for each address of the host


class Allowance(float):
    """The time one request may still take, and what its connection has transferred of it.

    httpcore passes the timeout of a request unchanged to each connect, read and write for that request; so a
    timeout that knows its deadline reaches all of them.
    """

    deadline: Deadline
    reused: bool = False
    write_failed: bool = False
    answered: bool = False

    def __new__(cls, deadline: Deadline) -> Self:
        """An allowance of the deadline's remaining time."""
        self = super().__new__(cls, max(deadline.remaining(), 0))
        self.deadline = deadline
        return self

    def left(self) -> float:
        """Seconds left, more than zero. Raises httpcore.ReadTimeout when none remain."""
        seconds = self.deadline.remaining()
        if seconds <= 0:
            raise httpcore.ReadTimeout
        return seconds

    def stale(self, method: str) -> bool:
        """Whether the server had closed an old connection, and sending again cannot have a second effect."""
        return self.reused and not self.answered and (method == "GET" or self.write_failed)


def resolved(host: str, port: int) -> Sequence[str]:
    """Each address of a host, once. Raises httpcore.ConnectError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpcore.ConnectError from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class DeadlineTransport(httpx.BaseTransport):
    """A keep-alive pool that obeys `request.extensions["deadline"]`, a ports.Deadline.

    A connection that died while Lambda was frozen is replaced once (`Allowance.stale`).
    Raises httpx.ReadTimeout when the deadline passes, httpx.NetworkError for every other failure.
    """

    def __init__(
        self,
        ssl_context: ssl.SSLContext,
        *,
        backend: httpcore.NetworkBackend | None = None,
        resolve: Callable[[str, int], Sequence[str]] = resolved,
    ) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl_context,
            max_keepalive_connections=1,  # Lambda sends one at a time, and a second could be stale as well
            keepalive_expiry=KEEPALIVE_SECONDS,
            network_backend=_Backend(backend or httpcore.SyncBackend(), resolve),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send and wait for the headers; the body streams under the same deadline."""
        allowance = Allowance(request.extensions["deadline"])
        with _httpx_errors():
            try:
                answer = self._pool.handle_request(_core_request(request, allowance))
            except (httpcore.NetworkError, httpcore.RemoteProtocolError):
                if not allowance.stale(request.method):
                    raise
                again = Allowance(allowance.deadline)
                answer = self._pool.handle_request(_core_request(request, again))
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()


def _core_request(request: httpx.Request, allowance: Allowance) -> httpcore.Request:
    url = request.url
    return httpcore.Request(
        method=request.method,
        url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=request.headers.raw,
        content=request.stream,
        extensions={"timeout": dict.fromkeys(("pool", "connect", "write", "read"), allowance)},
    )


@contextmanager
def _httpx_errors() -> Iterator[None]:
    # their texts may quote the request, so they are dropped here
    try:
        yield
    except httpcore.TimeoutException:
        raise httpx.ReadTimeout("the deadline has passed") from None
    except (httpcore.NetworkError, httpcore.ProtocolError):
        raise httpx.NetworkError("the connection failed") from None


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        with _httpx_errors():
            yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


class _Backend(httpcore.NetworkBackend):
    def __init__(
        self, backend: httpcore.NetworkBackend, resolve: Callable[[str, int], Sequence[str]]
    ) -> None:
        self._backend = backend
        self._resolve = resolve

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        # address by address: socket.create_connection would allow each of them the whole time
        allowance = _allowance(timeout)
        failure: Exception = httpcore.ConnectError()
        for address in self._resolve(host, port):
            seconds = min(allowance.left(), CONNECT_SECONDS)
            try:
                stream = self._backend.connect_tcp(address, port, seconds, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _Stream(stream)
        raise failure


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream
        self._answered = False

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        allowance = _allowance(timeout)
        data = self._stream.read(max_bytes, allowance.left())
        if data:
            self._answered = allowance.answered = True
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        allowance = _allowance(timeout)
        allowance.reused = self._answered
        try:
            self._stream.write(buffer, allowance.left())
        except httpcore.WriteError:
            allowance.write_failed = True
            raise

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, _allowance(timeout).left()))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def close(self) -> None:
        self._stream.close()


def _allowance(timeout: float | None) -> Allowance:
    if not isinstance(timeout, Allowance):
        raise TypeError("httpcore no longer passes on the timeout it was given")
    return timeout
