"""The fake PortOne over real HTTP on loopback: the REST API, and under `/__control/` the other sides."""

import os
import socket
import struct
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from portone_local.gateway.loopback import NOSNIFF, REFUSED, UNMEANT, is_foreign, is_unmeant
from portone_local.portone.api import Reply
from portone_local.portone.control import PREFIX, Control
from portone_local.portone.exchange import Answer, Request, as_json
from portone_local.portone.fake import FakePortOne
from portone_local.portone.faults import Wire
from portone_local.portone.transport import pieces

_POLL_SECONDS = 0.05
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 128  # clients that connect at the same moment

    def __init__(self, fake: FakePortOne, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.fake = fake
        self.control = Control(fake)
        self.open_sockets: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self.open_sockets.add(request)
        super().process_request(request, client_address)

    def close_request(self, request: Any) -> None:
        self.open_sockets.discard(request)
        super().close_request(request)

    def hang_up(self) -> None:
        """Wake every handler that waits for its client."""
        for connection in list(self.open_sockets):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave in one piece
    server: _Server

    def answer(self) -> None:
        """Any method: read the request whole, have it answered, play the reply."""
        length = self.headers.get("content-length") or "0"
        if not length.isdecimal():
            self.send_error(400, "content-length is no number")
            return
        url = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=url.path,
            query=dict(parse_qsl(url.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(length)),
        )
        if is_foreign(request.headers):
            self._send(as_json({"type": "FORBIDDEN", "message": REFUSED}, 403))
            return
        if url.path.startswith(PREFIX) and is_unmeant(request.headers):
            self._send(as_json({"code": "NotMeant", "message": UNMEANT}, 403))
            return
        with suppress(ConnectionError):
            if url.path.startswith(PREFIX):
                self._send(self.server.control.handle(request))
            else:
                self._play(self.server.fake.api.handle(request))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):  # any method: what there is no operation for is told so in JSON
            return self.answer
        raise AttributeError(name)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What is no HTTP is refused in the form of every error, not as a page."""
        del explain
        self.close_connection = True
        self._send(as_json({"type": "INVALID_REQUEST", "message": message or "not understood"}, code))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name in the standard library
        """Say nothing: calls are in the call log."""

    def _play(self, reply: Reply) -> None:
        if reply.wire is Wire.RESET:
            self._reset()
        elif reply.wire is Wire.SILENCE:
            self.rfile.read(1)  # until the client gives up
            self.close_connection = True
        elif reply.wire is Wire.DRIP:
            self._send_head(reply.answer)
            for piece in pieces(reply.answer.body):
                self.server.fake.pause(reply.seconds)
                self.wfile.write(piece)
                self.wfile.flush()
        else:
            if reply.seconds:
                self.server.fake.pause(reply.seconds)
            self._send(reply.answer)

    def _send(self, answer: Answer) -> None:
        self._send_head(answer)
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def _send_head(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in (NOSNIFF | dict(answer.headers)).items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(answer.body)))
        self.end_headers()

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        os.close(self.connection.detach())


class HttpPortOne:
    """Serves a FakePortOne on 127.0.0.1 while its context is open; `port` 0 takes a free one.

    With `pump` a thread does `run_due()` over and over, so that webhooks leave by themselves.
    """

    def __init__(self, fake: FakePortOne, *, port: int = 0, pump: bool = False) -> None:
        self._server = _Server(fake, port)
        self._threads = [threading.Thread(target=self._server.serve_forever, args=(_POLL_SECONDS,))]
        self._stopped = threading.Event()
        if pump:
            self._threads.append(threading.Thread(target=self._pump, args=(fake,)))

    @property
    def base_url(self) -> str:
        """Where the REST API is; `/__control/` lies under it."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def alive(self) -> bool:
        """Whether it still answers, and with `pump` delivers webhooks."""
        return all(thread.is_alive() for thread in self._threads)

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._server.hang_up()
        self._server.server_close()
        for thread in self._threads:
            thread.join()

    def _pump(self, fake: FakePortOne) -> None:
        while not self._stopped.wait(_POLL_SECONDS):
            fake.run_due()
