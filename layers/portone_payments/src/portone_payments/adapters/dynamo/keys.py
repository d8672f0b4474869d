"""The keys of records in the tables and in their sparse indexes: the one place that spells keys."""

import base64
import binascii
import re
from dataclasses import dataclass
from urllib.parse import quote_from_bytes, unquote
from zlib import crc32

from portone_payments.adapters.dynamo.codec import Item
from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.ports.store import Kind

KEY_LIMIT = 2048  # bytes of a partition key


@dataclass(frozen=True, slots=True)
class Key:
    """The primary key of an item."""

    pk: str
    sk: str

    @property
    def usable(self) -> bool:
        """Whether DynamoDB accepts such a key; a record under any other is absent."""
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
SENDING = "sending"
INVOICE = "invoice#"


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


# what is due in the shards of another kind: by that kind and the sort key
_GUESTS = {
    (Kind.PAYMENT, str(Kind.STOPS)): Kind.STOPS,
    (Kind.SUBSCRIPTION, str(Kind.PAYMENT)): Kind.CHARGE,
    (Kind.STRAY, str(Kind.ORDER)): Kind.ORDER,
    (Kind.STRAY, str(Kind.PLAN)): Kind.PLAN,
}


def due_kind(asked: Kind, found: Key) -> Kind:
    """The kind of record behind a due entry in a shard of the kind `asked`."""
    return _GUESTS.get((asked, found.sk), asked)


def shard_of(kind: Kind, shard: int) -> str:
    """The partition of one shard in the due index."""
    return f"{kind}#{shard}"


def shard_in(record_id: str, shards: int) -> int:
    """Which of so many shards a record is in."""
    return crc32(record_id.encode("utf-8", "surrogatepass")) % shards


def entry_key(kind: str, record_id: str, seq: int) -> Key:
    """The key of entry `seq` of a record's history once it has an item of its own."""
    return Key(key_of(kind, record_id).pk, f"history#{seq:08d}")


def part_key(kind: str, record_id: str, part: str, part_id: str) -> Key:
    """The key of a part of a record once it has an item of its own, beside its record."""
    return Key(key_of(kind, record_id).pk, f"{part}#{encoded(part_id)}")


def invoice_key(subscription_id: str, number: int) -> Key:
    """The key of a subscription's invoice once it has an item of its own, in their order."""
    return Key(key_of("subscription", subscription_id).pk, f"{INVOICE}{number:08d}")


def owned_by(user_id: str, of: str = "payment") -> str:
    """The partition of a user's records of one kind; no user id can imitate another kind's."""
    return encoded(user_id) if of == "payment" else f"{encoded(user_id)}#{of}"


def changed_on(day: str, shard: int) -> str:
    """The partition of one shard of a day in the index of changes."""
    return f"{day}#{shard}"


def ended_on(day: str, shard: int) -> str:
    """The partition of records that ended on a day, in the index of changes, apart from the audit's."""
    return f"{day}#end#{shard}"


def subscribed_to(plan_id: str, shard: int) -> str:
    """The partition of a plan's living subscriptions in one shard of the index of attentions."""
    return f"plan#{encoded(plan_id)}#{shard}"


CURSOR = re.compile(r"([0-9]{1,17}(?:\.[0-9]{1,9})?)#([0-9A-Za-z._~%#-]{1,300})")


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
    parts = {"attention": 3}.get(kind, 1)
    if not found or len(text) > KEY_LIMIT or found[2].count("#") != parts - 1:
        raise InvalidRequest(field="cursor", reason="malformed")
    sort = found[1]
    return Key(f"{kind}#{found[2]}", kind).wire() | {
        index.partition: {"S": partition},
        index.sort: {index.sort_type: sort},
    }
