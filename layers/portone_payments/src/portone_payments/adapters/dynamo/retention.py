"""What the daily job of retention finds in the payments table, and how it deletes."""

from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from portone_payments.adapters.dynamo.codec import Item
from portone_payments.adapters.dynamo.keys import CHANGED, Key, changed_on, ended_on, id_of, key_of
from portone_payments.adapters.dynamo.payment_items import key_for
from portone_payments.adapters.dynamo.reads import TableReads, save_items
from portone_payments.domain.records.billing_keys import KeyRef, SettledKey, Wallet
from portone_payments.domain.records.payments import DAY_SHARDS
from portone_payments.domain.retention.rules import Ending
from portone_payments.ports.store import Filed
from portone_payments.ports.world import Ids

PAGE = 1000  # keys of one query; far below the 1 MB a query returns
BESIDE = 100  # items beside a record in one page: read whole, and of 10 kB each at most
MOST = 100  # items of one transaction


class RetentionRows(TableReads):
    """The part of `Store` that finds and deletes what has been kept long enough."""

    ids: Ids

    def filed(self, day: str) -> Iterator[Filed]:
        """What may have moved last on a day (yyyy-mm-dd, UTC)."""
        for shard in range(DAY_SHARDS):
            for partition in (changed_on(day, shard), ended_on(day, shard)):
                for each in self._filed(partition):
                    kind, _, part = each.sk.partition("#")
                    yield Filed(kind, id_of(each), unquote(part))

    def remove(self, *records: Ending) -> None:
        """Delete all or none with the items beside them, each IF its stored version is the one read.

        Items beyond the size of one transaction are deleted before, the oldest first: a crash in between
        leaves the records, by which the rest is found. Raises `Conflict`, `StorageUnavailable`.
        """
        for each in records:
            if isinstance(each, Wallet):
                self._remove_left(each)
        gone: dict[Key, int | None] = {key_for(each): _version(each) for each in records}
        gone |= {key_for(each): each.version for each in self._refs(records)}
        whole = [each for each in records if not isinstance(each, SettledKey)]
        beside = [key for each in whole for key in self._beside(key_for(each))]
        while len(beside) > MOST - len(gone):
            first, beside = beside[:MOST], beside[MOST:]
            self._delete(dict.fromkeys(first))
        self._delete({**dict.fromkeys(beside), **gone})

    def _delete(self, gone: Mapping[Key, int | None]) -> None:
        save_items(self.table, (), self.ids.token(), gone)

    def _remove_left(self, wallet: Wallet) -> None:
        """Delete the keys that left a wallet, with their references; none ends later than the wallet."""
        for place in [each for each in self._beside(key_for(wallet)) if each.sk.startswith("saved-key#")]:
            left = self._read(SettledKey, place)
            if left is not None:
                self.remove(left)

    def _filed(self, partition: str) -> Iterator[Key]:
        start: Item | None = None
        while True:
            found = self.table.query(CHANGED, partition, limit=PAGE, start=start)
            yield from map(Key.of, found)
            if len(found) < PAGE:
                return
            start = found[-1]

    def _beside(self, record: Key) -> Iterator[Key]:
        """The keys of the items beside a record, oldest lines of its history first."""
        after: Key | None = None
        while True:
            found = self.table.held(record.pk, limit=BESIDE, after=after)
            yield from (each for each in found if each != record)
            if len(found) < BESIDE:
                return
            after = found[-1]

    def _refs(self, records: tuple[Ending, ...]) -> Iterator[KeyRef]:
        """The references by which saved payment methods are found."""
        for record in records:
            if not isinstance(record, Wallet | SettledKey):
                continue
            for key in record.keys.values() if isinstance(record, Wallet) else (record.key,):
                for name in (f"issue:{key.id}", f"key:{key.key_hash}"):
                    ref = self._read(KeyRef, key_of("key", name))
                    if ref is not None and ref.billing_key_id == key.id:
                        yield ref


def _version(record: Ending) -> int | None:
    return None if isinstance(record, SettledKey) else record.version
