"""One thing done to the answers of one operation, and how it is written on one line."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from portone_local.adversary.shape import Place, Trick

EVERY = "*"
NEW = "SOMETHING_NEW"
ANOTHER_KEY = "channel-key-somebody-else"
ADDED = {"note": ["added later"], "count": 1}
PERSONAL = "남궁옥분 010-9876-5432 "
LONG = "신한카드"
OFTEN = 2_000
# what staff is shown has no pattern, only a length
SHOWN = frozenset({"issuer", "name", "publisher", "remitteeName", "number"})
CANARIES = (PERSONAL.strip(), LONG * 100)
CLOCK = 0.9
HOUR = 3600.0


@dataclass(frozen=True, slots=True, order=True)
class Mutation:
    """`path` names a field of the answer, `[]` an entry of a list, `*` all that follow; of repeat a number.

    It is played from the `since`th answer of its operation on.
    """

    operation: str
    trick: Trick
    path: str
    since: int = 1

    def __str__(self) -> str:
        later = f" @{self.since}" if self.since > 1 else ""
        return f"{self.trick} {self.operation} {self.path or '.'}{later}"

    @property
    def always(self) -> "Mutation":
        """The same from the first answer on."""
        return replace(self, since=1)

    def hits(self, place: Place, count: int) -> bool:
        """Whether it is played there, in the `count`th answer of its operation."""
        return self.trick is place.trick and count >= self.since and self.names(place.path)

    def within(self, other: "Mutation") -> bool:
        """Whether the other one does all that this one does."""
        same = (self.operation, self.trick) == (other.operation, other.trick)
        return same and other.names(self.path)

    def names(self, path: str) -> bool:
        """Whether its path stands for this one."""
        return path.startswith(self.path[:-1]) if self.path.endswith(EVERY) else path == self.path


@lru_cache(maxsize=20_000)
def mutation_of(operation: str, trick: Trick, path: str) -> Mutation:
    """What is played in every answer, made once: the same few are met in each."""
    return Mutation(operation, trick, path)


def parse(text: str) -> Mutation:
    """What `str` wrote. ValueError for anything else."""
    trick, operation, path, *later = text.split()
    since = int(later[0].removeprefix("@")) if later else 1
    return Mutation(operation, Trick(trick), "" if path == "." else path, since)


def parse_line(line: str) -> tuple[str, tuple[Mutation, ...]]:
    """The name of a story and its mutations. ValueError for a malformed line."""
    name, _, told = line.partition(": ")
    return name.strip(), tuple(parse(each) for each in told.split("; ") if each.strip())


def line_of(tale: str, mutations: Iterable[Mutation]) -> str:
    """One line that `python -m portone_local.adversary` takes."""
    return f"{tale}: {'; '.join(map(str, mutations))}"


def play(place: Place, count: int) -> None:
    """Do what the place is for, in the answer itself; `count` is the how-manieth answer of its operation."""
    if place.trick is Trick.VALUE:
        place.holder[place.key] = place.path.rpartition("=")[2]
    else:
        PLAYS[place.trick](place.holder, place.key, count)


def _put(value: Any) -> Callable[[Any, str, int], None]:
    def put(holder: Any, key: str, _count: int) -> None:
        holder[key] = value

    return put


def _drop(holder: Any, key: str, _count: int) -> None:
    holder.pop(key, None)


def _add(holder: Any, _key: str, _count: int) -> None:
    holder["addedByPortOne"] = ADDED


def _reorder(holder: Any, key: str, _count: int) -> None:
    holder[key].reverse()


def _clocks(holder: Any, key: str, count: int) -> None:
    holder[key] = moved(holder[key], CLOCK if count % 2 else -CLOCK)


def _back(holder: Any, key: str, count: int) -> None:
    holder[key] = moved(holder[key], -HOUR * count)


def _text(holder: Any, key: str, _count: int) -> None:
    holder[key] = (LONG if key in SHOWN else PERSONAL) * OFTEN


def moved(stamp: str, seconds: float) -> str:
    """An RFC 3339 time, earlier or later."""
    moment = dt.datetime.fromisoformat(stamp) + dt.timedelta(seconds=seconds)
    return moment.isoformat().replace("+00:00", "Z")


PLAYS: dict[Trick, Callable[[Any, str, int], None]] = {
    Trick.DROP: _drop,
    Trick.ADD: _add,
    Trick.ENUM: _put(NEW),
    Trick.VARIANT: _put(NEW),
    Trick.REORDER: _reorder,
    Trick.CLOCKS: _clocks,
    Trick.BACK: _back,
    Trick.TEXT: _text,
    Trick.ANOTHER: _put(ANOTHER_KEY),
}
