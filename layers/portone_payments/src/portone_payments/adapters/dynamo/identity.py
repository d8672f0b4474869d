"""The identity table: records in, records out, over a table that knows only items."""

from collections.abc import Iterable, Iterator
from itertools import batched

from portone_payments.adapters.dynamo.codec import Item
from portone_payments.adapters.dynamo.identity_keys import (
    HASHED,
    decode,
    encode,
    hash_shard,
    place_of,
    read_shard_cursor,
    shard_of,
    sharer_of,
    shares_of,
    write_shard_cursor,
)
from portone_payments.adapters.dynamo.keys import DUE, Index, Key, id_of, key_of
from portone_payments.adapters.dynamo.reads import BATCH, Table, save_items
from portone_payments.adapters.dynamo.table import DynamoTable, all_of
from portone_payments.domain.records.identity import (
    IDENTITY_SHARDS,
    Attempt,
    Claim,
    Counter,
    Gone,
    IdentityChange,
    IdentityRecord,
    Person,
    Share,
)
from portone_payments.ports.identity import IdentityKind, Waiting
from portone_payments.ports.store import Page, Skipped
from portone_payments.ports.world import Ids


class IdentityTable:
    """`IdentityStore` over any `Table`, so that the real one and its twin in memory share every decision."""

    def __init__(self, table: Table, ids: Ids) -> None:
        self.table = table
        self._ids = ids

    def attempt(self, verification_id: str) -> Attempt | None:
        """A verification by id."""
        return self._read(Attempt, key_of("attempt", verification_id))

    def person(self, user_id: str) -> Person | None:
        """The verified person of a user."""
        return self._read(Person, key_of("person", user_id))

    def counter(self, counter_id: str) -> Counter | None:
        """A counter by id."""
        return self._read(Counter, key_of("counter", counter_id))

    def claims(self, claim_ids: Iterable[str]) -> dict[str, Claim]:
        """Claims by id; absent ones are left out."""
        wanted = [key_of("claim", each) for each in dict.fromkeys(claim_ids)]
        return {each.claim_id: each for each in self._each_of(wanted) if isinstance(each, Claim)}

    def shares(self, claim_ids: Iterable[str], user_id: str) -> dict[str, Share]:
        """A user's shares in claims, by claim id; absent ones are left out."""
        wanted = [key_of("share", each, user_id) for each in dict.fromkeys(claim_ids)]
        return {each.claim_id: each for each in self._each_of(wanted) if isinstance(each, Share)}

    def sharers(self, claim_id: str, *, limit: int) -> Iterator[tuple[str, int]]:
        """The further accounts of a claim and since when, oldest first, at most `limit`."""
        for item in self.table.query(DUE, shares_of(claim_id), limit=limit):
            yield sharer_of(item), int(item["due_at"]["N"])

    def duplicates(self, *, cursor: str | None, limit: int) -> Page[Claim]:
        """Claims of several accounts, undecided, the oldest of a shard first. Raises `InvalidRequest`."""
        shard, start = read_shard_cursor(cursor, IdentityKind.CLAIM)
        found: list[tuple[int, Item]] = []
        for each in range(shard, IDENTITY_SHARDS):
            partition = shard_of(IdentityKind.CLAIM, each)
            left = limit + 1 - len(found)
            found += ((each, item) for item in self.table.query(DUE, partition, limit=left, start=start))
            start = None
            if len(found) > limit:
                break
        page = found[:limit]
        read = self._one_by_one([Key.of(item) for _, item in page])
        more = write_shard_cursor(*page[-1]) if len(found) > limit else None
        skipped = tuple(each for each in read if isinstance(each, Skipped))
        return Page(tuple(each for each in read if isinstance(each, Claim)), more, skipped)

    def save(self, *records: IdentityChange) -> None:
        """Write all or none at their next version. Raises `Conflict`, `StorageUnavailable`."""
        token = self._ids.token()
        items = [encode(record, token) for record in records if not isinstance(record, Gone)]
        gone = (each.record for each in records if isinstance(each, Gone))
        save_items(self.table, items, token, {place_of(each): each.version for each in gone})

    def due(self, kind: IdentityKind, shard: int, *, before: float, limit: int) -> Iterator[Waiting]:
        """What is due at `before` (epoch seconds UTC), oldest first, `limit` a page."""
        for entry in self._each(DUE, shard_of(kind, shard), upto=before, limit=limit):
            yield _waiting(entry, DUE)

    def put_off(self, kind: IdentityKind, waiting: Waiting, *, until: int, tries: int | None = None) -> int:
        """Write the due time alone IF it is still `waiting.since`; how often it was put off, 0 if moved."""
        return self.table.push(key_of(kind, waiting.id), seen=waiting.since, until=until, tries=tries) or 0

    def hashed_by(self, upto: int, shard: int, *, since: int | None = None, limit: int) -> Iterator[Waiting]:
        """Users of one shard whose newest claims are of the versions `since` to `upto`, `limit` a page."""
        for entry in self._each(HASHED, hash_shard(shard), since=since, upto=upto, limit=limit):
            yield _waiting(entry, HASHED)

    def _each(
        self, index: Index, partition: str, *, upto: float, limit: int, since: float | None = None
    ) -> Iterator[Item]:
        """All entries, page by page: an entry that stays due hides none behind it."""
        start: Item | None = None
        while True:
            found = self.table.query(index, partition, since=since, upto=upto, limit=limit, start=start)
            yield from found
            if len(found) < limit:
                return
            start = found[-1]

    def _each_of(self, wanted: list[Key]) -> Iterator[IdentityRecord]:
        for some in batched(wanted, BATCH, strict=False):
            yield from map(decode, all_of(self.table.get_many, some))

    def _one_by_one(self, wanted: list[Key]) -> list[IdentityRecord | Skipped]:
        """Records in the given order: an unreadable one hides no other."""
        items = {Key.of(each): each for each in all_of(self.table.get_many, wanted)}
        return [_decoded(items[each]) for each in wanted if each in items]

    def _read[T: IdentityRecord](self, kind: type[T], wanted: Key) -> T | None:
        item = self.table.get(wanted) if wanted.usable else None
        record = decode(item) if item else None
        return record if isinstance(record, kind) else None


def _waiting(entry: Item, index: Index) -> Waiting:
    return Waiting(id_of(Key.of(entry)), int(float(entry[index.sort]["N"])))


def _decoded(item: Item) -> IdentityRecord | Skipped:
    try:
        return decode(item)
    except Exception as error:  # noqa: BLE001 - the boundary: the others go on
        return Skipped(Key.of(item).sk, id_of(Key.of(item)), error)


class DynamoIdentityStore(IdentityTable):
    """The real store, over a low-level boto3 DynamoDB client."""

    def __init__(self, client: object, table_name: str, ids: Ids) -> None:
        super().__init__(DynamoTable(client, table_name, ids.jitter), ids)
