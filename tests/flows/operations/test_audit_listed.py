"""The audit lists for staff what it cannot heal, with the kind of difference, and undoes nothing."""

from dataclasses import replace

import pytest

from portone_payments.domain.records.audit import DiscrepancyKind
from portone_payments.domain.records.payments import Status
from tests.support.audited import AuditedShop

KIND = DiscrepancyKind


def test_another_amount_becomes_a_mismatch_and_is_listed_with_both_amounts(shop: AuditedShop) -> None:
    shop.sell("p1", heard=False, amount=10)
    shop.settle()

    shop.audit()
    [row] = shop.rows()

    assert (shop.status("p1"), row.kind) == ("MISMATCH", KIND.AMOUNT)
    assert (row.ours["total"], row.theirs["total"]) == (1_000, 10)


def test_a_payment_of_ours_without_a_record_is_listed(shop: AuditedShop) -> None:
    shop.sell("p1")
    shop.lose("p1")
    shop.settle()

    shop.audit()
    [row] = shop.rows()

    assert (row.payment_id, row.kind, row.ours) == ("p1", KIND.MISSING_HERE, {})
    assert (row.theirs["status"], row.theirs["total"]) == ("PAID", 1_000)


def test_in_live_mode_a_payment_whose_order_is_missing_too_is_listed() -> None:
    shop = AuditedShop(live=True)
    shop.sell("p1")
    shop.lose("p1", order=True)
    shop.settle()

    shop.audit()

    assert shop.found() == {("p1", KIND.MISSING_HERE)}


@pytest.mark.parametrize("status", [Status.PAID, Status.CANCELLED, Status.VIRTUAL_ACCOUNT_ISSUED])
def test_a_payment_unknown_at_portone_is_listed(shop: AuditedShop, status: Status) -> None:
    shop.prepare("p1")
    shop.spoil("p1", status=status, status_at=shop.clock.now())
    shop.settle()

    shop.audit()

    assert shop.found() == {("p1", KIND.MISSING_THERE)}


def test_a_payment_portone_shows_less_of_is_listed_and_not_undone(shop: AuditedShop) -> None:
    shop.sell("p1")
    shop.spoil("p1", status=Status.CANCELLED)
    shop.settle()

    shop.audit()

    assert (shop.status("p1"), shop.found()) == ("CANCELLED", {("p1", KIND.STATUS)})


def test_a_payment_portone_shows_less_of_is_read_until_an_attention_is_raised(
    shop: AuditedShop,
) -> None:
    shop.sell("p1")
    shop.spoil("p1", status=Status.CANCELLED)
    shop.settle()

    shop.audit()
    held = shop.held("p1")

    assert (held.lagging, held.due_at) == (1, int(shop.clock.now()) + 30)


def test_a_refund_unknown_at_portone_is_listed(shop: AuditedShop) -> None:
    seen = shop.sell("p1").seen
    assert seen is not None
    shop.spoil("p1", seen=replace(seen, cancelled=100))
    shop.settle()

    shop.audit()

    assert shop.found() == {("p1", KIND.CANCELLED)}


def test_an_unknown_status_is_listed(shop: AuditedShop) -> None:
    shop.sell("p1")
    shop.portone.console.show_status("p1", "REVERSED")
    shop.settle()

    shop.audit()

    assert (shop.status("p1"), shop.found()) == ("PAID", {("p1", KIND.STATUS)})


def test_a_payment_in_doubt_is_listed_and_not_believed(shop: AuditedShop) -> None:
    shop.sell("p1", heard=False, channel=None)
    shop.settle()

    shop.audit()

    assert (shop.status("p1"), shop.found()) == ("READY", {("p1", KIND.STATUS)})
