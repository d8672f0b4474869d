"""A network whose connections follow a script, on a clock moved by hand."""

import ssl
from collections.abc import Callable, Iterable
from typing import Any

import httpcore

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"

WHOLE = HEAD + b"{}"

type Step = bytes | Exception


class Script(httpcore.NetworkStream):
    """A connection: what each read gives, and whether writes fail from the n-th on."""

    def __init__(
        self, *reads: Step, pace: Callable[[], None] = lambda: None, fails_at: int | None = None
    ) -> None:
        self._reads = list(reads)
        self._pace = pace
        self._fails_at = fails_at
        self.writes: list[bytes] = []
        self.timeouts: list[float | None] = []

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - httpcore's signature
        self.timeouts.append(timeout)
        self._pace()
        step = self._reads.pop(0) if self._reads else b""
        if isinstance(step, Exception):
            raise step
        return step

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if not buffer:
            return
        self.timeouts.append(timeout)
        if self._fails_at is not None and len(self.writes) >= self._fails_at:
            raise httpcore.WriteError
        self.writes.append(buffer)

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,  # noqa: ARG002 - httpcore's signature
        server_hostname: str | None = None,  # noqa: ARG002 - httpcore's signature
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        self.timeouts.append(timeout)
        self._pace()
        return self

    def get_extra_info(self, info: str) -> Any:  # noqa: ARG002 - httpcore's signature
        return None

    def close(self) -> None:
        self.timeouts.append(None)


class Net(httpcore.NetworkBackend):
    """Gives out connections in order; an exception is a connection refused."""

    def __init__(self, *connections: Script | Exception) -> None:
        self._connections = list(connections)
        self.connects: list[tuple[str, float | None]] = []

    def connect_tcp(
        self,
        host: str,
        port: int,  # noqa: ARG002 - httpcore's signature
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002 - httpcore's signature
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 - httpcore's signature
    ) -> httpcore.NetworkStream:
        self.connects.append((host, timeout))
        connection = self._connections.pop(0)
        if isinstance(connection, Exception):
            raise connection
        return connection
