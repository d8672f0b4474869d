"""What a use case costs, to the unit: in memory and on the local AWS, whatever else is in the table."""

from collections.abc import Iterator
from typing import Any

import pytest

from portone_local.memory import MemoryStore
from portone_local.ministack import MiniStack
from portone_local.oracle import ObservedStack, assert_clean, converge
from portone_local.template import ROOT
from portone_local.testing.budgets import BUDGETS, Budget, Cost, markdown, spent
from portone_local.testing.fixtures import ministack
from portone_local.testing.records import a_payment
from portone_local.testing.tripwire import Scanned, forbid_scans
from portone_local.units import read_units
from portone_payments.adapters.codec import item_size
from portone_payments.adapters.tables import DynamoStore
from portone_payments.flows.sweep import Sweeper
from portone_payments.ports import Deadline, Due, Kind

__all__ = ["ministack"]

WRITES = {"PutItem", "UpdateItem", "TransactWriteItems"}
budgets = pytest.mark.parametrize("budget", BUDGETS, ids=[each.name for each in BUDGETS])


class Meter:
    """A tap that has MiniStack count what is written, and trips over scans."""

    def __init__(self) -> None:
        self.writes = 0.0

    def tap(self, service: str, client: Any) -> Any:
        if service == "dynamodb":
            forbid_scans(client)
            client.meta.events.register("provide-client-params.dynamodb.*", self._ask)
            client.meta.events.register("after-call.dynamodb.*", self._note)
        return client

    def _ask(self, params: Any, **_: Any) -> Any:
        return {**params, "ReturnConsumedCapacity": "TOTAL"}

    def _note(self, model: Any, parsed: Any, **_: Any) -> None:
        consumed = parsed.get("ConsumedCapacity", [])
        for each in consumed if isinstance(consumed, list) else [consumed]:
            self.writes += each["CapacityUnits"] if model.name in WRITES else 0


class ScanningStore(MemoryStore):
    """What must not be: it finds what is due by reading everything."""

    def due(self, kind: Kind, shard: int, *, before: float, limit: int) -> tuple[Due, ...]:
        self.table.log.add("Scan", reads=read_units(map(item_size, self.dump()), consistent=False))
        return super().due(kind, shard, before=before, limit=limit)


class ScanningDynamoStore(DynamoStore):
    """What must not be, on the local AWS."""

    def due(self, kind: Kind, shard: int, *, before: float, limit: int) -> tuple[Due, ...]:
        self.client.scan(TableName="payments")
        return super().due(kind, shard, before=before, limit=limit)

    def __init__(self, client: Any, name: str, ids: Any) -> None:
        super().__init__(client, name, ids)
        self.client = client


@pytest.fixture
def stack() -> Iterator[ObservedStack]:
    """A stack in memory; afterwards the oracle judges, and nobody was refused."""
    with ObservedStack.in_memory(seed=1) as observed:
        yield observed
        assert {answer.status for answer in observed.answers} <= {200, 404}
        converge(observed)
        assert_clean(observed, answers=observed.answers)
