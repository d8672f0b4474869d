"""The next charge is shown as it will be made, or what it waits for (rule 11.1)."""

from dataclasses import replace
from datetime import date

import pytest

from portone_payments.domain.records.subscriptions import Subscription
from portone_payments.domain.shared.calendar import HOUR, kst_midnight
from portone_payments.domain.subscriptions.ahead import Ahead, ChargeWaitsFor, ahead
from portone_payments.domain.subscriptions.lifecycle import cancel, pause
from portone_payments.domain.subscriptions.plan_change import change_later
from tests.support.subscriptions import (
    BIG,
    POLICY,
    START,
    a_plan,
    at,
    by_app,
    flying,
    newest,
    running,
    started,
    tried,
)

NOW = at(2026, 2, 10)


def next_of(subscription: Subscription, now: float = NOW) -> Ahead:
    return ahead(replace(subscription, pays_with="key-1"), now, POLICY)


def test_the_next_charge_is_the_next_period_in_the_allowed_hours() -> None:
    assert next_of(running()) == Ahead(at=at(2026, 2, 28, 10), amount=9_900)


def test_what_is_shown_is_what_is_charged_then() -> None:
    held = pause(running(), kst_midnight(date(2026, 3, 10)), by_app(NOW))
    shown = next_of(held)

    charged = newest(tried(held, shown.at or 0))

    assert (charged.amount, shown.at) == (shown.amount, at(2026, 3, 10, 10))
    assert 0 < charged.amount < 9_900


def test_a_credit_is_spent_before_the_next_charge() -> None:
    credited = replace(running(), balance=9_900 + 900)

    assert next_of(credited) == Ahead(at=at(2026, 3, 31, 10), amount=9_000)


def test_a_charge_behind_years_of_credit_is_shown_and_behind_more_what_pays_meanwhile() -> None:
    years, forever = (replace(running(), balance=9_900 * months) for months in (36, 600))

    assert next_of(years) == Ahead(at=at(2029, 2, 28, 10), amount=9_900)
    assert next_of(forever) == Ahead(waits_for=ChargeWaitsFor.BALANCE)


def test_a_declined_charge_comes_again_on_its_day() -> None:
    declined = tried(running(), at(2026, 2, 28, 10), "card_declined")

    assert next_of(declined, at(2026, 2, 28, 11)) == Ahead(at=at(2026, 3, 1, 10), amount=9_900)


@pytest.mark.parametrize(
    ("subscription", "now", "expected"),
    [
        (flying(started(START), START), START, Ahead(waits_for=ChargeWaitsFor.OUTCOME)),
        (pause(running(), None, by_app(NOW)), NOW, Ahead(waits_for=ChargeWaitsFor.CUSTOMER)),
        (cancel(running(), by_app(NOW), at_period_end=True), NOW, Ahead()),
        (cancel(running(), by_app(NOW), at_period_end=False), NOW, Ahead()),
        (
            change_later(running(), BIG, by_app(NOW), by_customer=False),
            NOW,
            Ahead(at=at(2026, 2, 28, 10), amount=19_800, waits_for=ChargeWaitsFor.CONSENT),
        ),
        (
            started(START, a_plan(trial_days=7)),
            START,
            Ahead(at=at(2026, 2, 7, 10), amount=9_900, waits_for=ChargeWaitsFor.CONSENT),
        ),
    ],
)
def test_where_no_charge_comes_by_itself_it_says_why(
    subscription: Subscription, now: int, expected: Ahead
) -> None:
    assert next_of(subscription, now) == expected


def test_a_hard_decline_waits_for_another_method() -> None:
    declined = tried(running(), at(2026, 2, 28, 10), "billing_key_not_found")
    hard = replace(
        declined,
        invoices={id_: replace(each, hard=id_ == "2") for id_, each in declined.invoices.items()},
    )
    late = {**hard.invoices, "2": replace(hard.invoices["2"], due_at=at(2026, 3, 15, 0))}

    assert next_of(replace(hard, invoices=late), at(2026, 2, 28) + HOUR).waits_for is ChargeWaitsFor.METHOD
