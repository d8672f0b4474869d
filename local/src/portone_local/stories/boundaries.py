"""Every call that leaves the process, counted by itself, and cut off or broken on demand.

`Boundaries.tap` goes into `Stack` as `tap`; `Boundaries.follow` makes it know which function is running.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count
from threading import current_thread, get_ident, main_thread
from typing import Any, Self

from portone_local.portone.routes import find_route
from portone_local.stack.stack import Stack
from portone_local.template import cloudformation as template

NOBODY = "-"


@dataclass(frozen=True, slots=True)
class Running:
    """Which function folder runs, and in the how-manieth invocation of all."""

    function: str = NOBODY
    number: int = 0


_OUTSIDE = Running()
_RUNNING = ContextVar("running", default=_OUTSIDE)


class Crash(BaseException):
    """The process is gone: nothing may catch this."""


class Side(StrEnum):
    """Whether the process dies before a call leaves, or after its effect and before its answer."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Crossing:
    """One call that left: by which function folder, of what, the how-manieth of its name while watched.

    `within` tells invocations and their threads apart; None outside of every function.
    """

    function: str
    call: str
    nth: int
    within: tuple[int, int] | None = None

    @property
    def kind(self) -> tuple[str, str]:
        """What a crash case is owed to."""
        return self.function, self.call


@dataclass(frozen=True, slots=True)
class Invocation:
    """One run of a function folder's handler; `seconds` on the stack's own clock."""

    function: str
    seconds: float


type Break = Callable[[Callable[[], Any]], Any]
type Breaks = Callable[[Crossing], Break | None]


def none(_crossing: Crossing) -> None:
    """No call is broken."""


def at(call: str, nth: int, broken: Break) -> Breaks:
    """Break the `nth` call (from 1) of this name; the name stays the same where ids are random."""
    return lambda crossing: broken if (crossing.call, crossing.nth) == (call, nth) else None


@dataclass(slots=True)
class Boundaries:
    """What crossed while watching, in order; every kind of call made by a handler; how long each ran."""

    crossed: list[Crossing] = field(default_factory=list)
    made: set[tuple[str, str]] = field(default_factory=set)
    invocations: list[Invocation] = field(default_factory=list)
    _breaks: Breaks | None = None
    _counts: Counter[str] = field(default_factory=Counter)
    _newest: Running = _OUTSIDE
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def tap(self, service: str, client: Any) -> Any:
        """A client whose calls are counted; to be given to `Stack` as `tap`."""
        return Tapped(service, client, self)

    def follow(self, stack: Stack) -> None:
        """Know from now on which function folder a call comes from."""
        folders = {function: folder for folder, function in template.functions(stack.template).items()}
        inner = stack.functions.around

        def followed(function: str, run: Any) -> Any:
            return self._followed(folders[function], inner(function, run), stack)

        stack.functions.around = followed

    def cross(self, name: str, call: Callable[[], Any]) -> Any:
        """Make a call, or what is armed in its place."""
        running = self._running()
        if running is not _OUTSIDE:
            self.made.add((running.function, name))
        if self._breaks is None:
            return call()
        self._counts[name] += 1
        within = None if running is _OUTSIDE else (running.number, get_ident())
        crossing = Crossing(running.function, name, self._counts[name], within)
        self.crossed.append(crossing)
        broken = self._breaks(crossing)
        return broken(call) if broken else call()

    @property
    def watching(self) -> bool:
        """Whether calls are counted and may be broken."""
        return self._breaks is not None

    def _running(self) -> Running:
        """What is running; a thread of its own pool is its as well."""
        running = _RUNNING.get()
        in_pool = running is _OUTSIDE and current_thread() is not main_thread()
        return self._newest if in_pool else running

    @contextmanager
    def watch(self, breaks: Breaks = none) -> Iterator[Self]:
        """Count and break calls inside, from nothing."""
        self.crossed, self._counts, self._breaks = [], Counter(), breaks
        try:
            yield self
        finally:
            self._breaks = None

    def _followed(self, folder: str, run: Any, stack: Stack) -> Any:
        def invoked(event: Any, context: Any) -> Any:
            self._newest = Running(folder, next(self._numbers))
            token, start = _RUNNING.set(self._newest), stack.clock.monotonic()
            try:
                return run(event, context)
            finally:
                _RUNNING.reset(token)
                self.invocations.append(Invocation(folder, stack.clock.monotonic() - start))

        return invoked


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
            crossed = f"{self._service}.{_operation(name, *arguments)}"
            return self._boundaries.cross(crossed, lambda: attribute(*arguments, **named))

        return call


# these do not leave the process
_INSIDE = frozenset({"dump", "forget_expired", "close", "meta", "messages", "receive_bodies"})


def _operation(name: str, *arguments: Any) -> str:
    """The client's method; for PortOne, whose transport has one method only, the operation requested."""
    if name != "handle_request":
        return name
    found = find_route(arguments[0].method, arguments[0].url.raw_path.decode().partition("?")[0])
    return found[0].operation if found else "unknown"


def crash(side: Side) -> Break:
    """Die on this side of a call."""

    def broken(call: Callable[[], Any]) -> Any:
        if side is Side.AFTER:
            call()
        raise Crash

    return broken


def fail(error: Callable[[], Exception], side: Side = Side.BEFORE) -> Break:
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
