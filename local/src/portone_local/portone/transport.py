"""The fake PortOne in process: an httpx transport in which waiting is time on the injected clock."""

from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl

import httpx

from portone_local.portone.api import PortOneApi, Reply
from portone_local.portone.exchange import Request
from portone_local.portone.faults import Wire

type Pause = Callable[[float], None]

DRIPS = 20
_FOR_EVER = 3600.0


def pieces(body: bytes) -> Iterator[bytes]:
    """The body in about twenty pieces."""
    size = max(1, -(-len(body) // DRIPS))
    return (body[start : start + size] for start in range(0, len(body), size))


class _Dripping(httpx.SyncByteStream):
    def __init__(self, body: bytes, wait: Callable[[], None]) -> None:
        self._body = body
        self._wait = wait

    def __iter__(self) -> Iterator[bytes]:
        for piece in pieces(self._body):
            self._wait()
            yield piece


class InProcessTransport(httpx.BaseTransport):
    """Plays replies to an `httpx.Client`; longer than the client's read timeout is an `httpx.ReadTimeout`."""

    def __init__(self, api: PortOneApi, pause: Pause) -> None:
        self._api = api
        self._pause = pause

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer like the network would, raising httpx.ReadTimeout and httpx.ReadError where it breaks."""
        path, _, query = request.url.raw_path.decode("ascii").partition("?")
        reply = self._api.handle(
            Request(
                method=request.method,
                path=path,
                query=dict(parse_qsl(query, keep_blank_values=True)),
                headers={name.lower(): value for name, value in request.headers.items()},
                body=request.read(),
            )
        )
        return self._played(reply, request)

    def _played(self, reply: Reply, request: httpx.Request) -> httpx.Response:
        if reply.wire is Wire.RESET:
            raise httpx.ReadError("connection reset by peer", request=request)
        if reply.wire is Wire.SILENCE:
            self._wait(_FOR_EVER, request)
        headers = {**reply.answer.headers, "content-length": str(len(reply.answer.body))}
        if reply.wire is Wire.DRIP:
            drip = _Dripping(reply.answer.body, lambda: self._wait(reply.seconds, request))
            return httpx.Response(reply.answer.status, headers=headers, stream=drip)
        self._wait(reply.seconds, request)
        return httpx.Response(reply.answer.status, headers=headers, content=reply.answer.body)

    def _wait(self, seconds: float, request: httpx.Request) -> None:
        if not seconds:
            return
        limit: float | None = request.extensions.get("timeout", {}).get("read")
        if limit is not None and seconds >= limit:
            self._pause(limit)
            raise httpx.ReadTimeout("timed out", request=request)
        self._pause(seconds)
