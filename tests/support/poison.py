"""Stored items that are in the way: of a newer release, unreadable, full."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any, get_args

from portone_local.stack.stack import Stack
from portone_payments.adapters.dynamo.codec import Item
from portone_payments.adapters.dynamo.identity_keys import KINDS as PERSONS
from portone_payments.adapters.dynamo.payment_items import KINDS
from portone_payments.adapters.dynamo.short_names import stored_as

type Spoil = Callable[[Item], Item]

FULL = 400 * 1024
RECORDS = {**KINDS, **PERSONS}


def newer(item: Item) -> Item:
    """A release after the next one wrote it."""
    return item | {"schema": {"N": "99"}}


def unreadable(item: Item) -> Item:
    """What it must hold is missing, and a number is none."""
    spoilt = {
        name: value for name, value in item.items() if name not in {"user_id", "u", "history", "received_at"}
    }
    return spoilt | {"created_at": {"S": "yesterday"}, "type": {"N": "7"}}


def full(item: Item) -> Item:
    """Nothing more goes in, not even the mark of a lease."""
    return item | {"padding": {"S": "x" * FULL}}


def spoil(stack: Stack, prefix: str, how: Spoil, *, port: str = "store") -> int:
    """Spoil the records whose key starts so, such as `payment#`; how many there were.

    `port`: whose table, `people` for the one of persons.
    """
    table: Any = stack.ports[port].table
    items = table.dump()
    found = [item for item in items if item["pk"]["S"].startswith(prefix) and item["sk"]["S"] == sort(item)]
    table.restore([how(item) if item in found else item for item in items])
    return len(found)


def sort(item: Item) -> str:
    """The sort key of a record itself: what left it has another one."""
    return str(item["pk"]["S"].partition("#")[0])


def put_inside(item: Item, path: str, name: str, value: Any) -> Item:
    """The item with a field of a newer release in every nested record at `path`, such as `refunds.*`."""
    kind = RECORDS[item["sk"]["S"].partition("#")[0]]
    put: Item = _put(kind, {"M": item}, path.split("."), name, value)["M"]
    return put


def _put(kind: Any, place: dict[str, Any], path: list[str], name: str, value: Any) -> dict[str, Any]:
    if not path:
        return {"M": {**place["M"], stored_as(kind, name): value}}
    head, *rest = path
    if "L" in place:
        return {"L": [_put(kind, each, rest, name, value) for each in place["L"]]}
    held = place["M"]
    chosen, inner = (list(held), kind) if head == "*" else ([stored_as(kind, head)], _within(kind, head))
    return {"M": held | {key: _put(inner, held[key], rest, name, value) for key in chosen}}


def _within(kind: Any, field: str) -> Any:
    """The kind of record in a field of this kind, or in the list or mapping there."""
    hints = [each.type for each in fields(kind) if each.name == field]
    while hints and not is_dataclass(hints[0]):
        hints = [*hints[1:], *get_args(hints[0])]
    return hints[0] if hints else None
