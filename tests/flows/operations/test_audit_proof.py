"""The audit over a day of a thousand payments: every planted difference, none invented, none in the way."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count

import pytest

from portone_local.portone import Unknowns
from portone_payments.domain.records.audit import DiscrepancyKind
from portone_payments.domain.records.payments import Seen, Status
from portone_payments.flows.operations import audit
from tests.support.audited import AuditedShop

KIND = DiscrepancyKind
PAYMENTS = 1_000
EVERY = 24  # one payment in so many is planted with a difference

# the switches that change what a list says; the others are told apart by the tests of the fake
SETTINGS = {
    name: Unknowns.all_settings()[name]
    for name in ("defaults", "total_count_is_of_the_page=False", "all_turned")
}

type Plant = Callable[[AuditedShop, str], DiscrepancyKind | None]


def seen(shop: AuditedShop, payment_id: str) -> Seen:
    found = shop.held(payment_id).seen
    assert found is not None
    return found


def lost_here(shop: AuditedShop, payment_id: str) -> DiscrepancyKind:
    shop.sell(payment_id)
    shop.lose(payment_id)
    return KIND.MISSING_HERE


def unknown_there(shop: AuditedShop, payment_id: str) -> DiscrepancyKind:
    shop.prepare(payment_id)
    shop.spoil(payment_id, status=Status.PAID, status_at=shop.clock.now())
    return KIND.MISSING_THERE


def paid_less(shop: AuditedShop, payment_id: str) -> DiscrepancyKind:
    shop.sell(payment_id, heard=False, amount=10)
    return KIND.AMOUNT


def amount_changed_here(shop: AuditedShop, payment_id: str) -> DiscrepancyKind:
    shop.sell(payment_id)
    shop.spoil(payment_id, total=900)
    return KIND.AMOUNT


def cancelled_only_here(shop: AuditedShop, payment_id: str) -> DiscrepancyKind:
    shop.sell(payment_id)
    shop.spoil(payment_id, status=Status.CANCELLED)
    return KIND.STATUS


def new_status_there(shop: AuditedShop, payment_id: str) -> DiscrepancyKind:
    shop.sell(payment_id)
    shop.portone.console.show_status(payment_id, "REVERSED")
    return KIND.STATUS


def refunded_only_here(shop: AuditedShop, payment_id: str) -> DiscrepancyKind:
    shop.sell(payment_id)
    shop.spoil(payment_id, seen=replace(seen(shop, payment_id), cancelled=100))
    return KIND.CANCELLED


def readable_in_the_list_only(shop: AuditedShop, payment_id: str) -> DiscrepancyKind:
    shop.sell(payment_id, heard=False)
    shop.wire.garbled.add(payment_id)
    return KIND.UNREADABLE


def unheard(shop: AuditedShop, payment_id: str) -> None:
    shop.sell(payment_id, heard=False)


def cancelled_in_the_console(shop: AuditedShop, payment_id: str) -> None:
    shop.sell(payment_id)
    shop.portone.console.cancel(payment_id)


def partly_cancelled_in_the_console(shop: AuditedShop, payment_id: str) -> None:
    shop.sell(payment_id)
    shop.portone.console.cancel(payment_id, 300)


PLANTS: tuple[Plant, ...] = (
    lost_here,
    unknown_there,
    paid_less,
    amount_changed_here,
    cancelled_only_here,
    new_status_there,
    refunded_only_here,
    readable_in_the_list_only,
    unheard,
    cancelled_in_the_console,
    partly_cancelled_in_the_console,
)


def a_day(shop: AuditedShop) -> dict[str, DiscrepancyKind | None]:
    """A thousand payments, forty of them planted; which, and how they have to be listed."""
    planted: dict[str, DiscrepancyKind | None] = {}
    for number in range(PAYMENTS):
        payment_id = f"p{number}"
        if number % EVERY == 0 and len(planted) < 40:
            planted[payment_id] = PLANTS[len(planted) % len(PLANTS)](shop, payment_id)
        else:
            shop.sell(payment_id)
        shop.clock.advance(75)
    shop.settle()
    return planted


def keep_moving(shop: AuditedShop) -> Iterator[str]:
    """At each call of PortOne something changes there: sold, refunded, heard of or not; which, in order."""
    numbers = count(1)
    healthy = iter([f"p{number}" for number in range(1, PAYMENTS) if number % EVERY])
    moved: list[str] = []

    def move() -> None:
        number = next(numbers)
        payment_id = next(healthy)
        shop.portone.console.cancel(payment_id, 100 if number % 2 else None)
        if number % 3:
            shop.hear(payment_id)
        shop.sell(f"new{number}", heard=bool(number % 4))
        moved.extend((payment_id, f"new{number}"))

    for nth in (2, 3, 5):
        shop.wire.plans["list_payments", nth] = move
    for nth in range(5, 45, 4):
        shop.wire.plans["get_payment", shop.wire.counts["get_payment"] + nth] = move
    return iter(moved)


@pytest.mark.parametrize("unknowns", SETTINGS.values(), ids=SETTINGS)
def test_every_planted_difference_is_found_none_is_invented_and_healable_ones_heal(
    unknowns: Unknowns,
) -> None:
    shop = AuditedShop(unknowns=unknowns)
    planted = a_day(shop)
    moved = keep_moving(shop)

    did = shop.audit()

    listed = {(payment_id, kind) for payment_id, kind in planted.items() if kind is not None}
    healable = [payment_id for payment_id, kind in planted.items() if kind is None]
    books = shop.portone.books()
    # of payment methods the worker tells, whom no audit hears
    of_payments = {*DiscrepancyKind} - {KIND.KEY_MISSING_THERE}
    assert (len(planted), {*planted.values()}) == (40, {*of_payments, None})
    assert len(list(moved)) > 10
    assert (did.windows > 1, audit.PAGE < PAYMENTS) == (True, True)
    assert shop.wire.counts["list_payments"] < 20
    assert shop.found() == listed
    assert [shop.status(each) for each in healable] == [books[each].state for each in healable]
    assert [seen(shop, each).cancelled for each in healable] == [books[each].cancelled for each in healable]


def test_a_second_audit_finds_nothing_more_and_healed_payments_agree() -> None:
    shop = AuditedShop()
    planted = a_day(shop)
    moved = keep_moving(shop)
    shop.audit()
    found = shop.found()
    shop.settle()

    shop.audit()

    assert shop.found() == found
    books = shop.portone.books()
    others = [each for each in moved if each not in planted]
    assert [shop.status(each) for each in others] == [books[each].state for each in others]
