"""Serving an app over real HTTP to this machine only, from a thread of its own."""

import threading
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from portone_local.gateway.loopback import NOSNIFF, REFUSED, UNMEANT, is_foreign, is_unmeant
from portone_local.gateway.messages import App, Request, Response, answer

LOOPBACK = "127.0.0.1"
READ_LIMIT = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Door:
    """An app as seen from outside: for this machine, and pages of these origins.

    `hosts`: names besides this machine's by which it may be called. Routes that begin with `control` move the
    stack itself: no page may call them, and every call needs the header that says it is meant.
    """

    app: App
    pages: Collection[str] = ()
    hosts: Collection[str] = ()
    control: str = "/__"

    def handle(self, request: Request) -> Response:
        """Answer a request; 403 for a stranger's."""
        headers = {name.lower(): value for name, value in request.headers}
        if is_foreign(headers, pages=self.pages, hosts=self.hosts):
            return answer(403, {"message": REFUSED})
        if request.path.startswith(self.control) and is_unmeant(headers):
            return answer(403, {"message": UNMEANT})
        return self.app(request)


class Server:
    """A context manager: while open, `url` answers. Port 0 takes a free one; OSError where one is taken.

    `pages` and `hosts` as of a Door.
    """

    def __init__(
        self, app: App, *, port: int = 0, pages: Collection[str] = (), hosts: Collection[str] = ()
    ) -> None:
        door = Door(app, pages=pages, hosts=hosts)
        self._server = ThreadingHTTPServer((LOOPBACK, port), _handler_for(door.handle))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """`http://127.0.0.1:port`."""
        return f"http://{LOOPBACK}:{self._server.server_address[1]}"

    @property
    def alive(self) -> bool:
        """Whether it still takes requests."""
        return self._thread.is_alive()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _handler_for(app: App) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def __getattr__(self, name: str) -> object:
            if name.startswith("do_"):
                return self._answer
            raise AttributeError(name)

        def log_message(self, *_: object) -> None:
            """Log nothing: paths contain ids."""

        def _answer(self) -> None:
            length = self.headers.get("content-length", "0")
            if not length.isdecimal() or "transfer-encoding" in self.headers or int(length) > READ_LIMIT:
                self._send(Response(status=413 if length.isdecimal() and int(length) > READ_LIMIT else 411))
                return
            body = self.rfile.read(int(length))
            headers = tuple(self.headers.items())
            request = Request(method=self.command, target=self.path, headers=headers, body=body)
            with suppress(SystemExit):  # the local AWS is gone, and so is whoever would have answered
                self._send(app(request))

        def _send(self, response: Response) -> None:
            self.send_response(response.status)
            for name, value in (NOSNIFF | dict(response.headers)).items():
                self.send_header(name, value)
            for cookie in response.cookies:
                self.send_header("set-cookie", cookie)
            self.send_header("content-length", str(len(response.body)))
            self.send_header("connection", "close")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(response.body)

    return Handler
