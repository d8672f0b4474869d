"""Every call that leaves the process, counted by itself, and cut off or broken on demand."""

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Crash(BaseException):
    """The process is gone: nothing may catch this."""


class Side(StrEnum):
    """Whether the process dies before a call leaves, or after its effect and before its answer."""

    BEFORE = "before"
    AFTER = "after"


type Break = Callable[[Callable[[], Any]], Any]


@dataclass(slots=True)
class Boundaries:
    """Counts calls while watching; `breaks[n]` replaces the n-th one (from 0)."""

    crossed: list[str] = field(default_factory=list)
    breaks: dict[int, Break] = field(default_factory=dict)
    watching: bool = False

    def tap(self, service: str, client: Any) -> Any:
        """A client whose calls are counted; to be given to `Stack` as `tap`."""
        return Tapped(service, client, self)

    def cross(self, name: str, call: Callable[[], Any]) -> Any:
        """Make a call, or what is armed in its place."""
        if not self.watching:
            return call()
        number = len(self.crossed)
        self.crossed.append(name)
        return self.breaks.get(number, _unbroken)(call)

    @contextmanager
    def watch(self, breaks: dict[int, Break] | None = None) -> Any:
        """Count and break calls inside."""
        self.crossed, self.breaks, self.watching = [], breaks or {}, True
        try:
            yield self
        finally:
            self.watching = False


class Tapped:
    """Stands before a client and passes everything on."""

    def __init__(self, service: str, client: Any, boundaries: Boundaries) -> None:
        self._service = service
        self._client = client
        self._boundaries = boundaries

    def __getattr__(self, name: str) -> Any:
        """The client's attribute; a call of it is a boundary."""
        attribute = getattr(self._client, name)
        if not callable(attribute) or name in _INSIDE:
            return attribute

        def call(*arguments: Any, **named: Any) -> Any:
            return self._boundaries.cross(f"{self._service}.{name}", lambda: attribute(*arguments, **named))

        return call


# these do not leave the process
_INSIDE = frozenset({"dump", "close", "meta", "messages", "take", "settle"})


def crash(side: Side) -> Break:
    """Die on this side of a call."""

    def broken(call: Callable[[], Any]) -> Any:
        if side is Side.AFTER:
            call()
        raise Crash

    return broken


def fail(error: Callable[[], Exception], side: Side) -> Break:
    """Have the call fail without (BEFORE) or after its effect (AFTER: a lost response)."""

    def broken(call: Callable[[], Any]) -> Any:
        if side is Side.AFTER:
            call()
        raise error()

    return broken


def sent_twice(call: Callable[[], Any]) -> Any:
    """The SDK's own retry: the first response was lost, the second call meets the first one's effect."""
    call()
    return call()


def _unbroken(call: Callable[[], Any]) -> Any:
    return call()
