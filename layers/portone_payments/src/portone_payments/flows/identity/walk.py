"""Work that lies in shards, done item by item: each by itself, a page of every shard in turn."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from portone_payments.domain.errors.common import BundleError
from portone_payments.flows.shared.skipping import Skips
from portone_payments.ports.identity import Waiting
from portone_payments.ports.store import Conflict
from portone_payments.ports.world import Deadline

MOST_COUNTED = 2_500
"""How many of the rest of a shard are counted at most."""


@dataclass(slots=True, kw_only=True, eq=False)
class Line:
    """One shard's work: what waits, how to do it, and what to do where that fails.

    `act` says whether it did something. `done`, `raced` and `failed` count; `why` counts what failed by its
    reason; `silent`: the shard could not be read.
    """

    kind: str
    shard: int
    waiting: Iterator[Waiting]
    act: Callable[[Waiting], bool]
    put_off: Callable[[Waiting], None]
    done: int = 0
    raced: int = 0
    why: Counter[str] = field(default_factory=Counter)
    silent: bool = False

    @property
    def failed(self) -> int:
        """How many could not be treated."""
        return self.why.total()


def walk(lines: Iterable[Line], page: int, deadline: Deadline, skips: Skips) -> tuple[Line, ...]:
    """Work until nothing waits or the time is up; the lines in which something may still wait."""
    going = deque(lines)
    while going and deadline.remaining() > 0:
        line = going.popleft()
        if _page_of(line, page, deadline, skips):
            going.append(line)
    return tuple(going)


def left_in(line: Line, skips: Skips) -> tuple[int, Waiting | None]:
    """How many wait in a line at least, and the first of them."""
    with skips.over("shard", f"{line.kind}#{line.shard}"):
        first = next(line.waiting, None)
        return (0, None) if first is None else (1 + sum(1 for _ in islice(line.waiting, MOST_COUNTED)), first)
    return 0, None


def _page_of(line: Line, page: int, deadline: Deadline, skips: Skips) -> bool:
    """Whether more may wait; False for a shard that cannot be read."""
    try:
        for _ in range(page):
            if deadline.remaining() <= 0:
                return True
            waiting = next(line.waiting, None)
            if waiting is None:
                return False
            _one_of(line, waiting, skips)
    except Exception as error:  # noqa: BLE001 - the boundary: the other shards go on
        line.silent = True
        skips.skip("shard", f"{line.kind}#{line.shard}", error)
        return False
    return True


def _one_of(line: Line, waiting: Waiting, skips: Skips) -> None:
    try:
        line.done += line.act(waiting)
    except Conflict:
        line.raced += 1  # somebody was faster: what is left of it comes with the next sweep
    except Exception as error:  # noqa: BLE001 - the boundary: the others go on
        line.why[_reason(error)] += 1
        skips.skip(line.kind, waiting.id, error)
        with skips.over(line.kind, waiting.id):
            line.put_off(waiting)


def _reason(error: Exception) -> str:
    said = error.data.get("reason") if isinstance(error, BundleError) else None
    return str(said or type(error).__name__)
