"""Where a record lies in the payments table and in its sparse indexes: the one place that spells keys."""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_from_bytes, unquote
from zlib import crc32

from portone_payments.adapters.codec import Attribute, Item, coder, item_size
from portone_payments.domain.days import day_of
from portone_payments.domain.errors import InvalidRequest, StorageUnavailable
from portone_payments.domain.records import (
    DAY_SHARDS,
    DUE_SHARDS,
    SCHEMA,
    AuditMark,
    ClientRequest,
    Discrepancy,
    Entry,
    Order,
    Payment,
    Record,
    Status,
    Stray,
)
from portone_payments.ports import Kind

DERIVED = frozenset({"pk", "sk", "due_shard", "owner", "mine_at", "ttl", "token", "changed_day"})
KEY_LIMIT = 2048  # bytes of a partition key
ITEM_LIMIT = 360_000  # bytes; DynamoDB refuses an item above 400 kB
KINDS: dict[str, Any] = {
    "order": Order,
    "payment": Payment,
    "request": ClientRequest,
    "stray": Stray,
    "discrepancy": Discrepancy,
    "audit": AuditMark,
}
# what PortOne must know as well: the audit asks it for these
CLAIMS = frozenset(
    {
        Status.VIRTUAL_ACCOUNT_ISSUED,
        Status.PAID,
        Status.PARTIAL_CANCELLED,
        Status.CANCELLED,
        Status.MISMATCH,
    }
)


@dataclass(frozen=True, slots=True)
class Key:
    """The primary key of an item."""

    pk: str
    sk: str

    @property
    def usable(self) -> bool:
        """Whether DynamoDB could hold such a key; what cannot be held is absent."""
        return len(self.pk) <= KEY_LIMIT

    def wire(self) -> Item:
        """The key as DynamoDB takes it."""
        return {"pk": {"S": self.pk}, "sk": {"S": self.sk}}

    @classmethod
    def of(cls, item: Item) -> "Key":
        """The key an item carries."""
        return cls(item["pk"]["S"], item["sk"]["S"])


@dataclass(frozen=True, slots=True)
class Index:
    """A sparse index with only keys in it."""

    name: str
    partition: str
    sort: str
    sort_type: str


DUE = Index("due", "due_shard", "due_at", "N")
MINE = Index("mine", "owner", "mine_at", "S")
ATTENTION = Index("attention", "attention", "attention_at", "N")
CHANGED = Index("changed", "changed_day", "status_at", "N")
INDEXES = (DUE, MINE, ATTENTION, CHANGED)
AUDIT_MARK = "list"


def key_of(kind: str, *parts: str) -> Key:
    """The key of a record by kind and ids; each part percent-encoded, so that no id can imitate another."""
    return Key("#".join((kind, *map(encoded, parts))), kind)


def encoded(part: str) -> str:
    """A part of a key: any text, also text that is not valid Unicode."""
    return quote_from_bytes(part.encode("utf-8", "surrogatepass"), safe="")


def id_of(found: Key) -> str:
    """The id in a key of one part."""
    return unquote(found.pk.partition("#")[2])


def shard_of(kind: Kind, shard: int) -> str:
    """The partition of one shard in the due index."""
    return f"{kind}#{shard}"


def encode(record: Record, token: str) -> Item:
    """The item of a record at its next version.

    Raises `InvalidRequest` for what no item can hold, `StorageUnavailable` when it is too large.
    """
    kind: Any = type(record)
    item: Item = coder(kind).encode(record)["M"]
    item["version"] = {"N": str(record.version + 1)}
    item["token"] = {"S": token}
    item.setdefault("schema", {"N": str(SCHEMA)})
    item |= _derived(record)
    _check(item)
    return item


def decode(item: Item) -> Record:
    """The record in an item. Raises `StorageUnavailable` for a schema this code may not read."""
    schema = int(item["schema"]["N"])
    if schema > SCHEMA + 1:
        raise StorageUnavailable(service="dynamodb", reason="schema_too_new")
    hidden = DERIVED if schema > SCHEMA else DERIVED | {"schema"}
    kept = {name: attribute for name, attribute in item.items() if name not in hidden}
    record: Record = coder(KINDS[item["sk"]["S"]]).decode({"M": kept})
    return record


def encode_entry(payment_id: str, entry: Entry) -> Item:
    """An entry of a payment's history as an item of its own."""
    item: Item = coder(Entry).encode(entry)["M"]
    return item | entry_key(payment_id, entry.seq).wire()


def decode_entry(item: Item) -> Entry:
    """The entry in an item of its own."""
    entry: Entry = coder(Entry).decode({"M": {name: item[name] for name in item if name not in DERIVED}})
    return entry


def entry_key(payment_id: str, seq: int) -> Key:
    """Where entry `seq` of a payment's history lies once it has an item of its own."""
    return Key(key_of("payment", payment_id).pk, f"history#{seq:08d}")


def _check(item: Item) -> None:
    if not Key.of(item).usable:
        raise InvalidRequest(field="id", reason="too_long")
    try:
        size = item_size(item)
    except UnicodeEncodeError:
        raise InvalidRequest(field="text", reason="not_unicode") from None
    if size > ITEM_LIMIT:
        raise StorageUnavailable(service="dynamodb", reason="item_too_large")


def _derived(record: Record) -> Item:
    match record:
        case Order():
            return key_of("order", record.order_id).wire()
        case Payment():
            return (
                key_of("payment", record.payment_id).wire()
                | _mine(record)
                | _due(record, record.payment_id)
                | _changed(record)
            )
        case ClientRequest():
            ttl: Attribute = {"N": str(record.expires_at)}
            return key_of("request", record.user_id, record.route, record.key).wire() | {"ttl": ttl}
        case Stray():
            ttl = {"N": str(record.expires_at)}
            return key_of("stray", record.webhook_id).wire() | _due(record, record.webhook_id) | {"ttl": ttl}
        case Discrepancy():
            return key_of("discrepancy", record.id).wire()
        case AuditMark():
            return key_of("audit", AUDIT_MARK).wire()


def _mine(payment: Payment) -> Item:
    micros = round(payment.created_at * 1_000_000)
    sort = f"{micros:017d}#{encoded(payment.payment_id)}"
    return {"owner": {"S": encoded(payment.user_id)}, "mine_at": {"S": sort}}


def _due(record: Payment | Stray, record_id: str) -> Item:
    if record.due_at is None:
        return {}
    kind = Kind.PAYMENT if isinstance(record, Payment) else Kind.STRAY
    shard = crc32(record_id.encode("utf-8", "surrogatepass")) % DUE_SHARDS
    return {"due_shard": {"S": shard_of(kind, shard)}}


def _changed(payment: Payment) -> Item:
    """The day of the last change, where PortOne must know the payment too; sharded, for it is written now."""
    if payment.status not in CLAIMS or not payment.status_at:
        return {}
    shard = crc32(payment.payment_id.encode("utf-8", "surrogatepass")) % DAY_SHARDS
    return {"changed_day": {"S": changed_on(day_of(payment.status_at), shard)}}


def changed_on(day: str, shard: int) -> str:
    """The partition of one shard of a day in the index of changes."""
    return f"{day}#{shard}"


CURSOR = re.compile(r"([0-9]{1,17}(?:\.[0-9]{1,9})?)#([0-9A-Za-z._~%-]{1,200})")


def write_cursor(index: Index, item: Item) -> str:
    """Where the next page starts: sort key and id, never the partition."""
    sort = item[index.sort][index.sort_type].partition("#")[0]
    text = f"{sort}#{item['pk']['S'].partition('#')[2]}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(index: Index, partition: str, cursor: str, kind: str = "payment") -> Item:
    """The index key a cursor stands for, always inside `partition`. Raises `InvalidRequest`."""
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise InvalidRequest(field="cursor", reason="malformed") from None
    found = CURSOR.fullmatch(text)
    if not found or len(text) > KEY_LIMIT:
        raise InvalidRequest(field="cursor", reason="malformed")
    sort = text if index.sort_type == "S" else found[1]
    return Key(f"{kind}#{found[2]}", kind).wire() | {
        index.partition: {"S": partition},
        index.sort: {index.sort_type: sort},
    }
