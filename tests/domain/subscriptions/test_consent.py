"""Consent: no price rise and no end of a free trial is charged without a consent of the last 30 days."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portone_payments.domain.records.subscriptions import Agreement, Consent, Invoice, InvoiceKind
from portone_payments.domain.shared.calendar import Interval, Unit
from portone_payments.domain.subscriptions.consent import covers, needs_consent, with_choice
from tests.support.subscriptions import BIG, MONTHLY, a_plan, running

CHARGE_AT = 1_750_000_000.0
DAYS_30 = 30 * 86_400
WEEKLY = Interval(Unit.WEEK, 1)
amounts = st.integers(0, 10_000_000)


def a_period(price: int, interval: Interval = MONTHLY, plan_id: str = "plan-1") -> Invoice:
    return Invoice(
        id="1",
        kind=InvoiceKind.PERIOD,
        name="구독",
        amount=0,
        tax_free=0,
        starts=0,
        ends=1,
        due_at=0,
        price=price,
        interval=interval,
        plan_id=plan_id,
    )


def agreed(price: int | None, interval: Interval | None = MONTHLY) -> Agreement | None:
    return None if price is None else Agreement(amount=price, interval=interval)


@pytest.mark.parametrize(
    ("previous", "price", "after_free_trial", "needed"),
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
    previous: int | None, price: int, *, after_free_trial: bool, needed: bool
) -> None:
    asks = needs_consent(agreed(previous), a_period(price), after_free_trial=after_free_trial, always=False)

    assert asks is needed


def test_the_same_price_for_another_interval_is_not_what_was_agreed() -> None:
    asks = [
        needs_consent(agreed(9_900, interval), a_period(9_900, WEEKLY), after_free_trial=False, always=False)
        for interval in (MONTHLY, WEEKLY, None)
    ]

    assert asks == [True, False, False]


@given(previous=st.none() | amounts, price=st.integers(1, 10_000_000))
def test_a_shop_may_require_consent_every_time(previous: int | None, price: int) -> None:
    assert needs_consent(agreed(previous), a_period(price), after_free_trial=False, always=True)


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
    assert covers([Consent(9_900, given_at)], a_period(9_900), CHARGE_AT) is counts


@given(said=amounts, charged=amounts)
def test_a_consent_covers_its_amount_or_less_but_never_more(said: int, charged: int) -> None:
    assert covers([Consent(said, CHARGE_AT)], a_period(charged), CHARGE_AT) is (charged <= said)


@pytest.mark.parametrize(
    ("interval", "plan_id", "counts"),
    [(MONTHLY, "plan-1", True), (WEEKLY, "plan-1", False), (MONTHLY, "plan-2", False), (None, "", True)],
)
def test_a_consent_is_for_a_plan_and_its_interval(
    interval: Interval | None, plan_id: str, *, counts: bool
) -> None:
    said = Consent(9_900, CHARGE_AT, interval=interval, plan_id=plan_id)

    assert covers([said], a_period(9_900), CHARGE_AT) is counts


def test_two_partial_consents_make_no_consent() -> None:
    old_but_enough = Consent(9_900, CHARGE_AT - DAYS_30 - 1)
    fresh_but_less = Consent(9_899, CHARGE_AT)

    assert not covers([old_but_enough, fresh_but_less], a_period(9_900), CHARGE_AT)
    assert not covers([], a_period(9_900), CHARGE_AT)


def test_a_cheaper_plan_withdraws_the_consent_to_a_dearer_one() -> None:
    dearer = replace(running(), consents=with_choice(running(), BIG, 1.0))

    cheaper = with_choice(dearer, a_plan(plan_id="plan-0", amount=3_100), 2.0)

    assert [each.amount for each in cheaper] == [3_100]
