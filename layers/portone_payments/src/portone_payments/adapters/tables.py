"""The payments table: records in, records out, over a table that knows only items."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import batched
from typing import Protocol

from portone_payments.adapters.bounds import bounded
from portone_payments.adapters.codec import Item
from portone_payments.adapters.dynamo import DynamoTable, Refused
from portone_payments.adapters.keys import (
    ATTENTION,
    AUDIT_MARK,
    CHANGED,
    DUE,
    MINE,
    Index,
    Key,
    changed_on,
    decode,
    decode_entry,
    encode,
    encode_entry,
    encoded,
    entry_key,
    id_of,
    key_of,
    read_cursor,
    shard_of,
    write_cursor,
)
from portone_payments.domain.days import days_between
from portone_payments.domain.records import (
    DAY_SHARDS,
    Attention,
    AuditMark,
    ClientRequest,
    Discrepancy,
    DiscrepancyState,
    Entry,
    Order,
    Payment,
    Record,
    Stray,
)
from portone_payments.ports import Conflict, Due, Ids, Kind, Page

BATCH = 100  # keys in one BatchGetItem
CHANGED_PAGE = 1000  # keys of one query; far below the 1 MB a query answers


class Table(Protocol):
    """What the store needs of a table; every method raises `StorageUnavailable`."""

    def get(self, wanted: Key) -> Item | None:
        """An item, strongly consistent."""
        ...

    def get_many(self, wanted: Sequence[Key]) -> list[Item]:
        """At most a hundred items, strongly consistent, in any order; absent ones are left out."""
        ...

    def put(self, items: Sequence[Item], *, token: str) -> None:
        """All or none, each IF the stored version is one less. Raises `Refused`, `Conflict`."""
        ...

    def append(self, item: Item) -> None:
        """Write one item whatever is there."""
        ...

    def push(self, wanted: Key, *, seen: int, until: int) -> int | None:
        """Move `due_at` from `seen` to `until`; the tries, or None where it was moved before."""
        ...

    def query(
        self,
        index: Index,
        partition: str,
        *,
        limit: int,
        newest_first: bool = False,
        since: float | None = None,
        upto: float | None = None,
        start: Item | None = None,
    ) -> list[Item]:
        """Keys from an index in its order, at most `limit`, after `start`, not beyond `upto`.

        `since`, together with `upto`, is the smallest sort key.
        """
        ...


class TableStore:
    """`Store` over any `Table`, so that the real one and its twin in memory share every decision."""

    def __init__(self, table: Table, ids: Ids) -> None:
        self.table = table
        self._ids = ids

    def order(self, order_id: str) -> Order | None:
        """An order by id."""
        return self._read(Order, key_of("order", order_id))

    def payment(self, payment_id: str) -> Payment | None:
        """A payment by id."""
        return self._read(Payment, key_of("payment", payment_id))

    def request(self, user_id: str, route: str, key: str) -> ClientRequest | None:
        """What a client's Idempotency-Key made."""
        return self._read(ClientRequest, key_of("request", user_id, route, key))

    def stray(self, webhook_id: str) -> Stray | None:
        """A webhook about something that is not ours."""
        return self._read(Stray, key_of("stray", webhook_id))

    def spilled(self, payment_id: str, seqs: Sequence[int]) -> tuple[Entry, ...]:
        """The history entries of these numbers that have items of their own, in order."""
        wanted = [entry_key(payment_id, seq) for seq in seqs]
        found = (item for some in batched(wanted, BATCH, strict=False) for item in self.table.get_many(some))
        return tuple(sorted(map(decode_entry, found), key=lambda entry: entry.seq))

    def save(self, *records: Record) -> None:
        """Write all or none at their next version. Raises `Conflict`, `StorageUnavailable`."""
        token = self._ids.token()
        items = [encode(self._trimmed(record), token) for record in records]
        try:
            self.table.put(items, token=token)
        except Refused as refused:
            # an earlier attempt of this very call may have committed, its answer lost to the SDK's retry
            if not any(old and old.get("token") == {"S": token} for old in refused.stored):
                raise Conflict from None

    def due(self, kind: Kind, shard: int, *, before: float, limit: int) -> tuple[Due, ...]:
        """What is due at `before` (epoch seconds UTC), oldest first, at most `limit`."""
        found = self.table.query(DUE, shard_of(kind, shard), upto=before, limit=limit)
        return tuple(
            Due(kind=kind, id=id_of(Key.of(item)), due_at=int(item["due_at"]["N"])) for item in found
        )

    def lease(self, due: Due, *, until: int) -> int | None:
        """Push a due mark to `until` (epoch seconds UTC) IF nobody did; the tries so far, or None."""
        return self.table.push(key_of(due.kind, due.id), seen=due.due_at, until=until)

    def mine(self, user_id: str, *, cursor: str | None, limit: int) -> Page[Payment]:
        """A user's payments, newest first. Raises `InvalidRequest`."""
        return self._page(MINE, encoded(user_id), cursor=cursor, limit=limit, newest_first=True)

    def attention(self, kind: Attention, *, cursor: str | None, limit: int) -> Page[Payment]:
        """Payments a person has to look at, oldest first. Raises `InvalidRequest`."""
        page = self._page(ATTENTION, kind.value, cursor=cursor, limit=limit, newest_first=False)
        return Page(tuple(payment for payment in page.items if payment.attention == kind), page.cursor)

    def payments(self, payment_ids: Iterable[str]) -> dict[str, Payment]:
        """Payments by id; absent ones are left out."""
        wanted = [key_of("payment", each) for each in dict.fromkeys(payment_ids)]
        found = map(decode, self._read_all([key for key in wanted if key.usable]).values())
        return {record.payment_id: record for record in found if isinstance(record, Payment)}

    def changed(self, since: float, until: float) -> Iterator[str]:
        """Ids of payments PortOne must know whose status changed in here (epoch seconds UTC)."""
        for day in days_between(since, until):
            for shard in range(DAY_SHARDS):
                yield from self._changed(changed_on(day, shard), since, until)

    def audit_mark(self) -> AuditMark | None:
        """How far the audit got."""
        return self._read(AuditMark, key_of("audit", AUDIT_MARK))

    def discrepancy(self, discrepancy_id: str) -> Discrepancy | None:
        """A discrepancy by id."""
        return self._read(Discrepancy, key_of("discrepancy", discrepancy_id))

    def discrepancies(self, state: DiscrepancyState, *, cursor: str | None, limit: int) -> Page[Discrepancy]:
        """Discrepancies in this state, oldest first. Raises `InvalidRequest`."""
        page = self._records(
            Discrepancy, ATTENTION, state.value, cursor=cursor, limit=limit, newest_first=False
        )
        return Page(tuple(each for each in page.items if each.attention == state), page.cursor)

    def _changed(self, partition: str, since: float, until: float) -> Iterator[str]:
        start: Item | None = None
        while True:
            found = self.table.query(
                CHANGED, partition, limit=CHANGED_PAGE, since=since, upto=until, start=start
            )
            yield from (id_of(Key.of(item)) for item in found)
            if len(found) < CHANGED_PAGE:
                return
            start = found[-1]

    def _read[T: Record](self, kind: type[T], wanted: Key) -> T | None:
        item = self.table.get(wanted) if wanted.usable else None
        record = decode(item) if item else None
        return record if isinstance(record, kind) else None

    def _trimmed(self, record: Record) -> Record:
        if not isinstance(record, Payment):
            return record
        kept, oldest = bounded(record)
        for entry in oldest:
            self.table.append(encode_entry(record.payment_id, entry))
        return kept

    def _page(
        self, index: Index, partition: str, *, cursor: str | None, limit: int, newest_first: bool
    ) -> Page[Payment]:
        return self._records(Payment, index, partition, cursor=cursor, limit=limit, newest_first=newest_first)

    def _records[T: Record](
        self,
        kind: type[T],
        index: Index,
        partition: str,
        *,
        cursor: str | None,
        limit: int,
        newest_first: bool,
    ) -> Page[T]:
        start = read_cursor(index, partition, cursor, kind.__name__.lower()) if cursor else None
        found = self.table.query(index, partition, limit=limit + 1, newest_first=newest_first, start=start)
        page = found[:limit]
        wanted = [Key.of(item) for item in page]
        items = self._read_all(wanted)
        records = (decode(items[each]) for each in wanted if each in items)
        more = write_cursor(index, page[-1]) if len(found) > limit else None
        return Page(tuple(record for record in records if isinstance(record, kind)), more)

    def _read_all(self, wanted: Sequence[Key]) -> dict[Key, Item]:
        return {
            Key.of(item): item
            for some in batched(wanted, BATCH, strict=False)
            for item in self.table.get_many(some)
        }


class DynamoStore(TableStore):
    """The real store, over a low-level boto3 DynamoDB client."""

    def __init__(self, client: object, table_name: str, ids: Ids) -> None:
        super().__init__(DynamoTable(client, table_name), ids)
