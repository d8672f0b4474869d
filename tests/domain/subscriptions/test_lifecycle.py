"""What a customer or the shop may do with a subscription: pause it, cancel it, begin it (rule 8)."""

from datetime import date
from typing import Any

import pytest

from portone_payments.domain.errors.billing import ChangeNotAllowed, SubscriptionEnded
from portone_payments.domain.records.subscriptions import EndReason, Subscription, SubscriptionStatus
from portone_payments.domain.shared.calendar import DAY, HOUR, kst_midnight
from portone_payments.domain.subscriptions.collection import advance, due_invoice, next_due
from portone_payments.domain.subscriptions.ending import ended
from portone_payments.domain.subscriptions.lifecycle import cancel, pause, resume, subscribe, use_key
from portone_payments.domain.subscriptions.plan_change import change_later, change_now
from portone_payments.domain.subscriptions.settlement import attempt_failed, paid
from tests.support.subscriptions import BIG, POLICY, a_plan, at, by_app, flying, started, tried

START = at(2026, 1, 1)


def running() -> Subscription:
    return tried(started(START), START)


def test_a_pause_drops_an_unpaid_plan_change() -> None:
    changed = change_now(running(), BIG, by_app(at(2026, 1, 11)), [], POLICY)

    assert pause(changed, None, by_app(at(2026, 1, 11))).change is None


def test_a_pause_ends_by_itself_and_charges_the_rest_of_the_period() -> None:
    resumes = kst_midnight(date(2026, 2, 15))
    held = pause(running(), resumes, by_app(at(2026, 1, 20)))

    during = advance(held, by_app(at(2026, 2, 1)), POLICY)
    after = advance(during, by_app(at(2026, 2, 15)), POLICY)

    assert (due_invoice(during, at(2026, 2, 1)), next_due(held, at(2026, 1, 20), POLICY)) == (None, resumes)
    assert after.invoices["2"].amount == 9_900 - 9_900 * 14 // 28


def test_a_pause_inside_a_paid_period_charges_nothing_twice() -> None:
    held = pause(running(), None, by_app(at(2026, 1, 10)))

    after = advance(resume(held, by_app(at(2026, 1, 20))), by_app(at(2026, 1, 20)), POLICY)

    assert due_invoice(after, at(2026, 1, 20)) is None
    assert len(after.invoices) == 1


def test_a_cancellation_at_the_end_of_the_period_charges_nothing_more() -> None:
    leaving = cancel(running(), by_app(at(2026, 1, 10)), at_period_end=True)

    after = advance(leaving, by_app(at(2026, 2, 1)), POLICY)

    assert (leaving.status, after.status) == (SubscriptionStatus.ENDING, SubscriptionStatus.ENDED)
    assert len(after.invoices) == 1


def test_a_cancellation_waits_for_a_charge_under_way_and_starts_no_other() -> None:
    now = at(2026, 2, 1)
    leaving = cancel(flying(running(), now), by_app(now), at_period_end=False)
    invoice = leaving.invoices["2"]

    assert leaving.status is SubscriptionStatus.ACTIVE
    assert paid(leaving, invoice, by_app(now), by="payment-2").status is SubscriptionStatus.ENDED
    assert (
        attempt_failed(leaving, invoice, "pg_provider", by_app(now), POLICY).status
        is SubscriptionStatus.ENDED
    )
    assert due_invoice(leaving, now + 90 * DAY) is None


def test_cancelling_twice_is_the_same_cancellation() -> None:
    gone = ended(running(), by_app(START), EndReason.CUSTOMER)

    assert cancel(gone, by_app(START + HOUR), at_period_end=False) is gone


@pytest.mark.parametrize("act", [resume, use_key, change_later])
def test_a_cancelled_subscription_does_not_change(act: Any) -> None:
    gone = ended(running(), by_app(START), EndReason.CUSTOMER)
    arguments: dict[Any, tuple[Any, ...]] = {use_key: (None,), change_later: (BIG,)}
    options = {"by_customer": True} if act is change_later else {}

    with pytest.raises(SubscriptionEnded):
        act(gone, *arguments.get(act, ()), by_app(START), **options)


@pytest.mark.parametrize("start", ["2025-12-31", "2027-01-03"])
def test_a_subscription_starts_within_the_coming_year(start: str) -> None:
    with pytest.raises(ChangeNotAllowed):
        subscribe(a_plan(), "sub1", "user-1", by_app(START), start=start, anchor_day=None, consented=False)
