"""Where a record lies in the payments table and in its sparse indexes: the one place that spells keys."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_from_bytes, unquote
from zlib import crc32

from portone_payments.adapters.codec import Attribute, Item, coder, item_size
from portone_payments.domain.approval import open_approval
from portone_payments.domain.audit_records import AuditMark, Discrepancy
from portone_payments.domain.days import day_of
from portone_payments.domain.errors import InvalidRequest, StorageUnavailable
from portone_payments.domain.kept import Record
from portone_payments.domain.records import (
    DAY_SHARDS,
    DUE_SHARDS,
    SCHEMA,
    ClientRequest,
    Entry,
    Order,
    Payment,
    Status,
)
from portone_payments.domain.refund_settle import in_flight
from portone_payments.domain.subscription_records import Pace, Plan, Subscription
from portone_payments.domain.wallet_records import KeyRef, Wallet
from portone_payments.domain.webhook_records import Stray
from portone_payments.ports_store import Kind

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
    "wallet": Wallet,
    "key": KeyRef,
    "pace": Pace,
    "plan": Plan,
    "subscription": Subscription,
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
CHARGES = "charges"


def key_of(kind: str, *parts: str) -> Key:
    """The key of a record by kind and ids; each part percent-encoded, so that no id can imitate another."""
    return Key("#".join((kind, *map(encoded, parts))), kind)


def encoded(part: str) -> str:
    """A part of a key: any text, also text that is not valid Unicode."""
    return quote_from_bytes(part.encode("utf-8", "surrogatepass"), safe="")


def id_of(found: Key) -> str:
    """The id in a key of one part."""
    return unquote(found.pk.partition("#")[2])


def due_key(kind: Kind, record_id: str) -> Key:
    """The key of a due record."""
    return key_of(Kind.PAYMENT if kind is Kind.CHARGE else kind, record_id)


def due_kind(asked: Kind, found: Key) -> Kind:
    """What a due entry in a shard of the kind `asked` is of."""
    return Kind.CHARGE if asked is Kind.SUBSCRIPTION and found.sk == Kind.PAYMENT else asked


def shard_of(kind: Kind, shard: int) -> str:
    """The partition of one shard in the due index."""
    return f"{kind}#{shard}"


def encode(record: Record, token: str) -> Item:
    """The item of a record at its next version.

    Raises `InvalidRequest` for what no item can hold, `StorageUnavailable` when it is too large.
    """
    return item_of(record, token, _derived(record))


def item_of(record: Any, token: str, derived: Item) -> Item:
    """The item of any record at its next version, with the attributes of its indexes. Raises as `encode`."""
    kind: Any = type(record)
    item: Item = coder(kind).encode(record)["M"]
    item["version"] = {"N": str(record.version + 1)}
    item["token"] = {"S": token}
    item.setdefault("schema", {"N": str(SCHEMA)})
    item |= derived
    _check(item)
    return item


def decode(item: Item) -> Record:
    """The record in an item. Raises `StorageUnavailable` for a schema this code may not read."""
    record: Record = record_in(item, KINDS, DERIVED)
    return record


def record_in(item: Item, kinds: Mapping[str, Any], derived: frozenset[str]) -> Any:
    """The record of one of these kinds in an item, without its derived attributes. Raises as `decode`."""
    schema = int(item["schema"]["N"])
    if schema > SCHEMA + 1:
        raise StorageUnavailable(service="dynamodb", reason="schema_too_new")
    hidden = derived if schema > SCHEMA else derived | {"schema"}
    kept = {name: attribute for name, attribute in item.items() if name not in hidden}
    return coder(kinds[item["sk"]["S"]]).decode({"M": kept})


def encode_entry(kind: str, record_id: str, entry: Entry) -> Item:
    """An entry of a record's history as an item of its own."""
    item: Item = coder(Entry).encode(entry)["M"]
    return item | entry_key(kind, record_id, entry.seq).wire()


def decode_entry(item: Item) -> Entry:
    """The entry in an item of its own."""
    entry: Entry = coder(Entry).decode({"M": {name: item[name] for name in item if name not in DERIVED}})
    return entry


def entry_key(kind: str, record_id: str, seq: int) -> Key:
    """Where entry `seq` of a record's history lies once it has an item of its own."""
    return Key(key_of(kind, record_id).pk, f"history#{seq:08d}")


def _check(item: Item) -> None:
    if not Key.of(item).usable:
        raise InvalidRequest(field="id", reason="too_long")
    try:
        # never shorter than what DynamoDB counts, and ten times as fast to find out
        longest = len(json.dumps(item, ensure_ascii=False, default=repr).encode())
    except UnicodeEncodeError:
        raise InvalidRequest(field="text", reason="not_unicode") from None
    if longest > ITEM_LIMIT and item_size(item) > ITEM_LIMIT:
        raise StorageUnavailable(service="dynamodb", reason="item_too_large")


def _derived(record: Record) -> Item:
    match record:
        case Order():
            return key_of("order", record.order_id).wire()
        case Payment():
            return (
                key_of("payment", record.payment_id).wire()
                | _mine(record.user_id, record.payment_id, record.created_at)
                | _due(_kind_of(record), record.payment_id, record.due_at)
                | _changed(record)
            )
        case ClientRequest():
            ttl: Attribute = {"N": str(record.expires_at)}
            return key_of("request", record.user_id, record.route, record.key).wire() | {"ttl": ttl}
        case Stray():
            ttl = {"N": str(record.expires_at)}
            due = _due(Kind.STRAY, record.webhook_id, record.due_at)
            return key_of("stray", record.webhook_id).wire() | due | {"ttl": ttl}
        case Discrepancy():
            return key_of("discrepancy", record.id).wire()
        case AuditMark():
            return key_of("audit", AUDIT_MARK).wire()
        case _:
            return _derived_billing(record)


def _derived_billing(record: Pace | Plan | Subscription | Wallet | KeyRef) -> Item:
    match record:
        case Pace():
            return key_of("pace", CHARGES).wire()
        case Plan():
            return key_of("plan", record.plan_id).wire()
        case KeyRef():
            return key_of("key", record.ref).wire()
        case Wallet():
            return key_of("wallet", record.user_id).wire() | _due(Kind.WALLET, record.user_id, record.due_at)
        case Subscription():
            return (
                key_of("subscription", record.subscription_id).wire()
                | _mine(record.user_id, record.subscription_id, record.created_at, of="subscription")
                | _due(Kind.SUBSCRIPTION, record.subscription_id, record.due_at)
            )


def owned_by(user_id: str, of: str = "payment") -> str:
    """The partition of what a user owns of one kind; no user id can imitate another kind's."""
    return encoded(user_id) if of == "payment" else f"{encoded(user_id)}#{of}"


def _mine(user_id: str, record_id: str, created_at: float, of: str = "payment") -> Item:
    sort = f"{round(created_at * 1_000_000):017d}#{encoded(record_id)}"
    return {"owner": {"S": owned_by(user_id, of)}, "mine_at": {"S": sort}}


def _kind_of(payment: Payment) -> Kind:
    """A recurring charge without an outcome is sent again at the PG's rate (rule 4)."""
    charging = payment.subscription_id is not None and open_approval(payment) is not None
    return Kind.SUBSCRIPTION if charging and in_flight(payment) is None else Kind.PAYMENT


def _due(kind: Kind, record_id: str, due_at: int | None) -> Item:
    if due_at is None:
        return {}
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
