"""Amounts are whole numbers of the minor unit, within reason."""

import pytest

from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.domain.shared.money import CURRENCIES, checked_amount, checked_tax_free


@pytest.mark.parametrize("amount", [1, 1_000, 10_000_000_000])
def test_whole_positive_amounts_pass(amount: int) -> None:
    assert checked_amount(amount, "KRW", field="amount.total") == amount


@pytest.mark.parametrize("amount", [True, 1.0, "1", None, [1]])
def test_only_integers_are_accepted(amount: object) -> None:
    with pytest.raises(InvalidRequest) as refused:
        checked_amount(amount, "KRW", field="amount.total")

    assert refused.value.data == {"field": "amount.total", "reason": "not_an_integer"}


@pytest.mark.parametrize("currency", sorted(CURRENCIES))
@pytest.mark.parametrize("amount", [0, -1, 10**12])
def test_zero_negative_and_absurd_amounts_are_refused(currency: str, amount: int) -> None:
    with pytest.raises(InvalidRequest) as refused:
        checked_amount(amount, currency, field="amount.total")

    assert refused.value.data["reason"] == "out_of_range"


def test_a_tax_free_part_may_be_zero() -> None:
    assert checked_amount(0, "KRW", field="amount.taxFree", least=0) == 0


@pytest.mark.parametrize("part", [0, 1, 10])
def test_a_tax_free_part_is_at_most_the_whole(part: int) -> None:
    assert checked_tax_free(part, 10, "KRW", field="amount.taxFree") == part


def test_a_tax_free_part_above_the_whole_is_refused() -> None:
    with pytest.raises(InvalidRequest) as refused:
        checked_tax_free(11, 10, "KRW", field="amount.taxFree")

    assert refused.value.data == {"field": "amount.taxFree", "reason": "above_total"}


def test_an_unsupported_currency_is_refused() -> None:
    with pytest.raises(InvalidRequest) as refused:
        checked_amount(1, "BTC", field="amount.total")

    assert refused.value.data["field"] == "currency"
