"""What time and answers make of a subscription (money rule 8)."""

from dataclasses import replace

import pytest

from portone_local.testing.subscriptions import POLICY, a_plan, at, by_app, started
from portone_payments.domain.billing_policy import BillingPolicy
from portone_payments.domain.calendar import DAY, HOUR, Interval, Unit, kst_day, kst_seconds
from portone_payments.domain.collecting import advance, due_invoice, next_due
from portone_payments.domain.dunning import AtEnd, CatchUp, DunningPolicy
from portone_payments.domain.facts import Moment
from portone_payments.domain.settling import NO_KEY, SPENT, cancelled, claimed, failed, landed, paid, woken
from portone_payments.domain.subscribing import consent, pause, resume
from portone_payments.domain.subscription_records import (
    Invoice,
    InvoiceState,
    Subscription,
    SubscriptionStatus,
)

START = at(2026, 1, 31)


def tried(subscription: Subscription, now: float, code: str | None = None) -> Subscription:
    """The invoice that is due now, claimed and paid, or declined with a code."""
    advanced = advance(subscription, by_app(now), POLICY)
    invoice = due_invoice(advanced, now)
    assert invoice is not None
    held = claimed(advanced, invoice, f"payment-{invoice.id}", by_app(now))
    invoice = held.invoices[invoice.id]
    if code is None:
        return paid(held, invoice, by_app(now), by=invoice.payment_id)
    return failed(held, invoice, code, by_app(now), POLICY)


def running(now: int = START) -> Subscription:
    return tried(started(now), now)


def newest(subscription: Subscription) -> Invoice:
    return max(subscription.invoices.values(), key=lambda each: int(each.id))


def facts(subscription: Subscription) -> list[str]:
    return [entry.fact for entry in subscription.history]


def test_the_first_period_is_charged_at_once_at_any_hour() -> None:
    now = at(2026, 1, 31, hour=3)

    subscription = tried(started(now), now)

    assert newest(subscription).state is InvoiceState.PAID
    assert subscription.status is SubscriptionStatus.ACTIVE


def test_each_period_is_charged_on_its_day_in_the_allowed_hours_and_returns_to_the_anchor() -> None:
    subscription, days = running(), []
    for _ in range(4):
        due_at = next_due(subscription, START, POLICY)
        assert due_at is not None
        days.append((kst_day(due_at).isoformat(), kst_seconds(due_at) // HOUR))
        subscription = tried(subscription, due_at)

    assert days == [("2026-02-28", 10), ("2026-03-31", 10), ("2026-04-30", 10), ("2026-05-31", 10)]


def test_while_one_try_has_no_outcome_there_is_no_other() -> None:
    subscription = advance(running(), by_app(at(2026, 2, 28)), POLICY)
    invoice = due_invoice(subscription, at(2026, 2, 28))
    assert invoice is not None

    held = claimed(subscription, invoice, "payment-2", by_app(at(2026, 2, 28)))

    assert due_invoice(held, at(2026, 3, 31)) is None


def test_a_soft_decline_is_tried_again_on_the_days_of_the_policy() -> None:
    now = at(2026, 2, 28, hour=10)
    subscription = tried(running(), now, "pg_provider")

    days: list[int] = []
    while subscription.status is SubscriptionStatus.PAST_DUE and len(days) < 4:
        due_at = next_due(subscription, now, POLICY)
        assert due_at is not None
        days.append(kst_day(due_at).day)
        subscription = tried(subscription, due_at, "pg_provider")

    assert days == [1, 3, 5, 7]


def test_every_failed_step_is_told_the_customer() -> None:
    now = at(2026, 2, 28, hour=10)
    subscription = tried(running(), now, "pg_provider")
    subscription = tried(subscription, now + DAY, "pg_provider")

    assert facts(subscription).count("invoice_failed") == 2


def test_a_hard_decline_waits_for_another_method_and_not_for_a_day() -> None:
    now = at(2026, 2, 28, hour=10)
    subscription = advance(running(), by_app(now), POLICY)
    invoice = due_invoice(subscription, now)
    assert invoice is not None

    after = failed(subscription, invoice, NO_KEY, by_app(now), POLICY, hard=True)

    assert due_invoice(advance(after, by_app(now + 7 * DAY), POLICY), now + 7 * DAY) is None
    again = due_invoice(woken(after, by_app(now + 60)), now + 60)
    assert again is not None
    assert again.id == invoice.id


def test_a_method_given_at_night_is_tried_at_night() -> None:
    now = at(2026, 2, 28, hour=10)
    subscription = tried(running(), now, "pg_provider")
    night = at(2026, 2, 28, hour=23)

    woke = advance(woken(subscription, by_app(night)), by_app(night), POLICY)

    assert due_invoice(woke, night) is not None


def test_two_open_periods_share_the_one_try_of_a_day_oldest_first() -> None:
    weekly = a_plan(interval=Interval(Unit.WEEK, 1))
    first = at(2026, 3, 2)
    subscription = tried(started(first, weekly), first)
    subscription = tried(subscription, at(2026, 3, 9, 10), "pg_provider")
    for day in (10, 12, 14):
        subscription = tried(subscription, at(2026, 3, day, 10), "pg_provider")
    both = advance(subscription, by_app(at(2026, 3, 16, 10)), POLICY)

    tries = due_invoice(both, at(2026, 3, 16, 10))
    assert tries is not None
    after = tried(both, at(2026, 3, 16, 10), "pg_provider")
    later = advance(after, by_app(at(2026, 3, 16, 12)), POLICY)

    assert tries.id == "2"
    assert due_invoice(later, at(2026, 3, 16, 12)) is None


@pytest.mark.parametrize(
    ("at_end", "status"),
    [
        (AtEnd.UNPAID, SubscriptionStatus.UNPAID),
        (AtEnd.PAUSE, SubscriptionStatus.PAUSED),
        (AtEnd.CANCEL, SubscriptionStatus.CANCELLED),
    ],
)
def test_when_grace_is_over_the_operators_choice_happens(at_end: AtEnd, status: SubscriptionStatus) -> None:
    now = at(2026, 2, 28, hour=10)
    policy = BillingPolicy(dunning=DunningPolicy(at_end=at_end))
    subscription = tried(running(), now, "pg_provider")

    after = advance(subscription, by_app(now + 20 * DAY), policy)

    assert (after.status, newest(after).state) == (status, InvoiceState.UNPAID)
    assert due_invoice(after, now + 20 * DAY) is None


def test_what_was_given_up_is_asked_for_again_when_a_method_is_given_in_its_period() -> None:
    now = at(2026, 2, 28, hour=10)
    subscription = advance(tried(running(), now, "pg_provider"), by_app(now + 20 * DAY), POLICY)

    woke = woken(subscription, by_app(now + 21 * DAY))

    assert woke.status is SubscriptionStatus.PAST_DUE
    assert due_invoice(woke, now + 21 * DAY) is not None


def test_after_an_outage_of_days_only_the_current_period_is_charged() -> None:
    daily = a_plan(interval=Interval(Unit.DAY, 1))
    subscription = tried(started(START, daily), START)

    after = advance(subscription, by_app(START + 5 * DAY), POLICY)

    assert [each.state for each in after.invoices.values()] == [InvoiceState.PAID, InvoiceState.OPEN]
    assert "invoice_missed" in facts(after)


def test_unless_all_are_wanted() -> None:
    daily = a_plan(interval=Interval(Unit.DAY, 1))
    subscription = tried(started(START, daily), START)
    policy = BillingPolicy(dunning=DunningPolicy(catch_up=CatchUp.ALL))

    after = advance(subscription, by_app(START + 5 * DAY), policy)

    assert len(after.invoices) == 6


def test_nobody_is_charged_for_a_pause_also_where_all_are_wanted() -> None:
    daily = a_plan(interval=Interval(Unit.DAY, 1))
    policy = BillingPolicy(dunning=DunningPolicy(catch_up=CatchUp.ALL))
    first = advance(started(START, daily), by_app(START), policy)
    running = pause(paid(first, newest(first), by_app(START), by="payment-1"), None, by_app(START))
    now = START + 5 * DAY

    after = advance(resume(running, by_app(now)), by_app(now), policy)

    assert [each.starts for each in after.invoices.values()] == [START - 12 * HOUR, now - 12 * HOUR]


def test_a_late_sweep_does_not_charge_at_night() -> None:
    night = at(2026, 2, 28, hour=22)

    after = advance(running(), by_app(night), POLICY)

    assert due_invoice(after, night) is None
    assert newest(after).due_at == at(2026, 3, 1, hour=10)


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
    too_little = advance(consent(withheld, 11_000, by_app(now)), by_app(now), POLICY)
    enough = advance(consent(withheld, 12_000, by_app(now)), by_app(now), POLICY)

    assert due_invoice(withheld, now) is None
    assert due_invoice(too_little, now) is None
    assert due_invoice(enough, now) is not None


def test_a_consent_that_never_comes_ends_like_a_charge_that_never_worked() -> None:
    now = at(2026, 2, 28, hour=10)
    withheld = advance(replace(running(), amount=12_000), by_app(now), POLICY)

    after = advance(withheld, by_app(now + 20 * DAY), POLICY)

    assert after.status is SubscriptionStatus.UNPAID


def test_what_was_covered_when_it_was_first_tried_stays_so_while_it_is_dunned() -> None:
    now = at(2026, 2, 28, hour=10)
    agreed = consent(replace(running(), amount=12_000), 12_000, by_app(now - 29 * DAY))
    failing = tried(agreed, now, "pg_provider")

    assert due_invoice(advance(failing, by_app(now + 3 * DAY), POLICY), now + 3 * DAY) is not None


def test_a_start_its_customer_watched_being_declined_is_over() -> None:
    after = tried(started(START), START, "pg_provider")

    assert after.status is SubscriptionStatus.CANCELLED
    assert next_due(after, START, POLICY) is None


def test_the_first_charge_after_a_trial_is_dunned_like_any_other() -> None:
    ends = at(2026, 1, 15, hour=10)
    trial = started(at(2026, 1, 1), a_plan(trial_days=14), consented=True)

    assert tried(trial, ends, "pg_provider").status is SubscriptionStatus.PAST_DUE


def test_when_portone_takes_no_more_tries_the_same_invoice_goes_on_under_a_new_id() -> None:
    now = at(2026, 2, 28, hour=10)
    after = tried(running(), now, SPENT)

    invoice = newest(after)
    assert (invoice.series, invoice.payment_id, invoice.earlier) == (2, None, ("payment-2",))
    assert due_invoice(after, now) == invoice


def test_nothing_is_charged_that_a_credit_covers() -> None:
    now = at(2026, 2, 28, hour=10)
    rich = replace(running(), credit=10_000)

    after = advance(rich, by_app(now), POLICY)

    assert (newest(after).state, newest(after).credit, after.credit) == (InvoiceState.PAID, 9_900, 100)


def test_a_short_first_period_costs_its_days() -> None:
    subscription = started(at(2026, 2, 15), anchor_day=1)

    after = advance(subscription, by_app(at(2026, 2, 15)), POLICY)

    # 14 of February's 28 days
    assert newest(after).amount == 4_950


def test_nothing_is_asked_for_after_a_cancellation() -> None:
    now = at(2026, 2, 28, hour=10)
    after = cancelled(tried(running(), now, "pg_provider"), by_app(now + HOUR))

    later = advance(after, by_app(now + 90 * DAY), POLICY)

    assert due_invoice(later, now + 90 * DAY) is None
    assert {each.state for each in later.invoices.values()} == {InvoiceState.PAID, InvoiceState.VOID}


def test_a_spike_is_spread_the_same_way_every_time() -> None:
    policy = BillingPolicy(dunning=DunningPolicy(smoothing_seconds=4 * HOUR))
    marks = {
        next_due(replace(running(), subscription_id=f"sub{number}"), START, policy) for number in range(50)
    }

    assert len(marks) > 40
    assert all(mark is not None and 10 <= kst_seconds(mark) // HOUR < 14 for mark in marks)


def test_by_whom_it_was_done_stands_in_the_history() -> None:
    moment = Moment(now=START, by="staff:kim")

    assert cancelled(running(), moment).history[-1].by == "staff:kim"


def test_a_consent_that_comes_late_in_the_period_has_what_was_given_up_asked_for_again() -> None:
    now = at(2026, 2, 28, hour=10)
    withheld = advance(replace(running(), amount=12_000), by_app(now), POLICY)
    unpaid = advance(withheld, by_app(now + 20 * DAY), POLICY)

    late = now + 21 * DAY
    agreed = advance(consent(unpaid, 12_000, by_app(late)), by_app(late), POLICY)

    assert due_invoice(agreed, late) is not None


def test_a_late_approval_of_an_earlier_id_does_not_end_the_try_under_way() -> None:
    now = at(2026, 2, 28, hour=10)
    spent = tried(running(), now, SPENT)
    fresh = due_invoice(spent, now)
    assert fresh is not None
    flying = claimed(spent, fresh, "payment-2b", by_app(now))

    settled = paid(flying, flying.invoices[fresh.id], by_app(now), by="payment-2")

    assert (settled.invoices[fresh.id].state, settled.in_flight) == (InvoiceState.PAID, fresh.id)
    assert landed(settled, settled.invoices[fresh.id], by_app(now)).in_flight is None


def test_a_cancellation_waits_for_that_try_too() -> None:
    now = at(2026, 2, 28, hour=10)
    spent = tried(running(), now, SPENT)
    fresh = due_invoice(spent, now)
    assert fresh is not None
    flying = claimed(spent, fresh, "payment-2b", by_app(now))
    leaving = replace(flying, cancel_asked_at=now)

    settled = paid(leaving, leaving.invoices[fresh.id], by_app(now), by="payment-2")
    over = landed(settled, settled.invoices[fresh.id], by_app(now))

    assert (settled.status, over.status) == (SubscriptionStatus.ACTIVE, SubscriptionStatus.CANCELLED)
