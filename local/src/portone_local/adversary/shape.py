"""The shape of an answer: which of its fields may be missing, may have another value, may come in any order.

It is made from PortOne's OpenAPI document (`contract`) or from our own table of it (`table`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Trick(StrEnum):
    """What can be done to an answer; VALUE puts another allowed one, ANOTHER the name of another channel."""

    DROP = "drop"
    ADD = "add"
    ENUM = "enum"
    VARIANT = "variant"
    REORDER = "reorder"
    CLOCKS = "clocks"
    BACK = "back"
    TEXT = "text"
    ANOTHER = "another"
    VALUE = "value"
    REPEAT = "repeat"
    BEHIND = "behind"


class Of(StrEnum):
    """The value of a field without fields of its own."""

    VALUE = "value"
    ENUM = "enum"
    STAMP = "stamp"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value; `values` are those of an enumeration, where they are known."""

    of: Of = Of.VALUE
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Slot:
    """A field of a record."""

    node: "Node"
    optional: bool


@dataclass(frozen=True, slots=True)
class Record:
    """An object."""

    name: str
    slots: Mapping[str, Slot] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Union:
    """One of several records, told apart by the value of `by`."""

    by: str
    variants: Mapping[str, Record]


@dataclass(frozen=True, slots=True)
class Many:
    """A list."""

    node: "Node"


type Node = Leaf | Record | Union | Many

MOVED_BACK = frozenset({"updatedAt", "statusChangedAt"})
# strings that say which thing is meant: another text in them is another thing, and is no text of a PG
_NAMES = frozenset(
    {
        *("id", "key", "customData", "issueId", "billingKey", "scheduleId", "promotionId", "accountNumber"),
        *("ci", "di"),
    }
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a trick can be played in one answer: `holder[key]`, or the object `holder` itself."""

    trick: Trick
    path: str
    holder: Any
    key: str = ""


def places(node: Node, value: Any, path: str = "") -> Iterator[Place]:
    """Every place of an answer, nested ones first."""
    if isinstance(node, Many) and isinstance(value, list):
        for each in value:
            yield from places(node.node, each, f"{path}[]")
    elif isinstance(node, Union) and isinstance(value, dict):
        record = node.variants.get(value.get(node.by, ""))
        if record is not None:
            yield from places(record, value, path)
            yield Place(Trick.VARIANT, _under(path, node.by), value, node.by)
    elif isinstance(node, Record) and isinstance(value, dict):
        for name, slot in node.slots.items():
            if name in value:
                yield from places(slot.node, value[name], _under(path, name))
                yield from _of_field(slot, value, name, _under(path, name))
        yield Place(Trick.ADD, path, value)


def _of_field(slot: Slot, holder: dict[str, Any], name: str, path: str) -> Iterator[Place]:
    if slot.optional:
        yield Place(Trick.DROP, path, holder, name)
    yield from _of_date(holder, name, path)
    if isinstance(slot.node, Many) and len(holder[name]) > 1:
        yield Place(Trick.REORDER, path, holder, name)
    if path.endswith("channel.key"):
        yield Place(Trick.ANOTHER, path, holder, name)
    if not isinstance(slot.node, Leaf):
        return
    if slot.node.of is Of.ENUM:
        yield Place(Trick.ENUM, path, holder, name)
        yield from _of_status(slot, holder, name, path)
    elif slot.node.of is Of.STAMP:
        yield Place(Trick.CLOCKS, path, holder, name)
        if name in MOVED_BACK:
            yield Place(Trick.BACK, path, holder, name)
    elif slot.node.of is Of.TEXT and slot.optional and name not in _NAMES:
        yield Place(Trick.TEXT, path, holder, name)


def _of_date(holder: dict[str, Any], name: str, path: str) -> Iterator[Place]:
    """A birth date in other forms: whoever is too young must not grow up by one."""
    for form in _birth_dates(str(holder[name])) if name == "birthDate" else ():
        yield Place(Trick.VALUE, f"{path}={form}", holder, name)


def _birth_dates(date: str) -> tuple[str, ...]:
    """The same day in forms that are none of PortOne's, and days that cannot be meant."""
    digits = date.replace("-", "")
    return digits[2:], digits, date.replace("-", "."), "0001-01-01", "9999-12-31", "unknown"


def _of_status(slot: Slot, holder: dict[str, Any], name: str, path: str) -> Iterator[Place]:
    """Another known value of an optional status: what it says about money has to be read."""
    if slot.optional and name.endswith("Status") and isinstance(slot.node, Leaf):
        for value in slot.node.values:
            if value != holder[name]:
                yield Place(Trick.VALUE, f"{path}={value}", holder, name)


def _under(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
