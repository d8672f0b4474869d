"""The windows of an audit: no payment of PortOne's list is skipped, whatever PortOne does meanwhile."""

import json
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

import pytest

from portone_local.portone import Fault
from portone_local.portone.api import Exchange
from portone_payments.domain.errors.common import PortOneError
from portone_payments.domain.records.audit import DiscrepancyKind
from portone_payments.flows.operations import audit
from portone_payments.flows.operations.audit_payment import AuditUnfinished
from portone_payments.ports.world import Metric
from tests.support.audited import HOUR, AuditedShop

KIND = DiscrepancyKind


def test_the_audit_mark_never_moves_back_while_small_windows_repeat_the_last_hour(shop: AuditedShop) -> None:
    shop.portone.buyer.pay("foreign", shop.checkout("", custom_data=None))
    shop.settle()
    shop.audit()
    shop.store.save(replace(shop.mark(), span=600))
    shop.clock.advance(HOUR / 2)

    shop.audit()

    assert [day.foreign for day in shop.mark().days.values()] == [1]


def test_a_payment_listed_late_is_found_within_the_overlap(shop: AuditedShop) -> None:
    shop.clock.advance(HOUR)
    late = shop.clock.now()
    shop.clock.advance(HOUR / 2)
    shop.audit()
    shop.prepare("p1")
    with shop.portone._ledger.changing("p1", late) as (record, at):
        till = shop.portone.buyer._till
        till.pay(record, till.window(record, at, shop.checkout("p1")), at)

    shop.audit()

    assert shop.status("p1") == "PAID"


def test_a_full_page_is_never_trusted(shop: AuditedShop) -> None:
    for number in range(audit.PAGE + 1):
        shop.portone.buyer.pay(f"foreign-{number}", shop.checkout("", custom_data=None))
        shop.clock.advance(2)
    shop.settle()

    did = shop.audit()

    assert did.listed == audit.PAGE + 1
    assert did.windows > 1
    assert Metric.AUDIT_CROWDED not in shop.meter.counts


def test_a_second_with_more_than_a_page_is_paged_with_a_metric(shop: AuditedShop) -> None:
    for number in range(audit.PAGE + 1):
        shop.portone.buyer.pay(f"foreign-{number}", shop.checkout("", custom_data=None))
    shop.settle()

    did = shop.audit()

    assert did.listed == audit.PAGE + 1
    assert shop.meter.counts[Metric.AUDIT_CROWDED] >= 1


def test_a_page_portone_cannot_deliver_is_requested_in_halves(shop: AuditedShop) -> None:
    shop.sell("p1", heard=False)
    shop.settle()
    shop.portone.inject(operation="list_payments", fault=Fault.TRUNCATED_JSON, times=2)

    shop.audit()

    assert shop.status("p1") == "PAID"


def test_an_audit_without_an_answer_fails_and_keeps_its_mark(shop: AuditedShop) -> None:
    shop.sell("p1", heard=False)
    shop.settle()
    shop.portone.inject(operation="list_payments", fault=Fault.HTML_502, times=None)

    with pytest.raises(PortOneError):
        shop.audit()
    shop.portone.clear_faults()
    shop.audit()

    assert shop.status("p1") == "PAID"


def test_an_audit_out_of_time_continues_from_its_mark(shop: AuditedShop) -> None:
    shop.sell("p1", heard=False)
    shop.settle()

    with pytest.raises(AuditUnfinished):
        shop.audit(seconds=30)
    shop.audit()

    assert shop.status("p1") == "PAID"


def test_a_payment_with_an_unreadable_reading_is_listed_and_stops_nothing(shop: AuditedShop) -> None:
    shop.sell("p1", heard=False)
    shop.clock.advance(1)
    shop.sell("p2", heard=False)
    shop.settle()
    shop.portone.inject(operation="get_payment", fault=Fault.TRUNCATED_JSON)

    shop.audit()

    assert shop.found() == {("p1", KIND.UNREADABLE)}
    assert shop.status("p2") == "PAID"


def test_windows_overlap_by_a_second_whether_or_not_portone_includes_their_ends(
    shop: AuditedShop,
) -> None:
    asked: list[Exchange] = []
    shop.sell("p1")
    shop.clock.advance(30 * HOUR)
    shop.portone.api.watchers.append(asked.append)

    shop.audit()

    windows = [json.loads(each.request.query["requestBody"])["filter"] for each in asked]
    pairs = [
        (datetime.fromisoformat(before["until"]), datetime.fromisoformat(after["from"]))
        for before, after in pairwise(windows)
    ]
    assert pairs
    assert {(until - since).total_seconds() for until, since in pairs} == {2}
