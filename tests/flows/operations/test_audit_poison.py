"""The audit treats each payment by itself: one that cannot be read or examined stops no other (rule 10.8)."""

from collections.abc import Callable

import pytest

from portone_local.portone import Fault
from portone_payments.adapters.dynamo.codec import Item
from portone_payments.adapters.dynamo.keys import key_of
from portone_payments.adapters.dynamo.short_names import stored_as
from portone_payments.domain.errors.common import PortOneError
from portone_payments.domain.records.audit import DiscrepancyKind
from portone_payments.domain.records.payments import Payment
from portone_payments.ports.world import Metric
from tests.support.audited import AuditedShop


@pytest.fixture
def shop() -> AuditedShop:
    """Three paid payments without a webhook, the first a second before the others."""
    made = AuditedShop()
    made.sell("p1", heard=False)
    made.clock.advance(1)
    made.sell("p2", heard=False)
    made.sell("p3", heard=False)
    made.settle()
    return made


def damaged(item: Item) -> Item:
    return item | {name: {"S": "not a number"} for name in ("total", stored_as(Payment, "total"))}


def of_another_age(item: Item) -> Item:
    return item | {"schema": {"N": "9"}}


@pytest.mark.parametrize("damage", [damaged, of_another_age])
def test_an_unreadable_payment_of_ours_stops_no_other_and_is_not_foreign(
    shop: AuditedShop, damage: Callable[[Item], Item]
) -> None:
    item = shop.store.table.get(key_of("payment", "p1"))
    assert item
    shop.store.table.append(damage(item))

    shop.audit()

    assert (shop.status("p2"), shop.status("p3")) == ("PAID", "PAID")
    assert shop.meter.counts[Metric.ITEM_SKIPPED] == 1
    assert shop.meter.counts[Metric.AUDIT_FOREIGN] == 0
    assert shop.found() == set()


def test_a_payment_that_cannot_be_saved_stops_no_other(shop: AuditedShop) -> None:
    item = shop.store.table.get(key_of("payment", "p1"))
    assert item
    shop.store.table.append(item | {"filling": {"S": "x" * 390_000}})

    shop.audit()

    assert (shop.status("p2"), shop.status("p3")) == ("PAID", "PAID")
    assert shop.meter.counts[Metric.ITEM_SKIPPED] == 1


def test_a_payment_portone_does_not_answer_for_is_listed_and_stops_no_other(shop: AuditedShop) -> None:
    shop.wire.silent.add("p1")

    shop.audit()

    assert (shop.status("p2"), shop.status("p3")) == ("PAID", "PAID")
    assert shop.found() == {("p1", DiscrepancyKind.UNREADABLE)}
    assert shop.meter.counts[Metric.ITEM_SKIPPED] == 1


def test_an_outage_of_portone_is_not_blamed_on_a_payment(shop: AuditedShop) -> None:
    shop.portone.inject(operation="get_payment", fault=Fault.HTML_502, times=None)
    shop.wire.plans["get_payment", 1] = lambda: shop.portone.inject(
        operation="list_payments", fault=Fault.HTML_502, times=None
    )

    with pytest.raises(PortOneError):
        shop.audit()
    shop.portone.clear_faults()
    shop.audit()

    assert [shop.status(each) for each in ("p1", "p2", "p3")] == ["PAID"] * 3
    assert shop.found() == set()
