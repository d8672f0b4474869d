"""What is charged only with its customer's consent: the end of a trial, a higher price (rule 8.7)."""

from dataclasses import replace

import pytest

from portone_payments.domain.errors.billing import PriceChanged
from portone_payments.domain.records.subscriptions import InvoiceState, SubscriptionStatus
from portone_payments.domain.shared.calendar import DAY, HOUR
from portone_payments.domain.subscriptions.collection import advance, due_invoice
from portone_payments.domain.subscriptions.lifecycle import consent, pause, resume
from tests.support.subscriptions import POLICY, a_plan, at, by_app, newest, running, started, tried


def test_the_end_of_a_free_trial_is_charged_only_with_a_consent() -> None:
    now = at(2026, 1, 1)
    ends = at(2026, 1, 15, hour=10)
    trial = started(now, a_plan(trial_days=14))

    withheld = advance(trial, by_app(ends), POLICY)
    agreed = advance(consent(withheld, 9_900, by_app(ends + HOUR)), by_app(ends + HOUR), POLICY)

    assert (newest(withheld).state, due_invoice(withheld, ends)) == (InvoiceState.WITHHELD, None)
    assert due_invoice(agreed, ends + HOUR) is not None


def test_a_consent_given_at_the_start_of_a_short_trial_counts() -> None:
    ends = at(2026, 1, 15, hour=10)
    trial = started(at(2026, 1, 1), a_plan(trial_days=14), consented=True)

    assert due_invoice(advance(trial, by_app(ends), POLICY), ends) is not None


def test_a_price_rise_is_withheld_until_its_customer_agrees() -> None:
    now = at(2026, 2, 28, hour=10)
    raised = replace(running(), amount=12_000)

    withheld = advance(raised, by_app(now), POLICY)
    enough = advance(consent(withheld, 12_000, by_app(now)), by_app(now), POLICY)

    assert due_invoice(withheld, now) is None
    with pytest.raises(PriceChanged):
        consent(withheld, 11_000, by_app(now))
    assert due_invoice(enough, now) is not None


def test_an_invoice_without_consent_ends_like_one_whose_charges_fail() -> None:
    now = at(2026, 2, 28, hour=10)
    withheld = advance(replace(running(), amount=12_000), by_app(now), POLICY)

    after = advance(withheld, by_app(now + 20 * DAY), POLICY)

    assert after.status is SubscriptionStatus.UNPAID


def test_an_invoice_covered_by_consent_at_its_first_attempt_stays_covered_in_dunning() -> None:
    now = at(2026, 2, 28, hour=10)
    agreed = consent(replace(running(), amount=12_000), 12_000, by_app(now - 29 * DAY))
    failing = tried(agreed, now, "pg_provider")

    assert due_invoice(advance(failing, by_app(now + 3 * DAY), POLICY), now + 3 * DAY) is not None


def test_a_late_consent_reopens_the_given_up_invoice_of_its_period() -> None:
    now = at(2026, 2, 28, hour=10)
    withheld = advance(replace(running(), amount=12_000), by_app(now), POLICY)
    unpaid = advance(withheld, by_app(now + 20 * DAY), POLICY)

    late = now + 21 * DAY
    agreed = advance(consent(unpaid, 12_000, by_app(late)), by_app(late), POLICY)

    assert due_invoice(agreed, late) is not None


def test_an_invoice_a_late_consent_reopens_waits_for_the_allowed_hours() -> None:
    now, late = at(2026, 2, 28, hour=10), at(2026, 3, 21, hour=6)
    withheld = advance(replace(running(), amount=12_000), by_app(now), POLICY)
    unpaid = advance(withheld, by_app(now + 20 * DAY), POLICY)

    agreed = advance(consent(unpaid, 12_000, by_app(late)), by_app(late), POLICY)

    assert due_invoice(agreed, late) is None
    assert newest(agreed).due_at == at(2026, 3, 21, hour=10)


def test_a_consent_after_resuming_waits_for_the_allowed_hours() -> None:
    ends, night = at(2026, 1, 15, hour=10), at(2026, 1, 18, hour=23)
    paused = pause(started(at(2026, 1, 1), a_plan(trial_days=14)), None, by_app(ends))
    withheld = advance(resume(paused, by_app(ends)), by_app(ends), POLICY)

    agreed = advance(consent(withheld, 9_900, by_app(night)), by_app(night), POLICY)

    assert newest(withheld).asked
    assert newest(agreed).due_at == at(2026, 1, 19, hour=10)


def test_a_consent_does_not_retry_a_declined_charge() -> None:
    failing = tried(running(), at(2026, 2, 28, hour=10), "pg_provider")
    late = at(2026, 3, 21, hour=10)
    unpaid = advance(failing, by_app(late), POLICY)

    agreed = advance(consent(unpaid, 9_900, by_app(late)), by_app(late), POLICY)

    assert due_invoice(agreed, late) is None
