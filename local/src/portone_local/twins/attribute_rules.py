"""What DynamoDB takes as an item and a key, and the spelling it gives numbers back in.

By its Developer Guide ("Supported data types and naming rules", "Quotas", "Constraints"): exactly one type a
value; numbers of 38 digits between 1E-130 and 9.9E+125; no empty sets, none with the same member twice; key
attributes that are neither empty nor too long nor of another type, in indexes too; 32 levels.
"""

import re
from collections.abc import Callable, Iterable
from decimal import Context
from functools import lru_cache
from typing import Any

from portone_payments.adapters.dynamo.codec import Attribute, Item
from portone_payments.adapters.dynamo.keys import Index, Key
from portone_payments.domain.errors.common import StorageUnavailable

LEVELS = 32
DIGITS = 38
SMALLEST, LARGEST = -130, 125
PARTITION_BYTES, SORT_BYTES = 2048, 1024
NAME_BYTES = 65_535
# most numbers: nothing to trim
_PLAIN = re.compile(r"0|-?[1-9]\d{0,36}[1-9]|-?[1-9]", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,18})?", re.ASCII)
_EXACT = Context(prec=100_000, Emax=10**18 - 1, Emin=-(10**18 - 1))


class Invalid(StorageUnavailable):
    """DynamoDB answers ValidationException; `what` is wrong."""

    def __init__(self, what: str) -> None:
        super().__init__(service="dynamodb", reason="ValidationException")
        self.what = what


def checked(item: Item, indexes: Iterable[Index]) -> Item:
    """The item as DynamoDB would hold it: the same one where no number is spelled anew. Raises `Invalid`."""
    check_key(_text_of(item, "pk"), _text_of(item, "sk"))
    for index in indexes:
        if index.partition in item:
            _check_text(_text_of(item, index.partition), PARTITION_BYTES)
        if index.sort in item:
            _check_sort(index, item[index.sort])
    return _map(item, 0)


@lru_cache(maxsize=10_000)
def check_key(pk: str, sk: str) -> None:
    """Raises `Invalid` for a primary key that no item can have."""
    _check_text(pk, PARTITION_BYTES)
    _check_text(sk, SORT_BYTES)


def check_keys(wanted: Iterable[Key]) -> None:
    """Raises `Invalid` where one of them is a key that no item can have."""
    for each in wanted:
        check_key(each.pk, each.sk)


def check_start(index: Index, partition: str, start: Item) -> None:
    """Raises `Invalid` for an ExclusiveStartKey that is none of this index and partition."""
    if set(start) != {"pk", "sk", index.partition, index.sort}:
        raise Invalid("the starting key has other attributes than the index")
    checked(start, [index])
    if _text_of(start, index.partition) != partition:
        raise Invalid("the starting key is outside the query")


def number(text: str) -> str:
    """A number in DynamoDB's spelling. Raises `Invalid`."""
    if not isinstance(text, str):
        raise Invalid("a number is sent as text")
    return _spelled(text)


@lru_cache(maxsize=10_000)
def _spelled(text: str) -> str:
    """The same few times and amounts are checked again and again."""
    if _PLAIN.fullmatch(text):
        return text
    if not _NUMBER.fullmatch(text):
        raise Invalid(f"{text!r} is no number")
    read = _EXACT.create_decimal(text)
    if not SMALLEST <= read.adjusted() <= LARGEST:
        raise Invalid(f"{text!r} is too large or too small")
    trimmed = read.normalize(_EXACT)
    if len(trimmed.as_tuple().digits) > DIGITS:
        raise Invalid(f"{text!r} has more than {DIGITS} digits")
    return format(trimmed, "f") if trimmed else "0"


def _check_sort(index: Index, attribute: Attribute) -> None:
    if set(attribute) != {index.sort_type}:
        raise Invalid(f"{index.sort} is no {index.sort_type}, which the index {index.name} wants")
    if index.sort_type == "S":
        _check_text(attribute["S"], SORT_BYTES)


def _text_of(item: Item, name: str) -> str:
    attribute = item.get(name)
    if not isinstance(attribute, dict) or set(attribute) != {"S"} or not isinstance(attribute["S"], str):
        raise Invalid(f"{name} is missing, or no text")
    return attribute["S"]


def _check_text(text: str, most: int) -> None:
    if not text or _bytes(text) > most:
        raise Invalid(f"a key attribute is empty, or longer than {most} bytes")


def _bytes(text: str) -> int:
    try:
        return len(text) if text.isascii() else len(text.encode())
    except UnicodeEncodeError:
        raise Invalid("a text is no Unicode") from None


def _map(held: Any, level: int) -> Item:
    if not isinstance(held, dict):
        raise Invalid("a map is no map")
    changed: Item = {}
    for name, attribute in held.items():
        if not isinstance(name, str) or not name or _bytes(name) > NAME_BYTES:
            raise Invalid("an attribute has no name, or too long a one")
        kept = _attribute(attribute, level + 1)
        if kept is not attribute:
            changed[name] = kept
    return held | changed if changed else held


def _attribute(attribute: Any, level: int) -> Attribute:
    if not isinstance(attribute, dict) or len(attribute) != 1 or level > LEVELS:
        raise Invalid("a value has not exactly one type, or lies too deep")
    ((kind, value),) = attribute.items()
    rule = _RULES.get(kind)
    if rule is None:
        raise Invalid(f"there is no type {kind}")
    kept = rule(value, level)
    return attribute if kept is value else {kind: kept}


def _text(value: Any, _: int) -> Any:
    if not isinstance(value, str):
        raise Invalid("a text is no text")
    _bytes(value)
    return value


def _binary(value: Any, _: int) -> Any:
    if not isinstance(value, bytes | bytearray):
        raise Invalid("a binary is no bytes")
    return value


def _bool(value: Any, _: int) -> Any:
    if not isinstance(value, bool):
        raise Invalid("BOOL is true or false")
    return value


def _null(value: Any, _: int) -> Any:
    if value is not True:
        raise Invalid("NULL is true")
    return value


def _number(value: Any, _: int) -> Any:
    spelled = number(value)
    return value if spelled == value else spelled


def _list(value: Any, level: int) -> Any:
    if not isinstance(value, list | tuple):
        raise Invalid("a list is no list")
    kept = [_attribute(each, level + 1) for each in value]
    return value if all(new is old for new, old in zip(kept, value, strict=True)) else kept


def _set_of(rule: Callable[[Any, int], Any]) -> Callable[[Any, int], Any]:
    def check(value: Any, level: int) -> Any:
        if not isinstance(value, list | tuple | set | frozenset) or not value:
            raise Invalid("a set is empty, or no set")
        kept = [rule(each, level) for each in value]
        if len(set(map(_plain, kept))) < len(kept) or "" in kept or b"" in kept:
            raise Invalid("a set has a member twice, or an empty one")
        return value if kept == list(value) else kept

    return check


def _plain(member: Any) -> Any:
    return bytes(member) if isinstance(member, bytearray) else member


_RULES: dict[str, Callable[[Any, int], Any]] = {
    "S": _text,
    "N": _number,
    "B": _binary,
    "BOOL": _bool,
    "NULL": _null,
    "M": _map,
    "L": _list,
    "SS": _set_of(_text),
    "NS": _set_of(_number),
    "BS": _set_of(_binary),
}
