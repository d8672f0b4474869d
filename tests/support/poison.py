"""Stored items that are in the way: of a newer release, unreadable, full."""

from collections.abc import Callable
from typing import Any

from portone_local.stack.stack import Stack
from portone_payments.adapters.dynamo.codec import Item

type Spoil = Callable[[Item], Item]

FULL = 400 * 1024


def newer(item: Item) -> Item:
    """A release after the next one wrote it."""
    return item | {"schema": {"N": "99"}}


def unreadable(item: Item) -> Item:
    """What it must hold is missing, and a number is none."""
    spoilt = {
        name: value for name, value in item.items() if name not in {"user_id", "history", "received_at"}
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
    put: Item = _put({"M": item}, path.split("."), name, value)["M"]
    return put


def _put(place: dict[str, Any], path: list[str], name: str, value: Any) -> dict[str, Any]:
    if not path:
        return {"M": {**place["M"], name: value}}
    head, *rest = path
    if "L" in place:
        return {"L": [_put(each, rest, name, value) for each in place["L"]]}
    held = place["M"]
    chosen = list(held) if head == "*" else [head]
    return {"M": held | {key: _put(held[key], rest, name, value) for key in chosen}}
