"""Erased users, in a table of their own, which no restore of the identity table rolls back."""

from portone_payments.adapters.dynamo.codec import Item
from portone_payments.adapters.dynamo.items import DERIVED, item_of, record_in
from portone_payments.adapters.dynamo.keys import key_of
from portone_payments.adapters.dynamo.reads import Table, save_items
from portone_payments.adapters.dynamo.table import DynamoTable
from portone_payments.domain.records.identity import Erasure
from portone_payments.ports.world import Ids

KINDS = {"erasure": Erasure}


class ErasureTable:
    """`ErasureStore` over any `Table`, so that the real one and its twin in memory share every decision."""

    def __init__(self, table: Table, ids: Ids) -> None:
        self.table = table
        self._ids = ids

    def erasure(self, erasure_id: str) -> Erasure | None:
        """An erasure by id."""
        item = self.table.get(key_of("erasure", erasure_id))
        return decode(item) if item else None

    def keep(self, erasure: Erasure) -> None:
        """Write it at its next version. Raises `Conflict`, `StorageUnavailable`."""
        token = self._ids.token()
        derived = key_of("erasure", erasure.erasure_id).wire() | {"ttl": {"N": str(erasure.expires_at)}}
        save_items(self.table, [item_of(erasure, token, derived)], token)


class DynamoErasureStore(ErasureTable):
    """The real store, over a low-level boto3 DynamoDB client."""

    def __init__(self, client: object, table_name: str, ids: Ids) -> None:
        super().__init__(DynamoTable(client, table_name, ids.jitter), ids)


def decode(item: Item) -> Erasure:
    """The erasure in an item. Raises `StorageUnavailable` for one this code may not read."""
    erasure: Erasure = record_in(item, KINDS, DERIVED)
    return erasure
