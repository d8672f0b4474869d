"""Each period of a subscription is charged once, at its time and at its price (rules 8.6 and 8.7)."""

from dataclasses import replace

from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.subscriptions import EndReason, InvoiceState, SubscriptionStatus
from portone_payments.domain.shared.calendar import DAY, HOUR, Interval, Unit, kst_day, kst_seconds
from portone_payments.domain.subscriptions.collection import advance, due_invoice, next_due
from portone_payments.domain.subscriptions.dunning import CatchUp, DunningPolicy
from portone_payments.domain.subscriptions.ending import ended
from portone_payments.domain.subscriptions.lifecycle import pause, resume
from portone_payments.domain.subscriptions.policy import BillingPolicy
from portone_payments.domain.subscriptions.settlement import paid, with_attempt
from tests.support.subscriptions import (
    POLICY,
    START,
    a_plan,
    at,
    by_app,
    facts,
    newest,
    running,
    started,
    tried,
)


def test_the_first_period_is_charged_at_once_at_any_hour() -> None:
    now = at(2026, 1, 31, hour=3)

    subscription = tried(started(now), now)

    assert newest(subscription).state is InvoiceState.PAID
    assert subscription.status is SubscriptionStatus.ACTIVE


def test_each_period_is_charged_on_its_day_in_the_allowed_hours() -> None:
    subscription, days = running(), []
    for _ in range(4):
        due_at = next_due(subscription, START, POLICY)
        assert due_at is not None
        days.append((kst_day(due_at).isoformat(), kst_seconds(due_at) // HOUR))
        subscription = tried(subscription, due_at)

    assert days == [("2026-02-28", 10), ("2026-03-31", 10), ("2026-04-30", 10), ("2026-05-31", 10)]


def test_no_charge_starts_while_another_has_no_outcome() -> None:
    subscription = advance(running(), by_app(at(2026, 2, 28)), POLICY)
    invoice = due_invoice(subscription, at(2026, 2, 28))
    assert invoice is not None

    held = with_attempt(subscription, invoice, "payment-2", by_app(at(2026, 2, 28)))

    assert due_invoice(held, at(2026, 3, 31)) is None


def test_after_an_outage_of_days_only_the_current_period_is_charged() -> None:
    daily = a_plan(interval=Interval(Unit.DAY, 1))
    subscription = tried(started(START, daily), START)

    after = advance(subscription, by_app(START + 5 * DAY), POLICY)

    assert [each.state for each in after.invoices.values()] == [InvoiceState.PAID, InvoiceState.OPEN]
    assert "invoice_missed" in facts(after)


def test_all_missed_periods_are_charged_where_the_policy_says_so() -> None:
    daily = a_plan(interval=Interval(Unit.DAY, 1))
    subscription = tried(started(START, daily), START)
    policy = BillingPolicy(dunning=DunningPolicy(catch_up=CatchUp.ALL))

    after = advance(subscription, by_app(START + 5 * DAY), policy)

    assert len(after.invoices) == 6


def test_a_pause_is_not_charged_even_where_all_missed_periods_are() -> None:
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


def test_an_invoice_covered_by_a_credit_is_not_charged() -> None:
    now = at(2026, 2, 28, hour=10)
    rich = replace(running(), balance=10_000)

    after = advance(rich, by_app(now), POLICY)

    assert (newest(after).state, newest(after).balance, after.balance) == (InvoiceState.PAID, 9_900, 100)


def test_a_short_first_period_costs_its_days() -> None:
    subscription = started(at(2026, 2, 15), anchor_day=1)

    after = advance(subscription, by_app(at(2026, 2, 15)), POLICY)

    # 14 of February's 28 days
    assert newest(after).amount == 4_950


def test_nothing_is_invoiced_after_a_cancellation() -> None:
    now = at(2026, 2, 28, hour=10)
    after = ended(tried(running(), now, "pg_provider"), by_app(now + HOUR), EndReason.CUSTOMER)

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


def test_the_history_records_who_acted() -> None:
    moment = Moment(now=START, by="staff:kim")

    assert ended(running(), moment, EndReason.CUSTOMER).history[-1].by == "staff:kim"
