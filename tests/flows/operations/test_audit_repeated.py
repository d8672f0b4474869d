"""A difference seen by many audits is listed once, closed once, and opens again only when it differs."""

from dataclasses import replace

from portone_payments.domain.records.audit import DiscrepancyKind, DiscrepancyState
from portone_payments.ports.world import Metric
from tests.support.audited import HOUR, AuditedShop

KIND = DiscrepancyKind


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
    shop.store.save(replace(row, attention=DiscrepancyState.CLOSED, said="dealt with"))


def test_a_closed_discrepancy_stays_closed_while_nothing_changes(shop: AuditedShop) -> None:
    shop.sell("p1")
    shop.lose("p1")
    shop.settle()
    shop.audit()
    close(shop)
    shop.settle()

    shop.audit()

    assert shop.found() == set()


def test_a_closed_discrepancy_reopens_when_it_differs_otherwise(shop: AuditedShop) -> None:
    shop.sell("p1")
    shop.lose("p1")
    shop.settle()
    shop.audit()
    close(shop)
    shop.portone.console.cancel("p1")
    shop.settle()

    shop.audit()

    assert shop.found() == {("p1", KIND.MISSING_HERE)}


def test_a_change_of_the_last_ten_minutes_waits_for_the_next_audit(shop: AuditedShop) -> None:
    shop.sell("p1")
    shop.lose("p1")
    shop.clock.advance(599)
    shop.audit()
    early = shop.found()
    shop.clock.advance(602)

    shop.audit()

    assert (early, shop.found()) == (set(), {("p1", KIND.MISSING_HERE)})
