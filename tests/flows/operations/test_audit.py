"""The audit: what we missed heals, and two sides that agree have no difference."""

from collections.abc import Callable
from typing import Any

import pytest

from portone_local.portone import CancellationStatus, Fault
from portone_local.portone.checkout import TEST_CHANNEL
from portone_local.twins.dynamo import undisturbed
from portone_payments.ports.world import Metric
from tests.support.audited import HOUR, AuditedShop


def test_equal_books_have_no_difference_and_cost_no_reading(shop: AuditedShop) -> None:
    shop.sell("p1")
    shop.sell("p2", method="VIRTUAL_ACCOUNT")
    shop.settle()
    read = shop.wire.counts["get_payment"]

    shop.audit()

    assert shop.found() == set()
    assert shop.wire.counts["get_payment"] == read


def test_a_payment_without_a_webhook_heals(shop: AuditedShop) -> None:
    shop.sell("p1", heard=False)
    shop.settle()

    did = shop.audit()

    assert (shop.status("p1"), did.healed, shop.found()) == ("PAID", 1, set())
    assert shop.held("p1").history[-1].by == "audit"


@pytest.mark.parametrize(("amount", "status"), [(None, "CANCELLED"), (300, "PARTIAL_CANCELLED")])
def test_a_console_cancellation_heals(shop: AuditedShop, amount: int | None, status: str) -> None:
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


def test_a_known_mismatch_is_not_listed(shop: AuditedShop) -> None:
    shop.sell("p1", amount=10)
    shop.settle()

    shop.audit()

    assert (shop.status("p1"), shop.found()) == ("MISMATCH", set())


def test_a_test_payment_with_our_marker_is_not_ours_in_live_mode() -> None:
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


def test_a_payment_listed_twice_is_counted_once(shop: AuditedShop) -> None:
    shop.portone.buyer.pay("foreign", shop.checkout("", custom_data=None))
    shop.settle()
    shop.audit()
    shop.clock.advance(HOUR / 2)

    shop.audit()

    assert [day.foreign for day in shop.mark().days.values()] == [1]


def test_an_unpaid_payment_may_be_unknown_at_portone(shop: AuditedShop) -> None:
    shop.prepare("p1")
    shop.settle()

    shop.audit()

    assert shop.found() == set()


def test_a_reading_behind_the_record_proves_nothing(shop: AuditedShop) -> None:
    shop.sell("p1")
    shop.settle()

    def cancel_meanwhile(operation: str, call: Callable[[], Any]) -> Any:
        if operation == "BatchGetItem":
            shop.store.table.around = undisturbed
            shop.portone.console.cancel("p1", 300)
            shop.hear("p1")
            for _ in range(2):
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


def test_a_cancellation_that_failed_later_heals_when_the_status_changes(shop: AuditedShop) -> None:
    shop.sell("p1")
    asked = shop.portone.console.cancel("p1", 300, status=CancellationStatus.REQUESTED)
    shop.settle()
    shop.audit()

    shop.portone.console.settle_cancellation("p1", asked)
    shop.settle()
    shop.audit()

    assert (shop.status("p1"), shop.found()) == ("PARTIAL_CANCELLED", set())
