"""Shards nothing is due in, which need no query on the local AWS while nobody watches.

A sweep queries 64 shards, nearly all of them empty, and on the local AWS each query takes milliseconds.
"""

from collections.abc import Callable
from typing import Any

from portone_payments.adapters.dynamo.codec import Item
from portone_payments.adapters.dynamo.keys import DUE


class EmptyShards:
    """Stands before the one client that writes a table: a shard nothing was ever written to is empty.

    While `watched` says so every query is sent all the same: its calls are reported.
    """

    def __init__(self, client: Any, *, watched: Callable[[], bool]) -> None:
        self._client, self._watched = client, watched
        self._written: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        """Everything else is the client's own."""
        return getattr(self._client, name)

    def query(self, **asked: Any) -> Any:
        """The client's answer, or the one it is known to give."""
        due = asked.get("IndexName") == DUE.name
        if due and not self._watched() and _partition(asked) not in self._written:
            return {"Items": [], "Count": 0}
        return self._client.query(**asked)

    def put_item(self, **asked: Any) -> Any:
        """The client's, noted."""
        self._note(asked["Item"])
        return self._client.put_item(**asked)

    def transact_write_items(self, **asked: Any) -> Any:
        """The client's, noted."""
        for each in asked["TransactItems"]:
            self._note(each.get("Put", {}).get("Item", {}))
        return self._client.transact_write_items(**asked)

    def _note(self, item: Item) -> None:
        if DUE.partition in item:
            self._written.add(item[DUE.partition]["S"])


def _partition(asked: dict[str, Any]) -> str:
    return str(asked["ExpressionAttributeValues"][":partition"]["S"])
