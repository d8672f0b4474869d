"""The commands of docs/runbook.md, "The table was restored": the audit's mark is set back, the table too."""

from dataclasses import replace
from itertools import count

import pytest

from portone_local.operator.audit_from import main, set_back
from portone_local.operator.restore_table import PutBack, put_back
from portone_local.stack.ministack import MiniStack
from portone_local.template.tables import create_payments_table
from portone_local.twins.ids import SeededIds
from portone_local.twins.tables import MemoryStore, in_conflict
from portone_payments.adapters.dynamo.codec import Item
from portone_payments.adapters.dynamo.payments import DynamoStore
from portone_payments.adapters.ids import RandomIds
from portone_payments.domain.audit.days import day_of
from portone_payments.domain.audit.windows import FIRST_REACH
from portone_payments.domain.records.audit import AuditDay, AuditMark
from portone_payments.domain.records.payments import Order
from portone_payments.ports.store import Conflict
from tests.support.fixtures import ministack
from tests.support.records import NOW, a_payment, an_order

__all__ = ["ministack"]

HOUR = 3600
DAY = 24 * HOUR
NUMBERS = count()


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore(SeededIds(1))


def test_the_audit_continues_from_the_given_time(store: MemoryStore) -> None:
    store.save(AuditMark(until=int(NOW), span=600))

    set_back(store, since=NOW - HOUR)

    held = store.audit_mark()
    assert held is not None
    assert (held.until, held.span) == (int(NOW) - HOUR, 600)


def test_an_audit_that_is_behind_the_given_time_skips_nothing(store: MemoryStore) -> None:
    store.save(AuditMark(until=int(NOW) - DAY, span=600))

    mark = set_back(store, since=NOW - HOUR)

    assert mark.until == int(NOW) - DAY
    assert store.audit_mark() == mark


def test_an_audit_that_never_ran_reaches_back_to_the_given_time(store: MemoryStore) -> None:
    mark = set_back(store, since=NOW - FIRST_REACH - HOUR)

    assert store.audit_mark() == replace(mark, version=1)


def test_a_payment_compared_again_is_not_counted_twice(store: MemoryStore) -> None:
    days = {day_of(NOW - days * DAY): AuditDay(listed=5, foreign=1) for days in range(3)}
    store.save(AuditMark(until=int(NOW), span=600, days=days))

    mark = set_back(store, since=NOW - DAY)

    assert list(mark.days) == [day_of(NOW - 2 * DAY)]


def test_a_mark_that_moves_meanwhile_is_not_overwritten(store: MemoryStore) -> None:
    store.save(AuditMark(until=int(NOW), span=600))
    store.table.around = lambda operation, call: (
        in_conflict(operation, call) if operation == "PutItem" else call()
    )

    with pytest.raises(Conflict):
        set_back(store, since=NOW - HOUR)


@pytest.mark.parametrize("since", ["", "yesterday", "2026-13-01"])
def test_without_a_time_it_shows_an_example_of_one(since: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--since", since]) == 2
    assert "2026-11-01T00:00:00Z" in capsys.readouterr().out


@pytest.mark.ministack
def test_a_table_becomes_the_content_of_another(ministack: MiniStack) -> None:
    client = ministack.client("dynamodb")
    live, past = (f"{name}-{next(NUMBERS)}" for name in ("live", "past"))
    for table in (past, live):
        create_payments_table(client, table)
    then, now = (DynamoStore(client, table, RandomIds()) for table in (past, live))
    then.save(an_order("order-1"), an_order("order-2"), a_payment())
    for item in everything(client, past):
        client.put_item(TableName=live, Item=item)
    now.save(replace(found(now, "order-2"), total=1), an_order("order-3"))

    *_, done = put_back(client, past=past, live=live)

    assert done == PutBack(read=7, written=1, deleted=1)
    assert everything(client, live) == everything(client, past)
    *_, again = put_back(client, past=past, live=live)
    assert (again.written, again.deleted) == (0, 0)


def found(store: DynamoStore, order_id: str) -> Order:
    order = store.order(order_id)
    assert order is not None
    return order


def everything(client: object, table: str) -> list[Item]:
    pages = client.get_paginator("scan").paginate(TableName=table)  # type: ignore[attr-defined]
    return sorted((item for page in pages for item in page["Items"]), key=lambda item: str(item["pk"]))
