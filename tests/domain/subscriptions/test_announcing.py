"""A renewal, the end of a trial and another price are announced ahead, each once for its period."""

import json
from dataclasses import replace

import pytest

from portone_payments.domain.records.subscriptions import Subscription
from portone_payments.domain.shared.calendar import DAY, Interval, Unit
from portone_payments.domain.subscriptions.announcing import announced
from portone_payments.domain.subscriptions.collection import advance, next_due
from portone_payments.domain.subscriptions.lifecycle import cancel, consent
from portone_payments.domain.subscriptions.plan_change import change_later
from portone_payments.domain.subscriptions.policy import Announce, BillingPolicy
from tests.support.subscriptions import BIG, START, a_plan, at, by_app, facts, running, started

ALL = BillingPolicy(announce=Announce(renewal=3, yearly=7, trial=3, price=30))
RENEWAL = at(2026, 2, 28, 10)


def coming(subscription: Subscription) -> list[str]:
    return [each for each in facts(subscription) if each.endswith(("_coming", "_trial_ending"))]


def test_a_renewal_is_announced_once_with_what_it_will_ask_and_when() -> None:
    held = replace(running(), balance=900)
    mark = next_due(held, at(2026, 2, 1), ALL)
    assert mark == RENEWAL - 3 * DAY

    told = advance(advance(held, by_app(mark), ALL), by_app(mark + 60), ALL)

    assert coming(told) == ["subscription_renewal_coming"]
    assert told.history[-1].data == {"amount": 9_000, "charges_at": RENEWAL}
    assert next_due(told, mark, ALL) == RENEWAL
    assert coming(advance(told, by_app(at(2026, 3, 29)), ALL)) == ["subscription_renewal_coming"] * 2


def test_by_default_no_month_is_announced_and_every_year_is() -> None:
    default = BillingPolicy()
    yearly = a_plan(interval=Interval(Unit.YEAR, 1))
    paid = replace(running(), interval=yearly.interval)

    assert next_due(running(), START, default) == RENEWAL
    assert next_due(paid, START, default) == at(2027, 1, 31, 10) - 7 * DAY


@pytest.mark.parametrize("consented", [True, False])
def test_the_end_of_a_trial_is_announced_with_whether_it_waits_for_a_consent(*, consented: bool) -> None:
    trial = started(START, a_plan(trial_days=14), consented=consented)

    told = announced(trial, by_app(at(2026, 2, 11, 10)), ALL)

    assert told.history[-1].data["consent_missing"] is not consented
    assert coming(told) == ["subscription_trial_ending"]


def test_another_price_is_announced_with_the_agreed_one() -> None:
    dearer = change_later(running(), BIG, by_app(at(2026, 2, 10)), by_customer=False)

    told = announced(dearer, by_app(at(2026, 2, 10)), ALL)

    assert told.history[-1].data == {
        "amount": 19_800,
        "agreed": 9_900,
        "charges_at": RENEWAL,
        "consent_missing": True,
    }
    assert announced(told, by_app(at(2026, 2, 11)), ALL) is told
    assert coming(consent(told, 19_800, by_app(at(2026, 2, 12)))) == coming(told)


def test_what_ends_is_not_announced() -> None:
    leaving = cancel(running(), by_app(at(2026, 2, 1)), at_period_end=True)

    assert announced(leaving, by_app(at(2026, 2, 27)), ALL) is leaving


@pytest.mark.parametrize(
    "wrong", ["[]", '{"renewal": -1}', '{"renewal": 61}', '{"trial": "3"}', '{"when": 3}']
)
def test_days_that_make_no_sense_are_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="announcements"):
        Announce.parse(wrong)


def test_what_is_left_out_keeps_its_default() -> None:
    assert Announce.parse(json.dumps({"renewal": 5})) == Announce(renewal=5)
