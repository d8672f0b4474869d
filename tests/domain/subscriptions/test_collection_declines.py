"""What a declined charge does to a subscription: retried, dunned, given up (rule 8.8)."""

from dataclasses import replace

import pytest

from portone_payments.domain.approvals.attempts import SPENT
from portone_payments.domain.records.subscriptions import InvoiceState, SubscriptionStatus
from portone_payments.domain.shared.calendar import DAY, Interval, Unit, kst_day
from portone_payments.domain.subscriptions.collection import advance, due_invoice, next_due
from portone_payments.domain.subscriptions.dunning import AtEnd, DunningPolicy
from portone_payments.domain.subscriptions.invoices import EARLIER_KEPT, under_another_id
from portone_payments.domain.subscriptions.policy import BillingPolicy
from portone_payments.domain.subscriptions.reopening import woken
from portone_payments.domain.subscriptions.settlement import (
    NO_KEY,
    attempt_ended,
    attempt_failed,
    paid,
    with_attempt,
)
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


def test_a_soft_decline_is_retried_on_the_days_of_the_policy() -> None:
    now = at(2026, 2, 28, hour=10)
    subscription = tried(running(), now, "pg_provider")

    days: list[int] = []
    while subscription.status is SubscriptionStatus.PAST_DUE and len(days) < 4:
        due_at = next_due(subscription, now, POLICY)
        assert due_at is not None
        days.append(kst_day(due_at).day)
        subscription = tried(subscription, due_at, "pg_provider")

    assert days == [1, 3, 5, 7]


def test_every_failed_step_is_published_for_the_customer() -> None:
    now = at(2026, 2, 28, hour=10)
    subscription = tried(running(), now, "pg_provider")
    subscription = tried(subscription, now + DAY, "pg_provider")

    assert facts(subscription).count("invoice_failed") == 2


def test_a_hard_decline_waits_for_another_method_and_not_for_a_day() -> None:
    now = at(2026, 2, 28, hour=10)
    subscription = advance(running(), by_app(now), POLICY)
    invoice = due_invoice(subscription, now)
    assert invoice is not None

    after = attempt_failed(subscription, invoice, NO_KEY, by_app(now), POLICY, hard=True)

    assert due_invoice(advance(after, by_app(now + 7 * DAY), POLICY), now + 7 * DAY) is None
    again = due_invoice(woken(after, by_app(now + 60)), now + 60)
    assert again is not None
    assert again.id == invoice.id


def test_a_new_method_given_at_night_is_charged_at_night() -> None:
    now = at(2026, 2, 28, hour=10)
    subscription = tried(running(), now, "pg_provider")
    night = at(2026, 2, 28, hour=23)

    woke = advance(woken(subscription, by_app(night)), by_app(night), POLICY)

    assert due_invoice(woke, night) is not None


def test_two_open_periods_share_one_attempt_a_day_oldest_first() -> None:
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
        (AtEnd.CANCEL, SubscriptionStatus.ENDED),
    ],
)
def test_the_policy_decides_when_grace_is_over(at_end: AtEnd, status: SubscriptionStatus) -> None:
    now = at(2026, 2, 28, hour=10)
    policy = BillingPolicy(dunning=DunningPolicy(at_end=at_end))
    subscription = tried(running(), now, "pg_provider")

    after = advance(subscription, by_app(now + 20 * DAY), policy)

    assert (after.status, newest(after).state) == (status, InvoiceState.UNPAID)
    assert due_invoice(after, now + 20 * DAY) is None


def test_a_given_up_invoice_is_charged_when_a_method_is_given_in_its_period() -> None:
    now = at(2026, 2, 28, hour=10)
    subscription = advance(tried(running(), now, "pg_provider"), by_app(now + 20 * DAY), POLICY)

    woke = woken(subscription, by_app(now + 21 * DAY))

    assert woke.status is SubscriptionStatus.PAST_DUE
    assert due_invoice(woke, now + 21 * DAY) is not None


def test_a_subscription_declined_at_its_start_is_over() -> None:
    after = tried(started(START), START, "pg_provider")

    assert after.status is SubscriptionStatus.ENDED
    assert next_due(after, START, POLICY) is None


def test_the_first_charge_after_a_trial_is_dunned_like_any_other() -> None:
    ends = at(2026, 1, 15, hour=10)
    trial = started(at(2026, 1, 1), a_plan(trial_days=14), consented=True)

    assert tried(trial, ends, "pg_provider").status is SubscriptionStatus.PAST_DUE


def test_an_invoice_whose_payment_id_takes_no_more_attempts_gets_a_new_id() -> None:
    now = at(2026, 2, 28, hour=10)
    after = tried(running(), now, SPENT)

    invoice = newest(after)
    assert (invoice.series, invoice.payment_id, invoice.earlier) == (2, None, ("payment-2",))
    assert due_invoice(after, now) == invoice


def test_the_newest_ids_of_an_invoice_are_kept_once_each() -> None:
    invoice = newest(running())
    for number in (*range(3 * EARLIER_KEPT), 3 * EARLIER_KEPT - 1):
        invoice = under_another_id(replace(invoice, payment_id=f"payment-{number}"))

    assert len(invoice.earlier) == EARLIER_KEPT
    assert (invoice.payment_id, invoice.earlier[-1]) == (None, f"payment-{3 * EARLIER_KEPT - 1}")


def test_a_late_approval_of_an_earlier_id_does_not_end_the_attempt_under_way() -> None:
    now = at(2026, 2, 28, hour=10)
    spent = tried(running(), now, SPENT)
    fresh = due_invoice(spent, now)
    assert fresh is not None
    flying = with_attempt(spent, fresh, "payment-2b", by_app(now))

    settled = paid(flying, flying.invoices[fresh.id], by_app(now), by="payment-2")

    assert (settled.invoices[fresh.id].state, settled.in_flight) == (InvoiceState.PAID, fresh.id)
    assert attempt_ended(settled, settled.invoices[fresh.id], by_app(now)).in_flight is None


def test_a_cancellation_waits_for_the_attempt_under_way() -> None:
    now = at(2026, 2, 28, hour=10)
    spent = tried(running(), now, SPENT)
    fresh = due_invoice(spent, now)
    assert fresh is not None
    flying = with_attempt(spent, fresh, "payment-2b", by_app(now))
    leaving = replace(flying, end_asked_at=now)

    settled = paid(leaving, leaving.invoices[fresh.id], by_app(now), by="payment-2")
    over = attempt_ended(settled, settled.invoices[fresh.id], by_app(now))

    assert (settled.status, over.status) == (SubscriptionStatus.ACTIVE, SubscriptionStatus.ENDED)
