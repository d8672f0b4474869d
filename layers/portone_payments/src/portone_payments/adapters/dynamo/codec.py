"""Dataclasses to DynamoDB attributes and back, in DynamoDB's own wire form, from the dataclass alone.

None, zero, false and empty are left out where that is the default, so a later schema may add fields. What a
newer schema wrote is carried along at every depth: unknown attributes in a field named `extra`, which every
stored dataclass has; unknown enum values as text; unknown kinds of a plain value as the attribute they are.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, get_args, get_origin

from portone_payments.adapters.dynamo.short_names import stored_as

type Attribute = dict[str, Any]
type Item = dict[str, Attribute]


class OfTomorrow(str):
    """An enum value that a newer version wrote: a text with a `value`, as members have.

    It is no member, so no rule mistakes it for a known state: it is neither settled nor failed.
    """

    __slots__ = ()

    @property
    def value(self) -> str:
        """The text itself."""
        return str(self)


@dataclass(frozen=True, slots=True)
class Coder:
    """How values of one type are written and read."""

    encode: Callable[[Any], Attribute]
    decode: Callable[[Attribute], Any]


@cache
def coder(hint: Any) -> Coder:
    """The coder of a field's type. Raises TypeError for a type no record may have."""
    origin = get_origin(hint)
    if origin is UnionType:
        return _union(get_args(hint))
    if origin is tuple:
        return _sequence(coder(get_args(hint)[0]))
    if origin is Mapping:
        return _mapping(coder(get_args(hint)[1]))
    if is_dataclass(hint):
        return _dataclass(hint)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return _enum(hint)
    if hint in SCALARS:
        return SCALARS[hint]
    raise TypeError(hint)


def item_size(item: Mapping[str, Attribute]) -> int:
    """Bytes DynamoDB counts for an item: names and values, 3 per container and 1 per element of it."""
    return sum(map(_length, item)) + sum(map(_size, item.values()))


def _union(hints: tuple[Any, ...]) -> Coder:
    if NoneType not in hints:
        return SCALAR
    (hint,) = (hint for hint in hints if hint is not NoneType)
    inner = coder(hint)
    return Coder(
        lambda value: {"NULL": True} if value is None else inner.encode(value),
        lambda attribute: None if "NULL" in attribute else inner.decode(attribute),
    )


def _sequence(inner: Coder) -> Coder:
    return Coder(
        lambda values: {"L": list(map(inner.encode, values))},
        lambda attribute: tuple(map(inner.decode, attribute["L"])),
    )


def _mapping(inner: Coder) -> Coder:
    return Coder(
        lambda values: {"M": {name: inner.encode(value) for name, value in values.items()}},
        lambda attribute: {name: inner.decode(value) for name, value in attribute["M"].items()},
    )


def _enum(kind: type[StrEnum]) -> Coder:
    members = {member.value: member for member in kind}
    return Coder(
        lambda value: {"S": str(value)},
        lambda attribute: members.get(attribute["S"]) or OfTomorrow(attribute["S"]),
    )


def _dataclass(kind: Any) -> Coder:
    stored = (each for each in fields(kind) if each.metadata.get("stored", True))
    plan = [_field(each, stored_as(kind, each.name)) for each in stored if each.name != "extra"]
    decoders = {name: (field, inner.decode) for field, name, _, inner in plan}
    keeps_extra = any(each.name == "extra" for each in fields(kind))

    def encode(record: Any) -> Attribute:
        item = dict(record.extra) if keeps_extra else {}
        for field, name, omitted, inner in plan:
            value = getattr(record, field)
            if value != omitted:
                item[name] = inner.encode(value)
        return {"M": item}

    def decode(attribute: Attribute) -> Any:
        values, extra = {}, {}
        for name, value in attribute["M"].items():
            known = decoders.get(name)
            if known is None:
                extra[name] = value
            else:
                field, read = known
                values[field] = read(value)
        return kind(**values, extra=extra) if keeps_extra else kind(**values)

    return Coder(encode, decode)


def _field(each: Field[Any], stored_as: str) -> tuple[str, str, object, Coder]:
    default = each.default_factory() if each.default_factory is not MISSING else each.default
    hint: Any = each.type
    return each.name, stored_as, MISSING if default else default, coder(hint)


def _encode_scalar(value: str | float | Attribute) -> Attribute:
    if isinstance(value, dict):
        return value
    if isinstance(value, bool):
        return {"BOOL": value}
    return {"S": value} if isinstance(value, str) else {"N": repr(value)}


def _decode_scalar(attribute: Attribute) -> str | bool | float | Attribute:
    ((kind, value),) = attribute.items()
    if kind in {"S", "BOOL"}:
        return value  # type: ignore[no-any-return]
    if kind != "N":
        return attribute
    return int(value) if value.lstrip("-").isdigit() else float(value)


def _size(attribute: Attribute) -> int:
    ((kind, value),) = attribute.items()
    return SIZES[kind](value)


def _length(text: str) -> int:
    """Bytes of a text; every save measures every name and value."""
    return len(text) if text.isascii() else len(text.encode())


def _number_size(text: str) -> int:
    if text.isdecimal():
        return 1 + (len(text.strip("0")) + 1) // 2
    digits = text.lstrip("-").split("e")[0].replace(".", "").strip("0")
    return 1 + (len(digits) + 1) // 2 + text.startswith("-")


SIZES: dict[str, Callable[[Any], int]] = {
    "S": _length,
    "N": _number_size,
    "B": len,
    "BOOL": lambda _: 1,
    "NULL": lambda _: 1,
    "M": lambda held: 3 + len(held) + item_size(held),
    "L": lambda held: 3 + len(held) + sum(map(_size, held)),
    "SS": lambda held: sum(map(_length, held)),
    "NS": lambda held: sum(map(_number_size, held)),
    "BS": lambda held: sum(map(len, held)),
}
SCALAR = Coder(_encode_scalar, _decode_scalar)
SCALARS: dict[Any, Coder] = {
    str: Coder(lambda value: {"S": value}, lambda attribute: attribute["S"]),
    bool: Coder(lambda value: {"BOOL": value}, lambda attribute: attribute["BOOL"]),
    int: Coder(lambda value: {"N": str(value)}, lambda attribute: int(attribute["N"])),
    float: Coder(lambda value: {"N": repr(value)}, lambda attribute: float(attribute["N"])),
}
