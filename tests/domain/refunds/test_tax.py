"""Tax-free part and VAT over a series of partial refunds: nothing lost, nothing negative."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.domain.refunds.tax import Left, split

amounts = st.integers(min_value=1, max_value=10_000)
MOST_REFUNDS = 5


@st.composite
def payments(draw: st.DrawFn) -> Left:
    total = draw(amounts)
    tax_free = draw(st.integers(min_value=0, max_value=total))
    vat = draw(st.integers(min_value=0, max_value=total - tax_free))
    return Left(total=total, tax_free=tax_free, vat=vat)


@given(payment=payments(), data=st.data())
def test_the_parts_of_any_series_of_refunds_add_up_to_the_payment(payment: Left, data: st.DataObject) -> None:
    left, tax_free, vat = payment, 0, 0
    for number in range(MOST_REFUNDS):
        least_amount = left.total if number == MOST_REFUNDS - 1 else min(1, left.total)
        amount = data.draw(st.integers(min_value=least_amount, max_value=left.total))
        least = max(0, amount - (left.total - left.tax_free))
        said = data.draw(st.integers(min_value=least, max_value=min(amount, left.tax_free)))

        parts = split(amount, left, tax_free=said, vat=None)

        assert parts.vat is not None
        assert 0 <= parts.tax_free <= amount
        assert 0 <= parts.vat <= amount - parts.tax_free
        tax_free, vat = tax_free + parts.tax_free, vat + parts.vat
        left = replace(
            left,
            total=left.total - amount,
            tax_free=left.tax_free - parts.tax_free,
            vat=(left.vat or 0) - parts.vat,
        )
    assert (tax_free, vat) == (payment.tax_free, payment.vat)


def test_a_partial_refund_of_a_mixed_payment_must_state_its_tax_free_part() -> None:
    with pytest.raises(InvalidRequest) as refused:
        split(500, Left(total=1_000, tax_free=400), tax_free=None, vat=None)

    assert refused.value.data == {"field": "taxFreeAmount", "reason": "required_for_mixed_taxation"}


@pytest.mark.parametrize(("tax_free", "expected"), [(0, 0), (1_000, 500)])
def test_a_refund_of_a_uniformly_taxed_payment_states_nothing(tax_free: int, expected: int) -> None:
    parts = split(500, Left(total=1_000, tax_free=tax_free), tax_free=None, vat=None)

    assert parts.tax_free == expected


def test_a_full_refund_splits_the_rest_by_itself() -> None:
    parts = split(1_000, Left(total=1_000, tax_free=400, vat=54), tax_free=None, vat=None)

    assert (parts.tax_free, parts.vat) == (400, 54)


@pytest.mark.parametrize("said", [-1, 401, 501])
def test_an_impossible_tax_free_part_is_refused(said: int) -> None:
    with pytest.raises(InvalidRequest):
        split(500, Left(total=1_000, tax_free=400), tax_free=said, vat=None)


@pytest.mark.parametrize("said", [-1, 55])
def test_an_impossible_vat_is_refused(said: int) -> None:
    with pytest.raises(InvalidRequest):
        split(500, Left(total=1_000, tax_free=0, vat=54), tax_free=None, vat=said)


def test_an_unknown_vat_is_left_to_the_pg() -> None:
    assert split(500, Left(total=1_000, tax_free=0), tax_free=None, vat=None).vat is None
