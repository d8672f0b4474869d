"""Keys that DynamoDB leaves unprocessed are requested again; the store in memory has configured faults."""

from typing import Any

import pytest

from portone_local.stack.ministack import MiniStack
from portone_local.twins.tables import MemoryStore, answer_lost, in_conflict, retried, throttled
from portone_payments.adapters.dynamo.keys import key_of
from portone_payments.adapters.dynamo.payments import DynamoStore
from portone_payments.adapters.dynamo.table import BACKOFF, DynamoTable, Unprocessed
from portone_payments.adapters.ids import RandomIds
from portone_payments.domain.errors.common import StorageUnavailable
from portone_payments.ports.store import Conflict
from tests.support.records import a_payment, an_order


@pytest.fixture
def client(ministack: MiniStack) -> Any:
    return ministack.client("dynamodb", retries={"mode": "standard", "total_max_attempts": 1})


class Stingy:
    """A client whose batches answer one key at a time, for so many calls."""

    def __init__(self, client: Any, calls: int) -> None:
        self._client = client
        self._calls = calls

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def batch_get_item(self, RequestItems: Any) -> Any:  # noqa: N803 - boto3's own name
        ((table, request),) = RequestItems.items()
        if self._calls == 0:
            return {"Responses": {}, "UnprocessedKeys": RequestItems}
        self._calls -= 1
        first, *rest = request["Keys"]
        answer = self._client.batch_get_item(RequestItems={table: request | {"Keys": [first]}})
        return answer | {"UnprocessedKeys": {table: request | {"Keys": rest}} if rest else {}}


@pytest.mark.ministack
def test_unprocessed_keys_are_requested_again(client: Any, table_name: str) -> None:
    store = DynamoStore(Stingy(client, calls=3), table_name, RandomIds())
    store.save(a_payment("a", created_at=3), a_payment("b", created_at=2), a_payment("c", created_at=1))

    page = store.mine("user-1", cursor=None, limit=3)

    assert [payment.payment_id for payment in page.items] == ["a", "b", "c"]


@pytest.mark.ministack
def test_keys_that_stay_unprocessed_are_reported_with_their_page(client: Any, table_name: str) -> None:
    store = DynamoStore(Stingy(client, calls=0), table_name, RandomIds())
    store.save(a_payment())

    page = store.mine("user-1", cursor=None, limit=3)

    assert (page.items, [each.kind for each in page.skipped]) == ((), ["payment"])


@pytest.mark.ministack
def test_unprocessed_keys_are_requested_again_after_a_doubling_pause(client: Any, table_name: str) -> None:
    pauses: list[float] = []
    stingy = Stingy(client, calls=0)
    table = DynamoTable(stingy, table_name, lambda seconds: seconds, pause=pauses.append)

    with pytest.raises(Unprocessed):
        table.get_many([key_of("payment", "a")])

    assert pauses == [BACKOFF, 2 * BACKOFF, 4 * BACKOFF]


def test_memory_plays_a_throttled_table(memory_store: MemoryStore) -> None:
    memory_store.table.around = throttled

    with pytest.raises(StorageUnavailable):
        memory_store.save(a_payment())

    assert memory_store.dump() == []


def test_memory_plays_a_lost_answer(memory_store: MemoryStore) -> None:
    memory_store.table.around = answer_lost

    with pytest.raises(StorageUnavailable):
        memory_store.save(a_payment())

    assert memory_store.records() == [a_payment(version=1)]


def test_memory_plays_a_resend_that_does_not_lose_to_itself(memory_store: MemoryStore) -> None:
    memory_store.table.around = retried

    memory_store.save(an_order(), a_payment())

    assert memory_store.records() == [an_order(version=1), a_payment(version=1)]


def test_memory_plays_a_transaction_conflict(memory_store: MemoryStore) -> None:
    memory_store.table.around = in_conflict

    with pytest.raises(Conflict):
        memory_store.save(an_order(), a_payment())
