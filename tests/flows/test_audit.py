"""The audit: each class of difference is found, what is safe heals, nothing is invented or skipped."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest

from portone_local.memory_table import undisturbed
from portone_local.portone import CancellationStatus, Fault
from portone_local.portone.api import Exchange
from portone_local.portone.checkout import TEST_CHANNEL
from portone_local.testing.audited import HOUR, AuditedShop
from portone_payments.domain.audit_records import DiscrepancyKind, DiscrepancyState
from portone_payments.domain.errors import PortOneError
from portone_payments.domain.records import Status
from portone_payments.flows import audit
from portone_payments.flows.audit_examine import AuditUnfinished
from portone_payments.ports import Metric

KIND = DiscrepancyKind


@pytest.fixture
def shop() -> AuditedShop:
    return AuditedShop()


def test_two_sides_that_agree_have_no_difference_and_cost_no_reading(shop: AuditedShop) -> None:
    shop.sell("p1")
    shop.sell("p2", method="VIRTUAL_ACCOUNT")
    shop.settle()
    read = shop.wire.counts["get_payment"]

    shop.audit()

    assert shop.found() == set()
    assert shop.wire.counts["get_payment"] == read


def test_a_payment_nobody_told_us_of_heals(shop: AuditedShop) -> None:
    shop.sell("p1", heard=False)
    shop.settle()

    did = shop.audit()

    assert (shop.status("p1"), did.healed, shop.found()) == ("PAID", 1, set())
    assert shop.held("p1").history[-1].by == "audit"


@pytest.mark.parametrize(("amount", "status"), [(None, "CANCELLED"), (300, "PARTIAL_CANCELLED")])
def test_what_was_cancelled_in_the_console_heals(shop: AuditedShop, amount: int | None, status: str) -> None:
    shop.sell("p1")
    shop.portone.console.cancel("p1", amount)
    shop.settle()

    shop.audit()

    assert (shop.status("p1"), shop.found()) == (status, set())


def test_a_chargeback_heals(shop: AuditedShop) -> None:
    shop.sell("p1")
    shop.portone.console.chargeback("p1")
    shop.settle()

    shop.audit()

    assert (shop.status("p1"), shop.found()) == ("CANCELLED", set())


def test_another_amount_becomes_a_mismatch_and_is_listed_with_both_figures(shop: AuditedShop) -> None:
    shop.sell("p1", heard=False, amount=10)
    shop.settle()

    shop.audit()
    [row] = shop.rows()

    assert (shop.status("p1"), row.kind) == ("MISMATCH", KIND.AMOUNT)
    assert (row.ours["total"], row.theirs["total"]) == (1_000, 10)


def test_a_mismatch_we_know_of_is_no_news(shop: AuditedShop) -> None:
    shop.sell("p1", amount=10)
    shop.settle()

    shop.audit()

    assert (shop.status("p1"), shop.found()) == ("MISMATCH", set())


def test_a_payment_of_ours_that_is_missing_here_is_listed(shop: AuditedShop) -> None:
    shop.sell("p1")
    shop.lose("p1")
    shop.settle()

    shop.audit()
    [row] = shop.rows()

    assert (row.payment_id, row.kind, row.ours) == ("p1", KIND.MISSING_HERE, {})
    assert (row.theirs["status"], row.theirs["total"]) == ("PAID", 1_000)


def test_in_live_mode_a_payment_whose_order_was_lost_too_is_listed() -> None:
    shop = AuditedShop(live=True)
    shop.sell("p1")
    shop.lose("p1", order=True)
    shop.settle()

    shop.audit()

    assert shop.found() == {("p1", KIND.MISSING_HERE)}


def test_a_test_payment_with_our_mark_is_not_ours_in_live_mode() -> None:
    shop = AuditedShop(live=True)
    shop.portone.buyer.pay("p1", shop.checkout("p1", channel=TEST_CHANNEL))
    shop.settle()

    shop.audit()

    assert shop.found() == set()


def test_foreign_payments_are_counted_per_day_and_not_listed(shop: AuditedShop) -> None:
    for number in range(3):
        shop.portone.buyer.pay(f"foreign-{number}", shop.checkout("", custom_data=None))
    shop.sell("p1")
    shop.settle()

    shop.audit()
    [day] = shop.mark().days.values()

    assert (day.listed, day.foreign, shop.found()) == (4, 3, set())
    assert shop.meter.counts[Metric.AUDIT_FOREIGN] == 3


def test_what_is_listed_twice_is_counted_once(shop: AuditedShop) -> None:
    shop.portone.buyer.pay("foreign", shop.checkout("", custom_data=None))
    shop.settle()
    shop.audit()
    shop.clock.advance(HOUR / 2)

    shop.audit()

    assert [day.foreign for day in shop.mark().days.values()] == [1]


def test_the_mark_never_goes_back_while_small_windows_repeat_the_last_hour(shop: AuditedShop) -> None:
    shop.portone.buyer.pay("foreign", shop.checkout("", custom_data=None))
    shop.settle()
    shop.audit()
    shop.store.save(replace(shop.mark(), span=600))
    shop.clock.advance(HOUR / 2)

    shop.audit()

    assert [day.foreign for day in shop.mark().days.values()] == [1]


@pytest.mark.parametrize("status", [Status.PAID, Status.CANCELLED, Status.VIRTUAL_ACCOUNT_ISSUED])
def test_a_payment_portone_does_not_know_is_listed(shop: AuditedShop, status: Status) -> None:
    shop.prepare("p1")
    shop.spoil("p1", status=status, status_at=shop.clock.now())
    shop.settle()

    shop.audit()

    assert shop.found() == {("p1", KIND.MISSING_THERE)}


def test_a_payment_nobody_paid_need_not_be_known_there(shop: AuditedShop) -> None:
    shop.prepare("p1")
    shop.settle()

    shop.audit()

    assert shop.found() == set()


def test_a_reading_behind_what_we_have_just_learnt_proves_nothing(shop: AuditedShop) -> None:
    shop.sell("p1")
    shop.settle()

    def cancel_meanwhile(operation: str, call: Callable[[], Any]) -> Any:
        if operation == "BatchGetItem":
            shop.store.table.around = undisturbed
            shop.portone.console.cancel("p1", 300)
            shop.hear("p1")
            shop.portone.inject(operation="get_payment", fault=Fault.LAGGING)
        return call()

    shop.store.table.around = cancel_meanwhile
    shop.audit()

    assert (shop.status("p1"), shop.found()) == ("PARTIAL_CANCELLED", set())


def test_a_payment_the_list_left_out_is_confirmed_by_a_reading(shop: AuditedShop) -> None:
    shop.sell("p1", heard=False)
    shop.clock.advance(3 * HOUR)
    shop.settle()
    shop.audit()
    shop.spoil("p1", status_at=shop.clock.now())
    shop.clock.advance(2 * HOUR)

    shop.audit()

    assert shop.found() == set()


def test_where_we_say_more_than_portone_it_is_listed_and_not_undone(shop: AuditedShop) -> None:
    shop.sell("p1")
    shop.spoil("p1", status=Status.CANCELLED)
    shop.settle()
    before = shop.held("p1")

    shop.audit()

    assert (shop.held("p1"), shop.found()) == (before, {("p1", KIND.STATUS)})


def test_a_refund_portone_does_not_know_is_listed(shop: AuditedShop) -> None:
    seen = shop.sell("p1").seen
    assert seen is not None
    shop.spoil("p1", seen=replace(seen, cancelled=100))
    shop.settle()

    shop.audit()

    assert shop.found() == {("p1", KIND.CANCELLED)}


def test_a_cancellation_that_failed_later_heals_when_the_status_moves(shop: AuditedShop) -> None:
    shop.sell("p1")
    asked = shop.portone.console.cancel("p1", 300, status=CancellationStatus.REQUESTED)
    shop.settle()
    shop.audit()

    shop.portone.console.settle_cancellation("p1", asked)
    shop.settle()
    shop.audit()

    assert (shop.status("p1"), shop.found()) == ("PARTIAL_CANCELLED", set())


def test_a_status_this_version_does_not_know_is_listed(shop: AuditedShop) -> None:
    shop.sell("p1")
    shop.portone.console.show_status("p1", "REVERSED")
    shop.settle()

    shop.audit()

    assert (shop.status("p1"), shop.found()) == ("PAID", {("p1", KIND.STATUS)})


def test_a_doubtful_payment_is_listed_and_not_believed(shop: AuditedShop) -> None:
    shop.sell("p1", heard=False, channel=None)
    shop.settle()

    shop.audit()

    assert (shop.status("p1"), shop.found()) == ("READY", {("p1", KIND.STATUS)})


def test_a_difference_is_listed_once_however_often_it_is_seen(shop: AuditedShop) -> None:
    shop.sell("p1")
    shop.lose("p1")
    shop.settle()
    shop.audit()
    shop.settle()

    did = shop.audit()

    assert (did.found, len(shop.rows())) == (0, 1)


def test_an_open_discrepancy_raises_the_alarm_at_every_run(shop: AuditedShop) -> None:
    shop.sell("p1")
    shop.lose("p1")
    shop.settle()
    shop.audit()
    shop.clock.advance(12 * HOUR)
    before = shop.meter.counts[Metric.DISCREPANCY]

    shop.audit()

    assert shop.meter.counts[Metric.DISCREPANCY] == before + 1


def close(shop: AuditedShop) -> None:
    [row] = shop.rows()
    shop.store.save(replace(row, attention=DiscrepancyState.CLOSED, reason="dealt with"))


def test_a_closed_discrepancy_stays_closed_while_nothing_changes(shop: AuditedShop) -> None:
    shop.sell("p1")
    shop.lose("p1")
    shop.settle()
    shop.audit()
    close(shop)
    shop.settle()

    shop.audit()

    assert shop.found() == set()


def test_a_closed_discrepancy_opens_again_when_it_differs_otherwise(shop: AuditedShop) -> None:
    shop.sell("p1")
    shop.lose("p1")
    shop.settle()
    shop.audit()
    close(shop)
    shop.portone.console.cancel("p1")
    shop.settle()

    shop.audit()

    assert shop.found() == {("p1", KIND.MISSING_HERE)}


def test_what_changed_less_than_ten_minutes_ago_waits_for_the_next_audit(shop: AuditedShop) -> None:
    shop.sell("p1")
    shop.lose("p1")
    shop.clock.advance(599)
    shop.audit()
    early = shop.found()
    shop.clock.advance(602)

    shop.audit()

    assert (early, shop.found()) == (set(), {("p1", KIND.MISSING_HERE)})


def test_what_entered_the_list_late_is_found_within_the_overlap(shop: AuditedShop) -> None:
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


def test_a_second_with_more_than_a_page_is_paged_through_with_a_metric(shop: AuditedShop) -> None:
    for number in range(audit.PAGE + 1):
        shop.portone.buyer.pay(f"foreign-{number}", shop.checkout("", custom_data=None))
    shop.settle()

    did = shop.audit()

    assert did.listed == audit.PAGE + 1
    assert shop.meter.counts[Metric.AUDIT_CROWDED] >= 1


def test_a_page_portone_cannot_deliver_is_asked_for_in_halves(shop: AuditedShop) -> None:
    shop.sell("p1", heard=False)
    shop.settle()
    shop.portone.inject(operation="list_payments", fault=Fault.TRUNCATED_JSON, times=2)

    shop.audit()

    assert shop.status("p1") == "PAID"


def test_an_audit_portone_does_not_answer_fails_and_keeps_its_mark(shop: AuditedShop) -> None:
    shop.sell("p1", heard=False)
    shop.settle()
    shop.portone.inject(operation="list_payments", fault=Fault.HTML_502, times=None)

    with pytest.raises(PortOneError):
        shop.audit()
    shop.portone.clear_faults()
    shop.audit()

    assert shop.status("p1") == "PAID"


def test_an_audit_out_of_time_goes_on_from_its_mark(shop: AuditedShop) -> None:
    shop.sell("p1", heard=False)
    shop.settle()

    with pytest.raises(AuditUnfinished):
        shop.audit(seconds=30)
    shop.audit()

    assert shop.status("p1") == "PAID"


def test_a_payment_whose_reading_nobody_can_read_is_listed_and_stops_nothing(shop: AuditedShop) -> None:
    shop.sell("p1", heard=False)
    shop.sell("p2", heard=False)
    shop.settle()
    shop.portone.inject(operation="get_payment", fault=Fault.TRUNCATED_JSON)

    shop.audit()

    assert shop.found() == {("p1", KIND.UNREADABLE)}
    assert shop.status("p2") == "PAID"


def test_windows_overlap_by_a_second_at_both_ends_whether_or_not_portone_counts_them_in(
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
