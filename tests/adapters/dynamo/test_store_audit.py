"""What the audit needs of the store, in memory and on the real table: changes by time, rows, its mark."""

from typing import Any

import pytest

from portone_payments.adapters.dynamo.audit import CHANGED_PAGE
from portone_payments.adapters.dynamo.payments import TableStore
from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.domain.records.audit import (
    AuditDay,
    AuditMark,
    Discrepancy,
    DiscrepancyKind,
    DiscrepancyState,
)
from portone_payments.domain.records.payments import DAY_SHARDS, Status
from tests.support.records import NOW, a_payment

DAY = 24 * 3600


def a_discrepancy(name: str = "1", **interesting: object) -> Discrepancy:
    ordinary: dict[str, object] = {
        "payment_id": f"p{name}",
        "kind": DiscrepancyKind.AMOUNT,
        "found_at": NOW,
        "attention_at": NOW,
        "ours": {"total": 1_000, "quarantined": False, "status": "PAID"},
    }
    return Discrepancy(id=f"discrepancy{name}", **ordinary | interesting)  # type: ignore[arg-type]


def changed(store: TableStore, since: float, until: float) -> list[str]:
    return sorted(store.changed(since, until))


@pytest.mark.parametrize(
    "status",
    [
        Status.VIRTUAL_ACCOUNT_ISSUED,
        Status.PAID,
        Status.PARTIAL_CANCELLED,
        Status.CANCELLED,
        Status.MISMATCH,
    ],
)
def test_a_payment_recorded_as_paid_is_found_by_the_time_of_its_change(
    store: TableStore, status: Status
) -> None:
    store.save(a_payment(status=status, status_at=NOW))

    assert changed(store, NOW, NOW) == ["payment1"]
    assert changed(store, NOW + 1, NOW + 9) == changed(store, NOW - 9, NOW - 1) == []


@pytest.mark.parametrize("status", [Status.READY, Status.FAILED, Status.EXPIRED, Status.PAY_PENDING])
def test_an_unpaid_payment_costs_no_index(store: TableStore, status: Status) -> None:
    store.save(a_payment(status=status, status_at=NOW))

    assert changed(store, NOW - DAY, NOW + DAY) == []


def test_a_change_moves_the_payment_in_the_index_and_an_unpaid_status_removes_it(store: TableStore) -> None:
    store.save(a_payment(status=Status.PAID, status_at=NOW))
    store.save(a_payment(status=Status.CANCELLED, status_at=NOW + DAY, version=1))
    moved = changed(store, NOW, NOW + 60), changed(store, NOW + DAY, NOW + DAY + 60)
    store.save(a_payment(status=Status.FAILED, status_at=NOW + 2 * DAY, version=2))

    assert moved == ([], ["payment1"])
    assert changed(store, NOW - DAY, NOW + 3 * DAY) == []


def test_changes_are_found_over_days_and_shards(store: TableStore) -> None:
    names = [f"p{number}" for number in range(20)]
    for number, name in enumerate(names):
        store.save(a_payment(name, status=Status.PAID, status_at=NOW + number * DAY / 8))

    assert changed(store, NOW, NOW + 3 * DAY) == sorted(names)


def test_changes_are_found_beyond_the_first_page_of_a_query(memory_store: TableStore) -> None:
    names = [f"p{number}" for number in range(DAY_SHARDS * CHANGED_PAGE + 500)]
    for name in names:
        memory_store.save(a_payment(name, status=Status.PAID, status_at=NOW))

    assert changed(memory_store, NOW, NOW) == sorted(names)


def test_payments_come_by_id_and_absent_or_impossible_ones_are_left_out(store: TableStore) -> None:
    names = [f"p{number}" for number in range(120)]
    for name in names:
        store.save(a_payment(name))

    found: dict[str, Any] = dict(store.payments([*names, "p0", "absent", "x" * 3_000]))

    assert sorted(found) == sorted(names)
    assert found["p7"].payment_id == "p7"


def test_a_discrepancy_is_stored_completely(store: TableStore) -> None:
    store.save(a_discrepancy(closed_at=NOW, closed_by="staff", said="seen to"))

    found = store.discrepancy("discrepancy1")
    assert found is not None

    assert found.ours == {"total": 1_000, "quarantined": False, "status": "PAID"}
    assert (found.kind, found.attention, found.said) == (
        DiscrepancyKind.AMOUNT,
        DiscrepancyState.OPEN,
        "seen to",
    )


def test_discrepancies_come_oldest_first_in_pages_by_state(store: TableStore) -> None:
    for number in range(3):
        store.save(a_discrepancy(str(number), attention_at=NOW + number))
    store.save(a_discrepancy("9", attention=DiscrepancyState.CLOSED))

    first = store.discrepancies(DiscrepancyState.OPEN, cursor=None, limit=2)
    second = store.discrepancies(DiscrepancyState.OPEN, cursor=first.cursor, limit=2)
    closed = store.discrepancies(DiscrepancyState.CLOSED, cursor=None, limit=2)

    assert [each.payment_id for each in (*first.items, *second.items)] == ["p0", "p1", "p2"]
    assert (second.cursor, [each.payment_id for each in closed.items]) == (None, ["p9"])


def test_a_foreign_cursor_is_refused(store: TableStore) -> None:
    with pytest.raises(InvalidRequest):
        store.discrepancies(DiscrepancyState.OPEN, cursor="x", limit=2)


def test_a_closed_discrepancy_leaves_the_list_of_open_ones(store: TableStore) -> None:
    store.save(a_discrepancy())
    store.save(a_discrepancy(attention=DiscrepancyState.CLOSED, version=1))

    assert store.discrepancies(DiscrepancyState.OPEN, cursor=None, limit=2).items == ()


def test_the_mark_of_the_audit_is_stored_with_its_days(store: TableStore) -> None:
    days = {"2026-01-02": AuditDay(listed=3), "2026-01-03": AuditDay(listed=4, foreign=1)}
    before = store.audit_mark()
    store.save(AuditMark(until=7, span=60, days=days))

    assert before is None
    assert store.audit_mark() == AuditMark(until=7, span=60, days=days, version=1)
