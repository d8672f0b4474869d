"""Proration in whole won: nothing lost, nothing invented, over any series of changes."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portone_payments.domain.refunds.tax import Left
from portone_payments.domain.refunds.tax import split as tax_split
from portone_payments.domain.shared.calendar import days_between
from portone_payments.domain.subscriptions.proration import plan_change, split, tax_free_share

START, END = date(2025, 1, 31), date(2025, 2, 28)
prices = st.integers(0, 10_000_000)
days = st.dates(START, END)


@st.composite
def changes(draw: st.DrawFn) -> list[tuple[date, int]]:
    """Days in order, each with the price from it on."""
    on = sorted(draw(st.lists(days, max_size=8)))
    return [(day, draw(prices)) for day in on]


def charged_in_all(first_price: int, series: list[tuple[date, int]]) -> int:
    price, total = first_price, first_price
    for day, new_price in series:
        total += plan_change(price, new_price, day, START, END).due
        price = new_price
    return total


@given(price=prices, total=st.integers(1, 3_660), data=st.data())
def test_the_two_parts_of_a_price_are_the_price(price: int, total: int, data: st.DataObject) -> None:
    used_days = data.draw(st.integers(0, total))

    used, unused = split(price, used_days, total)

    assert used + unused == price
    assert used >= 0
    assert unused >= 0
    assert abs(used * total - price * used_days) < total


@pytest.mark.parametrize(
    ("used", "parts"), [(0, (0, 10_000)), (28, (10_000, 0)), (14, (5_000, 5_000)), (1, (357, 9_643))]
)
def test_an_unused_period_is_worth_all_and_a_used_one_nothing(used: int, parts: tuple[int, int]) -> None:
    assert split(10_000, used, 28) == parts


@given(price=prices, cuts=st.lists(days, max_size=8))
def test_changes_that_do_not_change_the_price_charge_exactly_the_price(price: int, cuts: list[date]) -> None:
    assert charged_in_all(price, [(day, price) for day in sorted(cuts)]) == price


@given(first=prices, series=changes())
def test_a_series_of_changes_charges_each_price_for_its_own_days(
    first: int, series: list[tuple[date, int]]
) -> None:
    starts = [START, *(day for day, _ in series)]
    ends = [*starts[1:], END]
    by_day = [first, *(price for _, price in series)]
    spans = zip(by_day, starts, ends, strict=True)
    exact = sum(price * days_between(since, until) for price, since, until in spans)

    charged = charged_in_all(first, series)

    assert abs(charged * days_between(START, END) - exact) < len(by_day) * days_between(START, END)


@given(old=prices, new=prices, day=days)
def test_changing_back_on_the_same_day_costs_nothing(old: int, new: int, day: date) -> None:
    there = plan_change(old, new, day, START, END)
    back = plan_change(new, old, day, START, END)

    assert there.due + back.due == 0


@given(old=prices, new=prices, day=days)
def test_a_change_credits_and_charges_the_same_days(old: int, new: int, day: date) -> None:
    change = plan_change(old, new, day, START, END)

    assert 0 <= change.credit <= old
    assert 0 <= change.charge <= new
    assert change.due == change.charge - change.credit


def test_the_day_of_the_change_belongs_to_the_new_plan() -> None:
    on_the_first = plan_change(28_000, 56_000, START, START, END)
    on_the_last = plan_change(28_000, 56_000, END - timedelta(days=1), START, END)

    assert (on_the_first.credit, on_the_first.charge, on_the_first.due) == (28_000, 56_000, 28_000)
    assert (on_the_last.credit, on_the_last.charge, on_the_last.due) == (1_000, 2_000, 1_000)


def test_a_cheaper_plan_leaves_a_credit() -> None:
    assert plan_change(28_000, 0, date(2025, 2, 14), START, END).due == -14_000


@given(whole=prices, data=st.data())
def test_the_tax_free_share_of_a_part_is_one_the_tax_rules_accept(whole: int, data: st.DataObject) -> None:
    tax_free, part = data.draw(st.integers(0, whole)), data.draw(st.integers(0, whole))

    share = tax_free_share(part, whole, tax_free)
    rest = tax_free_share(whole, whole, tax_free) - share

    assert tax_split(part, Left(total=whole, tax_free=tax_free), tax_free=share, vat=None).tax_free == share
    assert 0 <= rest <= whole - part


@pytest.mark.parametrize(
    ("price", "used", "total"), [(-1, 0, 1), (100, -1, 28), (100, 29, 28), (100, 0, 0), (100, 0, -1)]
)
def test_a_price_is_split_within_its_period_only(price: int, used: int, total: int) -> None:
    with pytest.raises(ValueError, match="inside its period"):
        split(price, used, total)


@pytest.mark.parametrize("day", [START - timedelta(days=1), END + timedelta(days=1)])
def test_a_change_on_a_day_outside_the_period_is_refused(day: date) -> None:
    with pytest.raises(ValueError, match="inside its period"):
        plan_change(1_000, 2_000, day, START, END)


@pytest.mark.parametrize(("part", "tax_free"), [(-1, 0), (101, 0), (0, 101), (0, -1)])
def test_a_share_lies_inside_its_whole(part: int, tax_free: int) -> None:
    with pytest.raises(ValueError, match="inside the whole"):
        tax_free_share(part, 100, tax_free)
