"""What a discount takes off, and for how many periods."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.domain.records.subscriptions import Discount
from portone_payments.domain.subscriptions.discounts import applies, checked_discount, counted, off

HALF = Discount(left=2, percent=50)
WON = Discount(left=1, amount=1_000)


@pytest.mark.parametrize(
    ("discount", "worth", "whole", "taken"),
    [
        (HALF, 9_901, 9_901, 4_951),
        (HALF, 0, 9_900, 0),
        (WON, 9_900, 9_900, 1_000),
        (WON, 3_300, 9_900, 334),
        (WON, 500, 500, 500),
    ],
)
def test_a_fraction_of_a_unit_and_of_a_period_is_the_customers(
    discount: Discount, worth: int, whole: int, taken: int
) -> None:
    assert off(discount, worth, whole) == taken


@given(st.integers(1, 99), st.integers(0, 10**10))
def test_a_percentage_never_takes_more_than_there_is(percent: int, worth: int) -> None:
    assert 0 <= off(Discount(left=1, percent=percent), worth, worth) <= worth


def test_a_period_counts_once_however_often_it_is_invoiced() -> None:
    once = counted(HALF, 100)
    again = counted(once, 100)
    twice = counted(again, 200)

    assert again == once
    assert (once and once.left, twice and twice.left) == (1, 0)
    assert [applies(twice, starts) for starts in (200, 300)] == [True, False]
    assert counted(twice, 300) == twice


@pytest.mark.parametrize(("percent", "amount"), [(None, None), (50, 1_000), (None, 9_900), (None, 10_000)])
def test_a_discount_is_one_of_two_and_leaves_something_to_pay(
    percent: int | None, amount: int | None
) -> None:
    with pytest.raises(InvalidRequest):
        checked_discount(percent, amount, 3, 9_900)
