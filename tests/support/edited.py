"""PortOne's answers, edited within its contract, and refusals without a call."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import httpx

from portone_local.portone.exchange import STATUS_OF
from portone_local.portone.routes import find_route

type Change = Callable[[dict[str, Any]], object]
"""Changes an answer in place, or returns another one."""


@dataclass(frozen=True)
class Sent:
    """What went out to PortOne, byte for byte; `store` is the one it named."""

    operation: str
    key: str | None
    target: str
    body: bytes

    @property
    def said(self) -> dict[str, Any]:
        """The values of body and query; of a list those of its `requestBody`."""
        query = dict(parse_qsl(self.target.partition("?")[2]))
        said: dict[str, Any] = json.loads(self.body or b"{}") | json.loads(query.pop("requestBody", "{}"))
        return said | query

    @property
    def store(self) -> str | None:
        """The storeId of body, query or filter."""
        said = self.said
        found = said.get("storeId") or said.get("filter", {}).get("storeId")
        return None if found is None else str(found)


@dataclass
class _Edit:
    operation: str
    change: Change
    times: int | None


@dataclass
class _Refusal:
    operation: str
    kind: str
    times: int | None
    naming: bytes


class EditedTransport(httpx.BaseTransport):
    """A transport whose answers of 200 are edited; `refuse` answers without calling PortOne.

    `refused` counts what was refused, by operation. `renamed`: a store that goes by another id, for
    whoever may act for a store may act for its sub-stores (facts 1.3). `sent` is all that was asked.
    """

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self.refused: dict[str, int] = {}
        self.renamed: Mapping[str, str] = {}
        self.sent: list[Sent] = []
        self._inner = inner
        self._edits: list[_Edit] = []
        self._refusals: list[_Refusal] = []

    def edited(self, operation: str, change: Change, *, times: int | None = None) -> None:
        """Change the next `times` answers of `operation` (None: all)."""
        self._edits.append(_Edit(operation, change, times))

    def refuse(self, operation: str, kind: str, *, times: int | None = None, naming: str = "") -> None:
        """Answer the next `times` calls (None: all) of `operation`, or `*`, with PortOne's error `kind`.

        Only those that say `naming` in address or body, where it is given.
        """
        self._refusals.append(_Refusal(operation, kind, times, naming.encode()))

    def undisturbed(self) -> None:
        """Nothing is edited or refused any more."""
        self._edits.clear()
        self._refusals.clear()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer as PortOne does, but for what was ordered."""
        operation = _operation(request)
        self.sent.append(_sent(operation, request))
        kind = self._refusal(self.sent[-1])
        if kind is not None:
            self.refused[operation] = self.refused.get(operation, 0) + 1
            return httpx.Response(STATUS_OF[kind], json={"type": kind, "message": "refused"})
        response = self._inner.handle_request(self._as_known(request))
        edits = [each for each in self._edits if each.operation == operation and each.times != 0]
        if response.status_code != httpx.codes.OK or not edits:
            return response
        answer = json.loads(response.read())
        for each in edits:
            each.times = None if each.times is None else each.times - 1
            answer = each.change(answer) or answer
        return httpx.Response(response.status_code, json=answer)

    def _refusal(self, sent: Sent) -> str | None:
        said = sent.target.encode() + b" " + sent.body
        for each in self._refusals:
            if each.operation in {sent.operation, "*"} and each.times != 0 and each.naming in said:
                each.times = None if each.times is None else each.times - 1
                return each.kind
        return None

    def _as_known(self, request: httpx.Request) -> httpx.Request:
        if not self.renamed:
            return request
        url, body = str(request.url), request.read().decode()
        for store, known in self.renamed.items():
            url, body = url.replace(store, known), body.replace(store, known)
        headers = {name: value for name, value in request.headers.items() if name != "content-length"}
        return httpx.Request(
            request.method, url, headers=headers, content=body.encode(), extensions=request.extensions
        )


def _sent(operation: str, request: httpx.Request) -> Sent:
    key, target = request.headers.get("idempotency-key"), request.url.raw_path.decode("ascii")
    return Sent(operation, key, target, request.read())


def _operation(request: httpx.Request) -> str:
    path = request.url.raw_path.decode("ascii").partition("?")[0]
    found = find_route(request.method, path)
    return "unknown" if found is None else found[0].operation


def without(*paths: str) -> Change:
    """Leaves optional fields out; `cancellations.trigger` is the field of each element."""

    def change(answer: dict[str, Any]) -> None:
        for path in paths:
            _drop(answer, path.split("."))

    return change


def having(**values: Any) -> Change:
    """Sets fields; `method__type` is the field `type` of `method`."""

    def change(answer: dict[str, Any]) -> None:
        for path, value in values.items():
            *parents, last = path.split("__")
            place = answer
            for parent in parents:
                place = place.setdefault(parent, {})
            place[last] = value

    return change


def where(status: str, change: Change) -> Change:
    """The change for answers that show this status alone."""
    return lambda answer: change(answer) if answer.get("status") == status else None


def _drop(answer: Any, path: list[str]) -> None:
    if isinstance(answer, list):
        for each in answer:
            _drop(each, path)
        return
    if not isinstance(answer, dict):
        return
    if len(path) == 1:
        answer.pop(path[0], None)
        return
    _drop(answer.get(path[0]), path[1:])
