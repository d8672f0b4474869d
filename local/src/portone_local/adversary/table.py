"""The shapes of PortOne's answers from our own table, for whoever has no OpenAPI document of PortOne's.

What may be missing stands in `fields_of_payments` and `fields_of_the_rest`; what holds what, in `table_rows`.
"""

from collections.abc import Mapping
from functools import cache
from http import HTTPStatus

from portone_local.adversary.field import Field, Fields
from portone_local.adversary.fields_of_payments import PAYMENT_FIELDS
from portone_local.adversary.fields_of_the_rest import REST_FIELDS
from portone_local.adversary.shape import Leaf, Many, Node, Of, Record, Slot, Union
from portone_local.adversary.table_rows import (
    ANSWERS,
    ENUMS,
    FREE_TEXT,
    HOLDS,
    LISTS,
    STAMPS,
    STATUSES,
    UNIONS,
)

FIELDS: Mapping[str, Fields] = {**PAYMENT_FIELDS, **REST_FIELDS}


class Table:
    """The table as shapes by operationId and status."""

    def shape(self, operation_id: str, status: int) -> Node | None:
        """The shape of an operation's answer; None for one that our client does not call."""
        if operation_id not in ANSWERS:
            return None
        return node(ANSWERS[operation_id]) if status == HTTPStatus.OK else _error()


@cache
def node(name: str) -> Node:
    """A shape of the table by name."""
    if name not in UNIONS:
        return _record(name, None)
    by, variants = UNIONS[name]
    return Union(by, {tag: _record(shape, tag) for tag, shape in variants.items()})


def _error() -> Node:
    by_type = Record("Error", {"message": Slot(Leaf(Of.TEXT), optional=True)})
    return Union("type", _AnyType(by_type))


class _AnyType(dict[str, Record]):
    """Errors of every type look alike."""

    def __init__(self, record: Record) -> None:
        super().__init__()
        self._record = record

    def get(self, _key: str, _default: Record | None = None) -> Record:  # type: ignore[override]
        """The one there is."""
        return self._record


@cache
def _record(name: str, tag: str | None) -> Record:
    slots = {each: Slot(_node_of(each, of), optional=False) for each, of in HOLDS.get(name, {}).items()}
    enums = ENUMS.get(name, ())
    slots |= {each: Slot(Leaf(Of.ENUM), optional=False) for each in enums}
    slots |= {each: Slot(Leaf(Of.STAMP), optional=False) for each in STAMPS}
    for each, field in FIELDS.get(name, {}).items():
        slots[each] = Slot(_content(each, field, enums), optional=not field.when or tag in field.when)
    return Record(name, slots)


def _content(name: str, field: Field, enums: tuple[str, ...]) -> Node:
    if field.of:
        return _node_of(name, field.of)
    if name in enums:
        return Leaf(Of.ENUM, STATUSES.get(name, ()))
    if name in STAMPS:
        return Leaf(Of.STAMP)
    return Leaf(Of.TEXT if name in FREE_TEXT else Of.VALUE)


def _node_of(name: str, shape: str) -> Node:
    found = node(shape)
    return Many(found) if name in LISTS else found
