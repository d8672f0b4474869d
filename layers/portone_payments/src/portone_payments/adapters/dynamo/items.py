"""A record as the item of a table, at its next version; and read back, whichever code wrote it."""

from collections.abc import Mapping
from typing import Any

from portone_payments.adapters.dynamo.codec import Item, coder, item_size
from portone_payments.adapters.dynamo.keys import Key
from portone_payments.domain.errors.common import InvalidRequest, StorageUnavailable
from portone_payments.domain.records.payments import SCHEMA

DERIVED = frozenset({"pk", "sk", "due_shard", "owner", "mine_at", "ttl", "token", "changed_day"})
ITEM_LIMIT = 360_000  # bytes; DynamoDB refuses an item above 400 kB


def item_of(record: Any, token: str, derived: Item) -> Item:
    """The item of any record at its next version, with the attributes of its indexes.

    Raises `InvalidRequest` for values no item can store, `StorageUnavailable` when it is too large.
    """
    kind: Any = type(record)
    item: Item = coder(kind).encode(record)["M"]
    item["version"] = {"N": str(record.version + 1)}
    item["token"] = {"S": token}
    return _checked(item | derived)


def part_of(part: Any, derived: Item) -> Item:
    """The item of a part that left its record: without a version, overwrites any. Raises as `item_of`."""
    kind: Any = type(part)
    item: Item = coder(kind).encode(part)["M"]
    return _checked(item | derived)


def record_in(item: Item, kinds: Mapping[str, Any], derived: frozenset[str]) -> Any:
    """The record of one of these kinds in an item, without its derived attributes.

    Raises `StorageUnavailable` for a schema this code may not read, and for a malformed item.
    """
    try:
        return _record_in(item, kinds, derived)
    except StorageUnavailable:
        raise
    except Exception:  # noqa: BLE001 - whatever an item contains, the item is at fault
        raise StorageUnavailable(service="dynamodb", reason="unreadable") from None


def _record_in(item: Item, kinds: Mapping[str, Any], derived: frozenset[str]) -> Any:
    schema = int(item["schema"]["N"])
    if schema > SCHEMA + 1:
        raise StorageUnavailable(service="dynamodb", reason="schema_too_new")
    hidden = derived if schema > SCHEMA else derived | {"schema"}
    kept = {name: attribute for name, attribute in item.items() if name not in hidden}
    return coder(kinds[item["sk"]["S"].partition("#")[0]]).decode({"M": kept})


def _checked(item: Item) -> Item:
    item.setdefault("schema", {"N": str(SCHEMA)})
    if not Key.of(item).usable:
        raise InvalidRequest(field="id", reason="too_long")
    try:
        size = item_size(item)
    except UnicodeEncodeError:
        raise InvalidRequest(field="text", reason="not_unicode") from None
    if size > ITEM_LIMIT:
        raise StorageUnavailable(service="dynamodb", reason="item_too_large")
    return item
