"""The keys of records in the identity table and in its sparse indexes."""

from typing import Any
from urllib.parse import unquote
from zlib import crc32

from portone_payments.adapters.dynamo.codec import Attribute, Item
from portone_payments.adapters.dynamo.items import DERIVED, item_of, record_in
from portone_payments.adapters.dynamo.keys import DUE, Index, Key, encoded, key_of, read_cursor, write_cursor
from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.domain.records.identity import (
    ATTEMPT_KEPT,
    IDENTITY_SHARDS,
    RELEASED_KEPT,
    Attempt,
    Claim,
    Counter,
    IdentityRecord,
    Person,
    Share,
)
from portone_payments.ports.identity import IdentityKind

KINDS: dict[str, Any] = {
    "attempt": Attempt,
    "person": Person,
    "claim": Claim,
    "share": Share,
    "counter": Counter,
}
HASHED = Index("hashed", "hash_shard", "hash_version", "N")
INDEXES = (DUE, HASHED)
IDENTITY_DERIVED = DERIVED | {"hash_shard"}


def encode(record: IdentityRecord, token: str) -> Item:
    """The item of a record at its next version. Raises `InvalidRequest`, `StorageUnavailable`."""
    return item_of(record, token, _derived(record))


def decode(item: Item) -> IdentityRecord:
    """The record in an item. Raises `StorageUnavailable` for a schema this code may not read."""
    record: IdentityRecord = record_in(item, KINDS, IDENTITY_DERIVED)
    return record


def shard_of(kind: IdentityKind, shard: int) -> str:
    """The partition of one shard in the due index."""
    return f"{kind}#{shard}"


def hash_shard(shard: int) -> str:
    """The partition of one shard in the index of hash versions."""
    return f"hashed#{shard}"


def shares_of(claim_id: str) -> str:
    """The partition of one claim's further accounts in the due index, the oldest first."""
    return f"share#{claim_id}"


def place_of(record: Share | Counter) -> Key:
    """The key of a further account of a claim, or of a counter."""
    if isinstance(record, Counter):
        return key_of("counter", record.counter_id)
    return key_of("share", record.claim_id, record.user_id)


def sharer_of(found: Item) -> str:
    """The account in the key of a share."""
    return unquote(Key.of(found).pk.rpartition("#")[2])


def write_shard_cursor(shard: int, item: Item) -> str:
    """Where the next page of due work of all shards starts."""
    return f"{shard}.{write_cursor(DUE, item)}"


def read_shard_cursor(cursor: str | None, kind: IdentityKind) -> tuple[int, Item | None]:
    """The shard a page starts in, and behind which entry. Raises `InvalidRequest`."""
    if cursor is None:
        return 0, None
    shard, _, rest = cursor.partition(".")
    if not (shard.isascii() and shard.isdigit() and len(shard) == 1 and int(shard) < IDENTITY_SHARDS):
        raise InvalidRequest(field="cursor", reason="malformed")
    return int(shard), read_cursor(DUE, shard_of(kind, int(shard)), rest, kind)


def _derived(record: IdentityRecord) -> Item:
    match record:
        case Attempt():
            key = key_of("attempt", record.verification_id)
            due = _due(IdentityKind.ATTEMPT, record.verification_id, record.due_at)
            return key.wire() | due | _ttl(record.expires_at + ATTEMPT_KEPT)
        case Person():
            kept = record.verified or record.permit or record.history or record.claims
            return (
                key_of("person", record.user_id).wire()
                | _due(IdentityKind.PERSON, record.user_id, record.due_at)
                | _hashed(record)
                | ({} if kept else _ttl(_erased_until(record)))
            )
        case Claim():
            due = _due(IdentityKind.CLAIM, record.claim_id, record.due_at)
            return key_of("claim", record.claim_id).wire() | due | _let_go(record)
        case Share():
            return place_of(record).wire() | {"due_shard": {"S": shares_of(record.claim_id)}}
        case Counter():
            return place_of(record).wire() | _ttl(record.expires_at)


def _let_go(record: Claim) -> Item:
    return {} if record.released_at is None else _ttl(record.released_at + RELEASED_KEPT)


def _erased_until(person: Person) -> int:
    """The TTL of an erased person's record, which outlives the verifications begun before."""
    return int(max(person.erased_at or 0, person.emptied_at or 0)) + ATTEMPT_KEPT


def _due(kind: IdentityKind, id_: str, due_at: int | None) -> Item:
    return {} if due_at is None else {"due_shard": {"S": shard_of(kind, _shard(id_))}}


def _hashed(person: Person) -> Item:
    return {"hash_shard": {"S": hash_shard(_shard(person.user_id))}} if person.hash_version else {}


def _shard(id_: str) -> int:
    return crc32(encoded(id_).encode()) % IDENTITY_SHARDS


def _ttl(at: int) -> dict[str, Attribute]:
    return {"ttl": {"N": str(at)}}
