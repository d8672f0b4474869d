"""Records out of a table: by key, by keys, and in pages of an index."""

from collections.abc import Mapping, Sequence
from itertools import batched
from typing import Protocol

from portone_payments.adapters.dynamo.codec import Item
from portone_payments.adapters.dynamo.keys import Index, Key, id_of, read_cursor, write_cursor
from portone_payments.adapters.dynamo.payment_items import decode
from portone_payments.adapters.dynamo.table import Refused, Unprocessed
from portone_payments.domain.records.kept import Written
from portone_payments.ports.store import Conflict, Page, Skipped

BATCH = 100  # keys in one BatchGetItem


class Table(Protocol):
    """What the store needs of a table; every method raises `StorageUnavailable`."""

    def get(self, wanted: Key) -> Item | None:
        """An item, strongly consistent."""
        ...

    def get_many(self, wanted: Sequence[Key]) -> list[Item]:
        """At most a hundred items, strongly consistent, in any order; absent ones are left out.

        Raises `Unprocessed` with what was read.
        """
        ...

    def put(self, items: Sequence[Item], *, token: str) -> None:
        """All or none, each with a version IF the stored one is one less. Raises `Refused`, `Conflict`."""
        ...

    def swap(self, items: Sequence[Item], gone: Mapping[Key, int | None], *, token: str) -> None:
        """The same, and delete the items of `gone`, each IF its version is the given one; None: any."""
        ...

    def append(self, item: Item) -> None:
        """Write one item, overwriting any."""
        ...

    def push(self, wanted: Key, *, seen: int, until: int, tries: int | None = None) -> int | None:
        """Move `due_at` from `seen` to `until`; returns the leases, or None where it was moved before.

        The lease is counted, unless `tries` gives their number.
        """
        ...

    def held(self, partition: str, *, limit: int, after: Key | None = None) -> list[Key]:
        """Keys of the items of one partition in their order, at most `limit`, behind `after`."""
        ...

    def beside(self, partition: str, *, prefix: str, limit: int, before: Key | None = None) -> list[Item]:
        """Items of a partition whose sort key has a prefix, last first, at most `limit`, below `before`.

        Strongly consistent.
        """
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


def save_items(
    table: Table, items: Sequence[Item], token: str, gone: Mapping[Key, int | None] | None = None
) -> None:
    """Write all items and delete those of `gone`, or neither, under our `token`.

    Raises `Conflict`, `StorageUnavailable`.
    """
    try:
        if gone:
            table.swap(items, gone, token=token)
        else:
            table.put(items, token=token)
    except Refused as refused:
        # an earlier attempt of this very call may have committed, its answer lost to the SDK's retry
        if not any(old and old.get("token") == {"S": token} for old in refused.stored):
            raise Conflict from None


class TableReads:
    """How every record is read."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def _read[T: Written](self, kind: type[T], wanted: Key) -> T | None:
        item = self.table.get(wanted) if wanted.usable else None
        record = decode(item) if item else None
        return record if isinstance(record, kind) else None

    def _page[T: Written](
        self,
        kind: type[T],
        index: Index,
        partition: str,
        *,
        cursor: str | None,
        limit: int,
        newest_first: bool,
    ) -> Page[T]:
        sort = kind.__name__.lower().removesuffix("row")
        start = read_cursor(index, partition, cursor, sort) if cursor is not None else None
        found = self.table.query(index, partition, limit=limit + 1, newest_first=newest_first, start=start)
        page = found[:limit]
        wanted = [Key.of(item) for item in page]
        read = self._read_each(wanted)
        records = [read[each] for each in wanted if each in read]
        more = write_cursor(index, page[-1]) if len(found) > limit else None
        return Page(
            tuple(record for record in records if isinstance(record, kind)),
            more,
            tuple(record for record in records if isinstance(record, Skipped)),
        )

    def _read_each(self, wanted: Sequence[Key]) -> dict[Key, Written | Skipped]:
        """The stored records, each decoded by itself: an unreadable one hides no other."""
        read: dict[Key, Written | Skipped] = {}
        for some in batched(wanted, BATCH, strict=False):
            try:
                items = self.table.get_many(some)
            except Unprocessed as unprocessed:
                items = unprocessed.found
                read |= {each: _skipped(each, unprocessed) for each in unprocessed.left}
            read |= {Key.of(item): decoded(item) for item in items}
        return read


def decoded(item: Item) -> Written | Skipped:
    """The record in an item, or why it cannot be read."""
    try:
        return decode(item)
    except Exception as error:  # noqa: BLE001 - the boundary: the others go on
        return _skipped(Key.of(item), error)


def _skipped(where: Key, error: Exception) -> Skipped:
    return Skipped(where.sk, id_of(where), error)
