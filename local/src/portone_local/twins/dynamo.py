"""A DynamoDB table in memory: its sparse indexes, and what DynamoDB refuses (`attribute_rules`)."""

from bisect import bisect_left, bisect_right, insort
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from threading import RLock
from types import MappingProxyType
from typing import Any

from portone_local.twins.attribute_rules import Invalid, check_key, check_keys, checked, number
from portone_local.twins.request_units import Call, CallLog, read_units, write_units
from portone_local.twins.table_rules import (
    check_batch,
    check_puts,
    check_query,
    check_token,
    counted,
    expired,
    other_version,
    page,
    pushed_before,
    refuses,
)
from portone_payments.adapters.dynamo.codec import Item, item_size
from portone_payments.adapters.dynamo.keys import INDEXES, Index, Key
from portone_payments.adapters.dynamo.table import Refused
from portone_payments.domain.errors.common import StorageUnavailable

NONE: Mapping[Key, int | None] = MappingProxyType({})
TOKENS_KEPT = 10_000
"""DynamoDB forgets a token after ten minutes; nobody here waits so long with one."""
NOTHING_DUE = Call("Query", reads=read_units((), consistent=False))
"""A sweep queries 64 shards a minute, nearly all of them empty."""

type _Place = tuple[Any, str, str]
type Around = Callable[[str, Callable[[], Any]], Any]


def undisturbed(_operation: str, call: Callable[[], Any]) -> Any:
    """No fault."""
    return call()


class MemoryTable:
    """A table with its sparse indexes, atomic under threads. `around` wraps each call and may disturb it."""

    def __init__(self, indexes: tuple[Index, ...] = INDEXES) -> None:
        self.around: Around = undisturbed
        self._known = indexes
        self.log = CallLog()
        self._lock = RLock()
        # replaced, never changed in place: whoever holds an item holds it as it was
        self._items: dict[Key, Item] = {}
        self._sizes: dict[Key, int] = defaultdict(int)
        self._partitions: dict[str, set[Key]] = defaultdict(set)
        # in the index's order
        self._indexes: dict[tuple[str, str], list[_Place]] = defaultdict(list)
        self._written: deque[tuple[Item | None, Item | None]] = deque()
        self._done: OrderedDict[str, tuple[Sequence[Item], Mapping[Key, int | None]]] = OrderedDict()

    def get(self, wanted: Key) -> Item | None:
        """An item."""
        return self.around("GetItem", lambda: self._get(wanted))  # type: ignore[no-any-return]

    def get_many(self, wanted: Sequence[Key]) -> list[Item]:
        """The items that are there; without ids nothing is called."""
        if not wanted:
            return []
        return self.around("BatchGetItem", lambda: self._get_many(wanted))  # type: ignore[no-any-return]

    def put(self, items: Sequence[Item], *, token: str) -> None:
        """All or none, each with a version IF the stored one is one less. Raises `Refused`."""
        if len(items) == 1:
            self.around("PutItem", lambda: self._put("PutItem", items))
        else:
            self.around("TransactWriteItems", lambda: self._transact(items, token))

    def swap(self, items: Sequence[Item], gone: Mapping[Key, int | None], *, token: str) -> None:
        """The same, and delete what is `gone`, each IF its version is the one given; None: whatever it is."""
        self.around("TransactWriteItems", lambda: self._transact(items, token, gone))

    def append(self, item: Item) -> None:
        """Write one item whatever is there."""
        self.around("PutItem", lambda: self._append(item))

    def push(self, wanted: Key, *, seen: int, until: int, tries: int | None = None) -> int | None:
        """Move `due_at` from `seen` to `until` and count an attempt; None where another moved it first."""
        return self.around("UpdateItem", lambda: self._push(wanted, seen, until, tries))  # type: ignore[no-any-return]

    def held(self, partition: str, *, limit: int, after: Key | None = None) -> list[Key]:
        """Keys of the items of one partition in their order, at most `limit`, behind `after`."""
        return self.around("Query", lambda: self._held(partition, limit, after))  # type: ignore[no-any-return]

    def beside(self, partition: str, *, prefix: str, limit: int, before: Key | None = None) -> list[Item]:
        """Items of a partition whose sort key has a prefix, last first, at most `limit`, below `before`."""
        return self.around("Query", lambda: self._beside(partition, prefix, limit, before))  # type: ignore[no-any-return]

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
        """Keys from an index in its order, at most `limit`, after `start`, not beyond `upto`."""
        between = (since, upto)
        return self.around(  # type: ignore[no-any-return]
            "Query",
            lambda: self._query(
                index, partition, limit, newest_first=newest_first, between=between, start=start
            ),
        )

    def dump(self) -> list[Item]:
        """Every item, as DynamoDB would export it."""
        with self._lock:
            return list(self._items.values())

    def take_written(self, limit: int) -> list[tuple[Item | None, Item | None]]:
        """What was written and not taken yet, oldest first: each item before and after; None: gone."""
        with self._lock:
            return [self._written.popleft() for _ in range(min(limit, len(self._written)))]

    def forget(self, partitions: set[str]) -> None:
        """Lose every item of these partitions, as a restore to an earlier time does."""
        with self._lock:
            for where in [each for each in self._items if each.pk in partitions]:
                self._drop(where)

    def restore(self, items: Sequence[Item]) -> None:
        """Restore what an earlier `dump` had and nothing else, item by item."""
        with self._lock:
            for where in set(self._items) - {Key.of(item) for item in items}:
                self._drop(where)
            for item in items:
                self._write(item, item_size(item))

    def forget_expired(self, now: float) -> None:
        """Delete what DynamoDB would by itself, at the latest in a few days."""
        with self._lock:
            for where in [where for where, item in self._items.items() if expired(item, now)]:
                self._remove(where)

    def _remove(self, where: Key) -> None:
        if where in self._items:
            self._written.append((self._items[where], None))
            self._drop(where)

    def _drop(self, where: Key) -> None:
        for index in self._known:
            self._leave(index, self._items[where])
        del self._items[where], self._sizes[where]
        self._partitions[where.pk].discard(where)

    def _get(self, wanted: Key) -> Item | None:
        check_keys([wanted])
        with self._lock:
            self.log.add("GetItem", reads=read_units([self._sizes.get(wanted, 0)], consistent=True))
            return self._items.get(wanted)

    def _get_many(self, wanted: Sequence[Key]) -> list[Item]:
        check_keys(wanted)
        check_batch(wanted)
        with self._lock:
            found = [each for each in wanted if each in self._items]
            units = sum(read_units([self._sizes[each]], consistent=True) for each in found)
            self.log.add("BatchGetItem", reads=units)
            return [self._items[each] for each in found]

    def _transact(self, items: Sequence[Item], token: str, gone: Mapping[Key, int | None] = NONE) -> None:
        """The same call again under its token changes nothing; another call under it is refused."""
        check_token(token)
        with self._lock:
            if token in self._done:
                self._repeat(items, token, gone)
                return
            self._put("TransactWriteItems", items, gone)
            self._done[token] = items, gone
            if len(self._done) > TOKENS_KEPT:
                self._done.popitem(last=False)

    def _repeat(self, items: Sequence[Item], token: str, gone: Mapping[Key, int | None]) -> None:
        before, gone_before = self._done[token]
        if (list(items), gone) != (list(before), gone_before):
            raise StorageUnavailable(service="dynamodb", reason="IdempotentParameterMismatchException")
        sizes = [item_size(item) for item in items]
        self.log.add(
            "TransactWriteItems", reads=2 * sum(read_units([each], consistent=True) for each in sizes)
        )

    def _put(self, operation: str, written: Sequence[Item], gone: Mapping[Key, int | None] = NONE) -> None:
        items = [checked(item, self._known) for item in written]
        check_keys(tuple(gone))
        with self._lock:
            places = [*map(Key.of, items), *gone]
            stored = [self._items.get(each) for each in places]
            expected: list[Item | None] = [*items, *(None for _ in gone)]
            refused = [refuses(old, new) for old, new in zip(stored, items, strict=False)]
            refused += [other_version(self._items.get(each), read) for each, read in gone.items()]
            sizes = [*map(item_size, items), *(0 for _ in gone)]
            check_puts(places, sizes)
            writes = zip(stored, stored if any(refused) else expected, sizes, strict=True)
            units = sum(self._units(old, new, size, transaction=len(places) > 1) for old, new, size in writes)
            self.log.add(operation, writes=units)
            if any(refused):
                raise Refused([old if bad else None for old, bad in zip(stored, refused, strict=True)])
            for item, size in zip(items, sizes, strict=False):
                self._write(item, size)
            for each in gone:
                self._remove(each)

    def _append(self, written: Item) -> None:
        item = checked(written, self._known)
        with self._lock:
            size = item_size(item)
            check_puts([Key.of(item)], [size])
            self.log.add("PutItem", writes=self._units(self._items.get(Key.of(item)), item, size))
            self._write(item, size)

    def _push(self, wanted: Key, seen: int, until: int, tries: int | None) -> int | None:
        check_keys([wanted])
        was, becomes = ({"N": number(str(each))} for each in (seen, until))
        with self._lock:
            old = self._items.get(wanted)
            if old is None or old.get("due_at") != was:
                self.log.add("UpdateItem", writes=self._units(old, old, 0))
                return pushed_before(old, becomes)
            tries = counted(old) + 1 if tries is None else tries
            changed = {"due_at": becomes, "tries": {"N": number(str(tries))}}
            new = old | changed
            # the rest was measured when it was written
            gone = {name: old[name] for name in changed if name in old}
            size = self._sizes[wanted] + item_size(changed) - item_size(gone)
            check_puts([wanted], [size])
            self.log.add("UpdateItem", writes=self._units(old, new, size))
            self._write(new, size)
            return tries

    def _query(
        self,
        index: Index,
        partition: str,
        limit: int,
        *,
        newest_first: bool,
        between: tuple[float | None, float | None],
        start: Item | None,
    ) -> list[Item]:
        if index not in self._known:
            raise Invalid(f"there is no index {index.name}")
        check_query(index, partition, limit, between, start)
        with self._lock:
            entries = self._indexes.get((index.name, partition))
            if not entries:
                self.log.calls.append(NOTHING_DUE)
                return []
            picked = _picked(index, entries, limit, newest_first=newest_first, between=between, start=start)
            found = [self._items[Key(pk, sk)] for _, pk, sk in picked]
        names = ("pk", "sk", index.partition, index.sort)
        found = page([{name: item[name] for name in names} for item in found])
        self.log.add("Query", reads=read_units(map(item_size, found), consistent=False))
        return found

    def _held(self, partition: str, limit: int, after: Key | None) -> list[Key]:
        check_key(partition, "-")
        if limit < 1 or (after is not None and after.pk != partition):
            raise Invalid("a Limit below 1, or a starting key outside the query")
        with self._lock:
            every = sorted(self._partitions.get(partition, ()), key=lambda each: each.sk)
            behind = [each for each in every if after is None or each.sk > after.sk][:limit]
            found = page([self._items[each] for each in behind])
            self.log.add("Query", reads=read_units(map(item_size, found), consistent=True))
        return list(map(Key.of, found))

    def _beside(self, partition: str, prefix: str, limit: int, before: Key | None) -> list[Item]:
        check_key(partition, prefix)
        if limit < 1 or (before is not None and (before.pk != partition or not before.sk.startswith(prefix))):
            raise Invalid("a Limit below 1, or a starting key outside the query")
        with self._lock:
            every = sorted(self._partitions.get(partition, ()), key=lambda each: each.sk, reverse=True)
            some = [each for each in every if each.sk.startswith(prefix)]
            below = [each for each in some if before is None or each.sk < before.sk][:limit]
            found = page([self._items[each] for each in below])
            self.log.add("Query", reads=read_units(map(item_size, found), consistent=True))
        return found

    def _write(self, item: Item, size: int) -> None:
        where = Key.of(item)
        old = self._items.get(where, {})
        for index in self._known:
            self._leave(index, old)
            if index.partition in item and index.sort in item:
                insort(self._indexes[index.name, item[index.partition]["S"]], _order(index, item))
        if item != old:
            self._written.append((old or None, item))
        self._items[where], self._sizes[where] = item, size
        self._partitions[where.pk].add(where)

    def _leave(self, index: Index, old: Item) -> None:
        if index.partition in old and index.sort in old:
            entries, place = self._indexes[index.name, old[index.partition]["S"]], _order(index, old)
            del entries[bisect_left(entries, place)]

    def _units(self, old: Item | None, new: Item | None, size: int, *, transaction: bool = False) -> float:
        """What a write costs; what stands in the table was measured when it was written."""
        before = self._sizes.get(Key.of(old), 0) if old else 0
        larger = before if new is old else max(before, size)
        return write_units(old, new, transaction=transaction, size=larger)


def _picked(
    index: Index,
    entries: list[_Place],
    limit: int,
    *,
    newest_first: bool,
    between: tuple[float | None, float | None],
    start: Item | None,
) -> list[_Place]:
    """The first entries of a partition in an index's order, after `start` and within the bounds."""
    since, upto = between
    first = 0 if since is None else bisect_left(entries, since, key=itemgetter(0))
    end = len(entries) if upto is None else bisect_right(entries, upto, key=itemgetter(0))
    if start and newest_first:
        end = min(end, bisect_left(entries, _order(index, start)))
    elif start:
        first = max(first, bisect_right(entries, _order(index, start)))
    if newest_first:
        return entries[max(first, end - limit) : end][::-1]
    return entries[first : min(end, first + limit)]


def _order(index: Index, item: Item) -> _Place:
    sort = item[index.sort][index.sort_type]
    return (float(sort) if index.sort_type == "N" else sort), item["pk"]["S"], item["sk"]["S"]
