"""Items in trouble: unreadable, of a newer schema, full, throttled. Everybody else's must go on (I18)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

from portone_payments.adapters.dynamo.codec import Item, item_size
from portone_payments.adapters.dynamo.keys import Key
from portone_payments.adapters.dynamo.payment_items import KINDS
from portone_payments.adapters.dynamo.short_names import stored_as
from portone_payments.domain.errors.common import StorageUnavailable

# room in a full item for a due mark and its tries
SLACK = 40


class Poison(StrEnum):
    """What can be wrong with an item."""

    UNREADABLE = "unreadable"
    NEWER = "newer"
    FULL = "full"
    THROTTLED = "throttled"


class PoisonedTable:
    """Stands before a table in memory. An operator who repairs an item ends the `poisoned` block."""

    def __init__(self, table: Any) -> None:
        self.clean = table
        self._full: dict[Key, int] = {}
        self._throttled: set[Key] = set()

    @contextmanager
    def poisoned(self, item: Item, poison: Poison) -> Iterator[None]:
        """Have this be wrong with an item inside; afterwards it is as it was, but for what was saved."""
        key = Key.of(item)
        begins = {
            Poison.UNREADABLE: self._spoil,
            Poison.NEWER: self._renew,
            Poison.FULL: self._fill,
            Poison.THROTTLED: self._throttle,
        }
        end = begins[poison](key, item)
        try:
            yield
        finally:
            end()

    def get(self, wanted: Key) -> Item | None:
        """An item."""
        self._check(wanted)
        found: Item | None = self.clean.get(wanted)
        return found

    def get_many(self, wanted: Sequence[Key]) -> list[Item]:
        """Those of these items that are not throttled: what DynamoDB leaves unprocessed fails the read."""
        for each in wanted:
            self._check(each)
        found: list[Item] = self.clean.get_many(wanted)
        return found

    def put(self, items: Sequence[Item], *, token: str) -> None:
        """All or none."""
        for item in items:
            self._check(Key.of(item), item)
        self.clean.put(items, token=token)

    def swap(self, items: Sequence[Item], gone: Mapping[Key, int | None], *, token: str) -> None:
        """All or none, and what is to go."""
        for item in items:
            self._check(Key.of(item), item)
        for each in gone:
            self._check(each)
        self.clean.swap(items, gone, token=token)

    def append(self, item: Item) -> None:
        """Write an item whatever is there."""
        self._check(Key.of(item), item)
        self.clean.append(item)

    def push(self, wanted: Key, **marks: Any) -> int | None:
        """Move a due mark."""
        self._check(wanted)
        tries: int | None = self.clean.push(wanted, **marks)
        return tries

    def __getattr__(self, name: str) -> Any:
        """What is not about single items."""
        return getattr(self.clean, name)

    def _check(self, key: Key, item: Item | None = None) -> None:
        if key in self._throttled:
            raise StorageUnavailable(service="dynamodb", reason="ThrottlingException")
        if item is not None and item_size(item) > self._full.get(key, item_size(item)):
            raise StorageUnavailable(service="dynamodb", reason="ValidationException")

    def _fill(self, key: Key, item: Item) -> Callable[[], None]:
        self._full[key] = item_size(item) + SLACK
        return lambda: self._full.__delitem__(key)

    def _throttle(self, key: Key, _item: Item) -> Callable[[], None]:
        self._throttled.add(key)
        return lambda: self._throttled.remove(key)

    def _spoil(self, key: Key, item: Item) -> Callable[[], None]:
        """An attribute of a form that none of our records has; a key is needed to be found at all."""
        begun = stored_as(KINDS.get(key.sk), "created_at")
        return self._rewrite(key, item, {"version": item["version"], begun: {"S": "yesterday"}})

    def _renew(self, key: Key, item: Item) -> Callable[[], None]:
        return self._rewrite(key, item, {"schema": {"N": "9"}})

    def _rewrite(self, key: Key, item: Item, changes: Item) -> Callable[[], None]:
        before = {name: item[name] for name in changes if name in item}
        self.clean.append(item | changes)

        def repair() -> None:
            now = {name: value for name, value in self.clean.get(key).items() if name not in changes}
            self.clean.append(now | before)

        return repair
