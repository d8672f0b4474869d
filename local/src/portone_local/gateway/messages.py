"""An HTTP request and its answer, as everything behind the gateway sees them, in process or from a socket."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

type App = Callable[["Request"], "Response"]
"""Anything that answers a request: the gateway, a Function URL, the token issuer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`target` is path and query exactly as on the wire; headers in order, names in any case."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    @property
    def path(self) -> str:
        """The path, still percent-encoded."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """The query string without its question mark, still percent-encoded."""
        return self.target.partition("?")[2]

    def header(self, name: str) -> str | None:
        """A header's value, repeated ones joined by commas; None where it is absent."""
        values = [value for key, value in self.headers if key.lower() == name]
        return ",".join(values) if values else None

    def having(self, *headers: tuple[str, str]) -> "Request":
        """The same request with headers added."""
        return replace(self, headers=(*self.headers, *headers))


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer; header names in lower case, cookies apart because they repeat."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    cookies: tuple[str, ...] = ()

    def json(self) -> Any:
        """The body read as JSON. Raises ValueError when it is not."""
        return json.loads(self.body)


def answer(status: int, content: object, **headers: str) -> Response:
    """A JSON answer; underscores in header names become hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = json.dumps(content, separators=(",", ":")).encode()
    return Response(status=status, headers={"content-type": "application/json"} | named, body=body)
