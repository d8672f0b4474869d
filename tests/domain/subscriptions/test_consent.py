"""Consent: no price rise and no end of a free trial is charged without a consent of the last 30 days."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portone_payments.domain.records.subscriptions import Consent
from portone_payments.domain.subscriptions.consent import covers, needs_consent

CHARGE_AT = 1_750_000_000.0
DAYS_30 = 30 * 86_400
amounts = st.integers(0, 10_000_000)


@pytest.mark.parametrize(
    ("previous", "amount", "after_free_trial", "needed"),
    [
        (9_900, 9_901, False, True),
        (9_900, 9_900, False, False),
        (9_900, 8_900, False, False),
        (None, 9_900, False, False),
        (None, 9_900, True, True),
        (0, 9_900, False, True),
        (9_900, 9_900, True, True),
        (None, 0, True, False),
    ],
    ids=[
        "a rise",
        "the same",
        "a fall",
        "the first",
        "after a trial",
        "from free",
        "a trial later",
        "nothing",
    ],
)
def test_a_price_rise_and_the_end_of_a_trial_need_consent(
    previous: int | None, amount: int, *, after_free_trial: bool, needed: bool
) -> None:
    assert needs_consent(previous, amount, after_free_trial=after_free_trial, always=False) is needed


@given(previous=st.none() | amounts, amount=st.integers(1, 10_000_000))
def test_a_shop_may_require_consent_every_time(previous: int | None, amount: int) -> None:
    assert needs_consent(previous, amount, after_free_trial=False, always=True)


@pytest.mark.parametrize(
    ("given_at", "counts"),
    [
        (CHARGE_AT, True),
        (CHARGE_AT - DAYS_30, True),
        (CHARGE_AT - DAYS_30 - 1, False),
        (CHARGE_AT + 1, False),
    ],
    ids=["at the charge", "30 days before", "longer ago", "afterwards"],
)
def test_a_consent_counts_in_the_30_days_before_the_charge(given_at: float, *, counts: bool) -> None:
    assert covers([Consent(9_900, given_at)], 9_900, CHARGE_AT) is counts


@given(said=amounts, charged=amounts)
def test_a_consent_covers_its_amount_or_less_but_never_more(said: int, charged: int) -> None:
    assert covers([Consent(said, CHARGE_AT)], charged, CHARGE_AT) is (charged <= said)


def test_two_partial_consents_make_no_consent() -> None:
    old_but_enough = Consent(9_900, CHARGE_AT - DAYS_30 - 1)
    fresh_but_less = Consent(9_899, CHARGE_AT)

    assert not covers([old_but_enough, fresh_but_less], 9_900, CHARGE_AT)
    assert not covers([], 9_900, CHARGE_AT)
