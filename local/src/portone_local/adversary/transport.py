"""The adversary as an httpx transport around the fake PortOne's."""

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any, Protocol

import httpx

from portone_local.adversary.mutation import Mutation, mutation_of, play
from portone_local.adversary.shape import Node, Place, Trick, places
from portone_local.portone.routes import find_route


class Shapes(Protocol):
    """Where the shapes of answers come from."""

    def shape(self, operation_id: str, status: int) -> Node | None:
        """The shape of an operation's answer; None for an unknown one."""
        ...


class Adversary(httpx.BaseTransport):
    """Plays `mutations` on every answer they are about; `seen` is what could have been played.

    What it does depends on nothing but the mutations and the order of the answers.
    """

    def __init__(self, shapes: Shapes, mutations: Iterable[Mutation] = ()) -> None:
        self.seen: set[Mutation] = set()
        self.played: Counter[Mutation] = Counter()
        self._shapes = shapes
        self._mutations = tuple(mutations)
        self._by_trick: dict[str, dict[Trick, list[Mutation]]] = {}
        for each in self._mutations:
            self._by_trick.setdefault(each.operation, {}).setdefault(each.trick, []).append(each)
        self._inner: httpx.BaseTransport | None = None
        self._answers: Counter[str] = Counter()
        self._readings: dict[str, list[bytes]] = {}

    def tap(self, service: str, client: Any) -> Any:
        """For `Stack.in_memory(tap=...)`: stands before PortOne, lets everything else be."""
        if service != "portone":
            return client
        self._inner = client
        return self

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """PortOne's answer as the contract would also allow it."""
        if self._inner is None:
            raise RuntimeError("there is no PortOne behind it")
        response = self._inner.handle_request(request)
        found = find_route(request.method, request.url.raw_path.decode("ascii").partition("?")[0])
        if found is None or not isinstance(response.stream, httpx.ByteStream):
            return response
        body = response.read()
        if request.method == "GET" and response.status_code == httpx.codes.OK:
            body = self._earlier(found[0].operation, str(request.url), body)
        changed = self._changed(found[0].operation, found[0].operation_id, response.status_code, body)
        headers = {**response.headers, "content-length": str(len(changed))}
        return httpx.Response(response.status_code, headers=headers, content=changed)

    def _changed(self, operation: str, operation_id: str, status: int, body: bytes) -> bytes:
        shape = self._shapes.shape(operation_id, status)
        try:
            answer = json.loads(body)
        except ValueError:
            return body
        if shape is None:
            return body
        self._answers[operation] += 1
        found = list(places(shape, answer, "" if status == httpx.codes.OK else "!"))
        self.seen |= {mutation_of(operation, place.trick, place.path) for place in found}
        if not self._play(operation, found):
            return body
        return json.dumps(answer, ensure_ascii=False).encode()

    def _play(self, operation: str, found: list[Place]) -> bool:
        """Whether anything was done; what goes goes last, so that what is in it was done before."""
        count = self._answers[operation]
        mine = self._by_trick.get(operation, {})
        todo = [
            (place, each) for place in found for each in mine.get(place.trick, ()) if each.hits(place, count)
        ]
        for place, mutation in sorted(todo, key=lambda each: each[0].trick is Trick.DROP):
            if not place.key or place.key in place.holder:
                play(place, count)
                self.played[mutation] += 1
        return bool(todo)

    def _earlier(self, operation: str, url: str, body: bytes) -> bytes:
        """The reading itself, or the one before it where that is repeated."""
        readings = self._readings.setdefault(url, [])
        readings.append(body)
        if len(readings) == 1:
            return body
        nth = Mutation(operation, Trick.REPEAT, str(len(readings)))
        always = Mutation(operation, Trick.BEHIND, "")
        self.seen |= {nth, always}
        for each in (nth, always):
            if each in self._mutations:
                self.played[each] += 1
                return readings[-2]
        return body
