"""PortOne's answers changed on the way, within its contract, and refused before they are asked."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from portone_local.portone.exchange import STATUS_OF
from portone_local.portone.routes import find_route

type Change = Callable[[dict[str, Any]], object]
"""Changes an answer in place, or returns another one."""


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


class EditedTransport(httpx.BaseTransport):
    """A transport whose answers of 200 are edited; `refuse` answers without asking PortOne at all.

    `refused` counts what was refused, by operation. `renamed`: a store that goes by another id, for
    whoever may act for a store may act for its sub-stores (facts 1.3).
    """

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self.refused: dict[str, int] = {}
        self.renamed: Mapping[str, str] = {}
        self._inner = inner
        self._edits: list[_Edit] = []
        self._refusals: list[_Refusal] = []

    def edited(self, operation: str, change: Change, *, times: int | None = None) -> None:
        """Change the next `times` answers of `operation` (None: all)."""
        self._edits.append(_Edit(operation, change, times))

    def refuse(self, operation: str, kind: str, *, times: int | None = None) -> None:
        """Answer the next `times` calls (None: all) of `operation`, or `*`, with PortOne's error `kind`."""
        self._refusals.append(_Refusal(operation, kind, times))

    def undisturbed(self) -> None:
        """Nothing is edited or refused any more."""
        self._edits.clear()
        self._refusals.clear()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer as PortOne does, but for what was ordered."""
        operation = _operation(request)
        kind = self._refusal(operation)
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

    def _refusal(self, operation: str) -> str | None:
        for each in self._refusals:
            if each.operation in {operation, "*"} and each.times != 0:
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
