"""A request, an answer and an error of PortOne's REST API, free of any transport."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

STATUS_OF = {
    "INVALID_REQUEST": 400,
    "UNAUTHORIZED": 401,
    "FORBIDDEN": 403,
    "PAYMENT_NOT_FOUND": 404,
    "ALREADY_PAID": 409,
    "IDEMPOTENCY_OUTSTANDING_REQUEST": 409,
}
"""Each error type has one HTTP status (PortOne facts 10)."""


@dataclass(frozen=True)
class Request:
    """One call as it arrived: `path` still percent-encoded, header names in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class Answer:
    """Status, body and headers of one answer."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": "application/json"})


class ApiError(Exception):
    """An answer `{type, message}` with the one HTTP status of its type."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(kind)
        self.answer = as_json({"type": kind, "message": message}, STATUS_OF[kind])


def as_json(value: Any, status: int = 200) -> Answer:
    """`value` as a JSON answer."""
    return Answer(status, json.dumps(value, ensure_ascii=False).encode())


def as_html(status: int) -> Answer:
    """What an intermediary says in PortOne's stead."""
    body = f"<html><head><title>{status}</title></head><body>Server Error</body></html>"
    return Answer(status, body.encode(), {"content-type": "text/html"})
