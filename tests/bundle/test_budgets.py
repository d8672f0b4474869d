"""What a use case costs, to the unit: in memory and on the local AWS, whatever else is in the table."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from portone_local.oracle import ObservedStack, assert_clean, converge
from portone_local.stack.ministack import MiniStack
from portone_local.stack.stack import Stack
from portone_local.template.cloudformation import ROOT
from portone_local.twins.dynamo import MemoryTable
from portone_local.twins.request_units import CallLog, read_units
from portone_local.twins.tables import MemoryStore
from portone_payments.adapters.dynamo.codec import item_size
from portone_payments.adapters.dynamo.payments import DynamoStore
from portone_payments.flows.timers.sweep import Sweeper
from portone_payments.ports.store import Due, Kind
from portone_payments.ports.world import Deadline
from tests.support.budget import Budget, spent
from tests.support.budgets import BUDGETS, from_order_to_paid, markdown
from tests.support.fixtures import ministack
from tests.support.no_scans import Scanned, forbid_scans
from tests.support.records import a_payment

__all__ = ["ministack"]

WRITES = {"PutItem", "UpdateItem", "TransactWriteItems"}
every_use_case = pytest.mark.parametrize("budget", BUDGETS, ids=[each.name for each in BUDGETS])


class Tally:
    """Listens to the stack's DynamoDB: our log of its calls, MiniStack's own count of what was written."""

    def __init__(self) -> None:
        self.log = CallLog()
        self.writes = 0.0

    def tap(self, service: str, client: Any) -> Any:
        """To be given to a stack."""
        if isinstance(client, MemoryTable):
            client.log.calls = self.log.calls
        elif service == "dynamodb":
            forbid_scans(client)
            self.log.listen(client)
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
    """What must not be: a store that finds what is due by reading everything."""

    def due(
        self, kind: Kind, shard: int, *, before: float, limit: int, after: Due | None = None
    ) -> tuple[Due, ...]:
        if shard == 0:
            self.table.log.add("Scan", reads=read_units(map(item_size, self.dump()), consistent=False))
        return super().due(kind, shard, before=before, limit=limit, after=after)


def judged(stack: ObservedStack) -> None:
    assert {answer.status for answer in stack.answers} <= {200, 404}
    converge(stack)
    assert_clean(stack, answers=stack.answers)


@every_use_case
def test_a_use_case_costs_exactly_this(budget: Budget) -> None:
    tally = Tally()
    with ObservedStack.in_memory(seed=1, tap=tally.tap, **budget.settings) as stack:
        act = budget.scene(stack)

        assert spent(stack, tally.log, act) == budget.cost
        judged(stack)


@pytest.mark.ministack
@every_use_case
def test_a_use_case_costs_the_same_on_the_local_aws(ministack: MiniStack, budget: Budget) -> None:
    tally = Tally()
    with ObservedStack.on_ministack(ministack, tap=tally.tap, **budget.settings) as stack:
        act = budget.scene(stack)
        written = tally.writes

        assert spent(stack, tally.log, act) == budget.cost
        assert tally.writes - written == budget.cost.writes
        judged(stack)


def test_the_page_of_costs_states_these() -> None:
    page = (ROOT / "docs/costs.md").read_text()

    assert markdown() in page
    assert from_order_to_paid() in page


def sweep(store: Any, stack: Stack) -> None:
    sweeper = Sweeper(
        store=store,
        queue=stack.ports["queue"],
        charges=stack.ports["charge_queue"],
        clock=stack.clock,
        meter=stack.ports["meter"],
        rate=20,
        charge_rate=20,
    )
    sweeper.sweep(deadline=Deadline.after(stack.clock, 40))


@pytest.mark.parametrize(("store_class", "grows"), [(MemoryStore, False), (ScanningStore, True)])
def test_a_sweep_costs_the_same_with_ten_or_ten_thousand_finished_payments(
    store_class: type[MemoryStore],
    grows: bool,  # noqa: FBT001 - the planted scan is seen to fail
) -> None:
    with Stack.in_memory(seed=1) as stack:
        store = store_class(stack.ports["ids"])
        costs = []
        for numbers in (range(10), range(10, 10_000)):
            for number in numbers:
                store.save(a_payment(f"finished{number}"))
            before = store.table.log.reads
            sweep(store, stack)
            costs.append(store.table.log.reads - before)

    assert (costs[0] != costs[1]) is grows


def scan(client: Any, table: str) -> None:
    client.scan(TableName=table)


def filtered_query(client: Any, table: str) -> None:
    client.query(
        TableName=table,
        KeyConditionExpression="pk = :pk",
        FilterExpression="due_at < :now",
        ExpressionAttributeValues={":pk": {"S": "payment#1"}, ":now": {"N": "1"}},
    )


def statement(client: Any, table: str) -> None:
    client.execute_statement(Statement=f'SELECT * FROM "{table}"')  # noqa: S608 - no such thing reaches a table


class ScanningDynamoStore(DynamoStore):
    """What must not be: a store whose search for what is due is `plant`."""

    def __init__(self, stack: Stack, client: Any, plant: Callable[[Any, str], None]) -> None:
        name = stack.resources["PaymentsTable"]
        super().__init__(client, name, stack.ports["ids"])
        self.search = partial(plant, client, name)

    def due(
        self, kind: Kind, shard: int, *, before: float, limit: int, after: Due | None = None
    ) -> tuple[Due, ...]:
        """Searches, then does as it should."""
        self.search()
        return super().due(kind, shard, before=before, limit=limit, after=after)


@pytest.mark.ministack
@pytest.mark.parametrize("plant", [scan, filtered_query, statement])
def test_a_scan_or_a_filter_inside_a_flow_is_an_error(
    ministack: MiniStack, plant: Callable[[Any, str], None]
) -> None:
    client = ministack.client("dynamodb")
    forbid_scans(client)
    with Stack.on_ministack(ministack) as stack:
        store = ScanningDynamoStore(stack, client, plant)

        with pytest.raises(Scanned):
            sweep(store, stack)
