"""One call to PortOne's REST API: request, exchange under a deadline, answer or PortOneError."""

import re
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self
from urllib.parse import quote, urlencode

import httpx

from portone_payments.adapters.portone.texts import error_type_of, pg_code_of
from portone_payments.adapters.portone.transport import DeadlineTransport
from portone_payments.domain.errors.common import PortOneError
from portone_payments.domain.readings.outcome import Outcome, outcome_of
from portone_payments.ports.world import Deadline

MAX_BYTES = 4 * 1024 * 1024
REQUEST_ID_HEADERS = ("x-request-id", "x-amzn-requestid", "x-amz-cf-id", "cf-ray")
SECRET = re.compile(r"[!-~]+")
REQUEST_ID = re.compile(r"[\w.:=+/-]{1,100}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: bytes
    request_id: str | None


class PortOneCalls:
    """PortOne over HTTPS; the base of the clients of its operations. `_send` raises PortOneError.

    The transport is used directly, without httpx.Client: so there are no redirects, environment proxies,
    cookies or logged URLs to switch off. `secret` is called before each call and may raise its own errors.
    """

    def __init__(
        self,
        *,
        base_url: str,
        secret: Callable[[], str],
        store_id: str,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._secret = secret
        self._store_id = store_id
        self._given = transport

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._base_url})"

    def within(self, store_id: str) -> Self:
        """The same client over the same connections, for another store of the account; "" is its own."""
        if store_id in {"", self._store_id}:
            return self
        self.prime()
        other = copy(self)
        vars(other)["_store_id"] = store_id
        return other

    def prime(self) -> None:
        """Build the TLS context and the pool now; opens no connection."""
        _ = self._transport

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    @cached_property
    def _transport(self) -> httpx.BaseTransport:
        return self._given or DeadlineTransport(httpx.create_ssl_context(trust_env=False))

    def _send[T](
        self,
        method: str,
        path: tuple[str, ...],
        *,
        read: Callable[[bytes], T],
        deadline: Deadline,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        key: str | None = None,
    ) -> T:
        request = self._request(method, path, query=query, body=body, key=key)
        answer = self._exchange(request, deadline)
        if answer is None:
            raise PortOneError(outcome_of(None, None))
        if answer.status != httpx.codes.OK:
            raise _refusal(answer)
        # raised after the block: the parse error quotes the answer and must not become our error's context
        with suppress(ValueError):
            return read(answer.body)
        raise PortOneError(Outcome.UNKNOWN, status=answer.status, request_id=answer.request_id)

    def _find[T](
        self, path: tuple[str, ...], *, read: Callable[[bytes], T], absent: str, deadline: Deadline
    ) -> T | None:
        """PortOne's reading of one resource now, None for 404 of the type `absent`."""
        try:
            return self._send("GET", path, query={"storeId": self._store_id}, read=read, deadline=deadline)
        except PortOneError as error:
            if error.status == httpx.codes.NOT_FOUND and error.error_type == absent:
                return None
            raise

    def _exchange(self, request: httpx.Request, deadline: Deadline) -> _Answer | None:
        """One answer, or None when none came whole and in time."""
        seconds = deadline.remaining()
        if seconds <= 0:
            return None
        request.extensions = {"deadline": deadline, "timeout": httpx.Timeout(seconds).as_dict()}
        with suppress(httpx.HTTPError), closing(self._transport.handle_request(request)) as response:
            body = _body(response, deadline)
            return _Answer(response.status_code, body, _request_id(response.headers))
        return None

    def _request(
        self,
        method: str,
        path: tuple[str, ...],
        *,
        query: Mapping[str, str] | None,
        body: Mapping[str, Any] | None,
        key: str | None,
    ) -> httpx.Request:
        """The request. PortOneError NO_EFFECT for an id that no path or JSON text can carry."""
        with suppress(UnicodeError, httpx.InvalidURL):
            if not {"", ".", ".."}.intersection(path):
                url = self._base_url + _target(path, query)
                return httpx.Request(method, url, headers=self._headers(key), json=body)
        raise PortOneError(Outcome.NO_EFFECT)

    def _headers(self, key: str | None) -> list[tuple[bytes, bytes]]:
        secret = self._secret()
        if not SECRET.fullmatch(secret):
            # an extra line feed: httpcore would quote the whole header in its error and its log
            raise PortOneError(Outcome.REFUSED)
        headers = [
            (b"Authorization", f"PortOne {secret}".encode()),
            (b"Accept", b"application/json"),
            (b"Accept-Encoding", b"identity"),
        ]
        if key is not None:
            headers.append((b"Idempotency-Key", f'"{key}"'.encode()))  # its quotes are part of it (facts 1.5)
        return headers


def _target(path: tuple[str, ...], query: Mapping[str, str] | None) -> str:
    """Path and query, percent-encoded like encodeURIComponent (facts 1.1)."""
    target = "".join("/" + quote(part, safe="") for part in path)
    return f"{target}?{urlencode(query, quote_via=quote, safe='')}" if query else target


def _body(response: httpx.Response, deadline: Deadline) -> bytes:
    """The whole body. Raises httpx.HTTPError when it is too large, late, broken or compressed."""
    if response.headers.get("content-encoding", "identity") != "identity":
        raise httpx.DecodingError("a compressed answer could expand to any size")
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > MAX_BYTES or deadline.remaining() <= 0:
            raise httpx.ReadError("too large or too late")
    return bytes(body)


def _request_id(headers: httpx.Headers) -> str | None:
    """An intermediary's id of the call: PortOne's schema has none (facts 10)."""
    found = next((headers[name] for name in REQUEST_ID_HEADERS if name in headers), "")
    return found if REQUEST_ID.fullmatch(found) else None


def _refusal(answer: _Answer) -> PortOneError:
    error_type = error_type_of(answer.body)
    outcome = outcome_of(answer.status, error_type)
    return PortOneError(
        outcome,
        error_type=error_type,
        status=answer.status,
        request_id=answer.request_id,
        pg_code=pg_code_of(answer.body) if outcome is Outcome.PG_ANSWER else None,
    )
