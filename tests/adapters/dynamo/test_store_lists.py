"""One record that cannot be read hides no other of its page (rule 10.8)."""

from collections.abc import Sequence

import pytest

from portone_local.twins.dynamo import MemoryTable
from portone_local.twins.ids import SeededIds
from portone_local.twins.tables import MemoryStore
from portone_payments.adapters.dynamo.codec import Item
from portone_payments.adapters.dynamo.keys import Key, key_of
from portone_payments.adapters.dynamo.payments import TableStore
from portone_payments.adapters.dynamo.table import Unprocessed
from portone_payments.ports.store import Skipped
from tests.support.records import NOW, a_payment


class Busy(MemoryTable):
    """DynamoDB never has time for one item."""

    def get_many(self, wanted: Sequence[Key]) -> list[Item]:
        bad = key_of("payment", "p1")
        found = super().get_many([each for each in wanted if each != bad])
        if bad in wanted:
            raise Unprocessed(found, [bad])
        return found


@pytest.fixture
def store() -> MemoryStore:
    made = MemoryStore(SeededIds())
    made.table = Busy()
    return made


def three(store: TableStore) -> None:
    for number in range(3):
        store.save(a_payment(f"p{number}", created_at=NOW + number))


def test_a_damaged_record_hides_no_other_of_its_page(memory_store: MemoryStore) -> None:
    three(memory_store)
    item = memory_store.table.get(key_of("payment", "p1"))
    assert item
    memory_store.table.append(item | {"schema": {"N": "9"}})

    page = memory_store.mine("user-1", cursor=None, limit=10)

    assert [each.payment_id for each in page.items] == ["p2", "p0"]
    assert [(each.kind, each.id) for each in page.skipped] == [("payment", "p1")]


def test_a_record_dynamodb_did_not_process_hides_no_other(store: MemoryStore) -> None:
    three(store)

    page = store.mine("user-1", cursor=None, limit=10)

    assert [each.payment_id for each in page.items] == ["p2", "p0"]
    assert [each.id for each in page.skipped] == ["p1"]


def test_an_unreadable_record_does_not_count_as_absent(store: MemoryStore) -> None:
    three(store)

    found = store.payments(["p0", "p1", "absent"])

    assert set(found) == {"p0", "p1"}
    assert isinstance(found["p1"], Skipped)
