"""Request units: our own table, compared with MiniStack's count of writes."""

from collections.abc import Callable
from typing import Any

import pytest

from portone_local.stack.ministack import MiniStack
from portone_local.twins.request_units import CallLog, read_units, write_units
from portone_local.twins.tables import MemoryStore
from portone_payments.adapters.dynamo.payments import DynamoStore, TableStore
from portone_payments.adapters.ids import RandomIds
from portone_payments.domain.records.payments import AttentionKind
from portone_payments.ports.store import Conflict, Due, Kind
from tests.support.records import NOW, a_payment, a_request, an_order, called, history

DUE = Due(kind=Kind.PAYMENT, id="payment1", due_at=10)


def prepare(store: TableStore) -> None:
    store.save(an_order(), a_payment(due_at=10), a_request())


def settle(store: TableStore) -> None:
    store.save(a_payment(due_at=10))
    payment = store.payment("payment1")
    assert payment
    store.save(a_payment(version=1, history=history(40), attentions=called(AttentionKind.LAGGING)))


def lease(store: TableStore) -> None:
    store.save(a_payment(due_at=10))
    store.lease(DUE, until=190)
    store.lease(DUE, until=190)


def lose(store: TableStore) -> None:
    store.save(a_payment(history=history(40)))
    with pytest.raises(Conflict):
        store.save(a_payment())


def spill(store: TableStore) -> None:
    store.save(a_payment(history=history(61)))


SCENES = (prepare, settle, lease, lose, spill)


class Meter:
    """MiniStack's own count of a client's calls."""

    def __init__(self, client: Any) -> None:
        self.writes: list[float] = []
        client.meta.events.register("provide-client-params.dynamodb.*", self._ask)
        client.meta.events.register("after-call.dynamodb.*", self._note)

    def _ask(self, params: Any, **_: Any) -> Any:
        return {**params, "ReturnConsumedCapacity": "TOTAL"}

    def _note(self, model: Any, parsed: Any, **_: Any) -> None:
        consumed = parsed.get("ConsumedCapacity", [])
        for each in consumed if isinstance(consumed, list) else [consumed]:
            if model.name in {"PutItem", "UpdateItem", "TransactWriteItems"}:
                self.writes.append(each["CapacityUnits"])


@pytest.mark.ministack
@pytest.mark.parametrize("scene", [prepare, settle, spill])
def test_our_write_units_are_ministacks(
    ministack: MiniStack, table_name: str, scene: Callable[[TableStore], None]
) -> None:
    client = ministack.client("dynamodb")
    ours, theirs = CallLog(), Meter(client)
    ours.listen(client)

    scene(DynamoStore(client, table_name, RandomIds()))

    assert [call.writes for call in ours.calls if call.writes] == theirs.writes


@pytest.mark.ministack
@pytest.mark.parametrize("scene", SCENES)
def test_memory_counts_the_calls_and_units_a_client_is_seen_to_make(
    ministack: MiniStack, table_name: str, memory_store: MemoryStore, scene: Callable[[TableStore], None]
) -> None:
    client = ministack.client("dynamodb")
    log = CallLog()
    log.listen(client)

    scene(DynamoStore(client, table_name, RandomIds()))
    scene(memory_store)

    assert log.calls == memory_store.table.log.calls


@pytest.mark.parametrize(
    ("size", "consistent", "units"),
    [(0, True, 1), (4_096, True, 1), (4_097, True, 2), (4_096, False, 0.5), (8_193, False, 1.5)],
)
def test_a_read_costs_by_four_kilobytes(size: int, consistent: bool, units: float) -> None:  # noqa: FBT001 - a table of cases
    assert read_units([size], consistent=consistent) == units


def test_a_write_costs_by_the_larger_of_old_and_new() -> None:
    small, large = {"a": {"S": "x"}}, {"a": {"S": "x" * 1_024}}

    assert write_units(small, small) == 1
    assert write_units(large, small) == write_units(small, large) == 2
    assert write_units(small, large, transaction=True) == 4


def test_a_changed_index_entry_costs_two_units_and_an_unchanged_one_none() -> None:
    here = {"due_shard": {"S": "payment#1"}, "due_at": {"N": "10"}}
    there = here | {"due_at": {"N": "20"}}

    assert write_units(None, here) == 2
    assert write_units(here, here) == 1
    assert write_units(here, there) == 3
    assert write_units(here, {}) == 2


def test_a_sweep_costs_the_same_whatever_is_finished(memory_store: MemoryStore) -> None:
    memory_store.save(a_payment("due", due_at=10))
    memory_store.table.log.calls.clear()
    memory_store.due(Kind.PAYMENT, 0, before=NOW, limit=10)
    few = memory_store.table.log.reads

    for number in range(1_000):
        memory_store.save(a_payment(f"p{number}"))
    memory_store.table.log.calls.clear()
    memory_store.due(Kind.PAYMENT, 0, before=NOW, limit=10)

    assert memory_store.table.log.reads == few
