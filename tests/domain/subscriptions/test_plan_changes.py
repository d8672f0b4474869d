"""Another plan: what it costs, when it begins, and what it must wait for (rule 8.9)."""

from dataclasses import replace
from datetime import date

import pytest

from portone_payments.domain.errors.billing import ChangeNotAllowed, PriceChanged, SubscriptionBusy
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.payments import Status
from portone_payments.domain.records.settled_invoices import RUNNING_KEPT, parted
from portone_payments.domain.records.subscriptions import InvoiceState, Subscription, SubscriptionStatus
from portone_payments.domain.shared.calendar import Interval, Unit, kst_midnight
from portone_payments.domain.subscriptions.collection import advance, due_invoice, next_due
from portone_payments.domain.subscriptions.covering import paid_with
from portone_payments.domain.subscriptions.invoices import open_invoices
from portone_payments.domain.subscriptions.lifecycle import pause, resume
from portone_payments.domain.subscriptions.paying import waived
from portone_payments.domain.subscriptions.plan_change import (
    change_as_shown,
    change_later,
    change_now,
    preview,
)
from portone_payments.domain.subscriptions.proration import plan_change
from portone_payments.domain.subscriptions.settlement import attempt_failed
from tests.support.records import a_payment
from tests.support.subscriptions import BIG, POLICY, a_plan, at, by_app, flying, newest, started, tried

START = at(2026, 1, 1)


def running() -> Subscription:
    return tried(started(START), START)


def test_the_preview_is_what_is_charged() -> None:
    now = at(2026, 1, 11)
    subscription = running()

    shown = preview(subscription, BIG, by_app(now), [], POLICY)
    changed = change_now(subscription, BIG, by_app(now), [], POLICY)
    invoice = due_invoice(changed, now)

    assert invoice is not None
    assert shown.due == invoice.amount
    expected = plan_change(9_900, 19_800, date(2026, 1, 11), date(2026, 1, 1), date(2026, 2, 1))
    assert shown.invoice is not None
    assert (shown.invoice.worth, shown.invoice.credited) == (expected.charge, expected.credit)


def test_only_the_sum_a_customer_was_shown_is_charged() -> None:
    now = by_app(at(2026, 1, 11))
    due = preview(running(), BIG, now, [], POLICY).due

    changed = change_as_shown(running(), BIG, now, [], POLICY, shown=due)
    with pytest.raises(PriceChanged) as refused:
        change_as_shown(running(), BIG, now, [], POLICY, shown=due - 1)

    assert changed == change_now(running(), BIG, now, [], POLICY)
    assert refused.value.data == {"amount": due}


def test_a_dearer_plan_begins_when_its_difference_is_paid() -> None:
    now = at(2026, 1, 11)
    changed = change_now(running(), BIG, by_app(now), [], POLICY)

    upgraded = tried(changed, now)

    assert (changed.plan_id, upgraded.plan_id, upgraded.amount) == ("plan-1", "plan-2", 19_800)


def test_a_declined_difference_keeps_the_plan_and_is_not_dunned() -> None:
    now = at(2026, 1, 11)
    held = flying(change_now(running(), BIG, by_app(now), [], POLICY), now)
    invoice = held.invoices[held.in_flight or ""]

    after = attempt_failed(held, invoice, "pg_provider", by_app(now), POLICY)

    assert (after.plan_id, after.change, after.status) == ("plan-1", None, SubscriptionStatus.ACTIVE)
    assert after.invoices[invoice.id].state is InvoiceState.VOID


def test_a_declined_difference_keeps_the_change_scheduled_for_the_next_period() -> None:
    now = at(2026, 1, 11)
    small = a_plan(plan_id="plan-0", amount=3_100)
    later = change_later(running(), small, by_app(now), by_customer=True)
    held = flying(change_now(later, BIG, by_app(now), [], POLICY), now)

    after = attempt_failed(held, held.invoices[held.in_flight or ""], "pg_provider", by_app(now), POLICY)

    assert after.change == later.change
    assert advance(after, by_app(at(2026, 2, 1)), POLICY).invoices["3"].amount == 3_100


def test_a_change_being_paid_for_cannot_be_moved_to_the_next_period() -> None:
    now = at(2026, 1, 11)
    small = a_plan(plan_id="plan-0", amount=3_100)
    held = flying(change_now(running(), BIG, by_app(now), [], POLICY), now)

    with pytest.raises(SubscriptionBusy):
        change_later(held, small, by_app(now), by_customer=True)


def test_no_plan_changes_at_once_days_after_a_period_without_a_successor() -> None:
    with pytest.raises(ChangeNotAllowed):
        preview(running(), BIG, by_app(at(2026, 2, 3)), [], POLICY)


def test_a_cheaper_plan_begins_at_once_and_leaves_a_credit() -> None:
    now = at(2026, 1, 11)
    small = a_plan(plan_id="plan-0", amount=3_100)

    after = change_now(running(), small, by_app(now), [], POLICY)

    proration = plan_change(9_900, 3_100, date(2026, 1, 11), date(2026, 1, 1), date(2026, 2, 1))
    assert (after.plan_id, after.balance) == ("plan-0", -proration.due)


def test_a_credit_is_used_by_the_next_invoice() -> None:
    small = a_plan(plan_id="plan-0", amount=3_100)
    changed = change_now(running(), small, by_app(at(2026, 1, 11)), [], POLICY)

    after = advance(changed, by_app(at(2026, 2, 1)), POLICY)

    assert after.invoices["3"].balance == min(3_100, changed.balance)
    assert after.invoices["3"].amount + after.invoices["3"].balance == 3_100


def test_a_plan_from_the_next_period_on_costs_nothing_now() -> None:
    later = change_later(running(), BIG, by_app(at(2026, 1, 11)), by_customer=True)

    after = advance(later, by_app(at(2026, 2, 1)), POLICY)

    assert (later.plan_id, after.plan_id, after.invoices["2"].amount) == ("plan-1", "plan-2", 19_800)
    assert due_invoice(after, at(2026, 2, 1)) is not None


def test_a_dearer_plan_the_shop_chose_waits_for_a_consent() -> None:
    later = change_later(running(), BIG, by_app(at(2026, 1, 11)), by_customer=False)

    after = advance(later, by_app(at(2026, 2, 1)), POLICY)

    assert after.invoices["2"].state is InvoiceState.WITHHELD


def test_another_interval_begins_with_the_next_period_and_counts_from_there() -> None:
    weekly = a_plan(plan_id="plan-w", amount=3_000, interval=Interval(Unit.WEEK, 1))
    later = change_later(running(), weekly, by_app(at(2026, 1, 11)), by_customer=True)

    after = tried(later, at(2026, 2, 1))

    assert (after.start, after.invoices["2"].amount) == ("2026-02-01", 3_000)
    assert next_due(after, at(2026, 2, 1), POLICY) == at(2026, 2, 8, hour=10)


YEARLY = a_plan(plan_id="plan-y", amount=99_000, interval=Interval(Unit.YEAR, 1))


def test_another_interval_begins_at_once_and_sets_off_the_rest_by_days() -> None:
    now = at(2026, 1, 11)
    shown = preview(running(), YEARLY, by_app(now), [], POLICY)

    changed = tried(change_now(running(), YEARLY, by_app(now), [], POLICY), now)

    # 21 of 31 days of 9,900 won had been paid for
    assert newest(changed).amount == shown.due == 99_000 - 6_707
    assert (changed.start, changed.next_number, changed.interval) == ("2026-01-11", 1, YEARLY.interval)
    assert changed.paid_until == newest(changed).ends == kst_midnight(date(2027, 1, 11))
    assert newest(advance(changed, by_app(at(2027, 1, 11)), POLICY)).amount == 99_000


def test_a_shorter_interval_at_once_leaves_the_rest_in_the_balance() -> None:
    now = at(2026, 1, 11)
    yearly = tried(started(START, YEARLY), START)

    monthly = change_now(yearly, a_plan(), by_app(now), [], POLICY)

    rest = 99_000 - 99_000 * 10 // 365
    assert (newest(monthly).amount, newest(monthly).state) == (0, InvoiceState.PAID)
    assert monthly.balance == rest - 9_900
    assert monthly.paid_until == kst_midnight(date(2026, 2, 11))


def test_days_set_off_by_another_interval_are_not_set_off_again() -> None:
    now = at(2026, 1, 11)
    yearly = tried(change_now(running(), YEARLY, by_app(now), [], POLICY), now)

    back = preview(yearly, a_plan(), by_app(now), [], POLICY).invoice

    assert back is not None
    assert back.credited == 99_000
    assert paid_with(yearly, by_app(now)) == [newest(yearly).paid_by]


def test_a_declined_change_of_interval_leaves_the_calendar() -> None:
    now = at(2026, 1, 11)
    held = flying(change_now(running(), YEARLY, by_app(now), [], POLICY), now)

    after = attempt_failed(held, held.invoices[held.in_flight or ""], "pg_provider", by_app(now), POLICY)
    resumed = advance(resume(pause(after, None, by_app(now)), by_app(now)), by_app(now), POLICY)

    assert (after.plan_id, after.change, after.next_number) == ("plan-1", None, 1)
    assert [each.id for each in open_invoices(resumed)] == []


def test_the_shop_does_not_replace_what_its_customer_chose() -> None:
    now = by_app(at(2026, 1, 11))
    small = a_plan(plan_id="plan-0", amount=3_100)
    later = change_later(running(), small, now, by_customer=True)

    with pytest.raises(ChangeNotAllowed) as refused:
        change_later(later, BIG, now, by_customer=False)

    assert refused.value.data == {"reason": "chosen"}
    assert change_later(later, BIG, now, by_customer=True).change != later.change


def test_a_refunded_amount_is_not_credited_and_the_preview_shows_it() -> None:
    now = at(2026, 1, 11)
    given_back = [replace(a_payment(), status=Status.CANCELLED)]
    small = a_plan(plan_id="plan-0", amount=3_100)

    for plan in (small, BIG):
        with pytest.raises(ChangeNotAllowed) as shown:
            preview(running(), plan, by_app(now), given_back, POLICY)
        with pytest.raises(ChangeNotAllowed) as changed:
            change_now(running(), plan, by_app(now), given_back, POLICY)

        assert shown.value.data == changed.value.data == {"reason": "refunded"}


def test_a_period_the_shop_waived_gives_no_credit() -> None:
    declined = tried(running(), at(2026, 2, 1), "card_declined")
    waived_ = waived(declined, "2", Moment(now=at(2026, 2, 2), by="staff"))

    with pytest.raises(ChangeNotAllowed) as refused:
        change_now(waived_, a_plan(plan_id="plan-0", amount=3_100), by_app(at(2026, 2, 3)), [], POLICY)

    assert (waived_.status, refused.value.data) == (SubscriptionStatus.ACTIVE, {"reason": "unpaid"})


def test_today_is_paid_by_the_period_and_by_dearer_plans_bought_in_it() -> None:
    now = at(2026, 1, 11)
    upgraded = tried(change_now(running(), BIG, by_app(now), [], POLICY), now)
    renewed = tried(upgraded, at(2026, 2, 1))

    assert paid_with(upgraded, by_app(now)) == ["payment-1", "payment-2"]
    assert paid_with(renewed, by_app(at(2026, 2, 11))) == ["payment-3"]


def test_every_payment_of_a_period_stays_in_sight_of_its_refunds_however_often_its_plan_changes() -> None:
    now, held = by_app(at(2026, 1, 11)), running()
    dearer = [a_plan(plan_id=f"plan-{n}", amount=9_900 + 3_000 * n) for n in range(1, RUNNING_KEPT + 2)]
    for plan in dearer[:-1]:
        held = parted(tried(change_now(held, plan, now, [], POLICY), now.now))[0]
    for plan in reversed(dearer[:-1]):
        held = parted(change_now(held, plan, now, [], POLICY))[0]

    assert paid_with(held, now) == [f"payment-{n}" for n in range(1, RUNNING_KEPT + 2)]
    with pytest.raises(ChangeNotAllowed) as refused:
        change_now(replace(held, balance=0), dearer[-1], now, [], POLICY)
    assert refused.value.data == {"reason": "too_many_changes"}
    assert change_later(held, dearer[-1], now, by_customer=True).change is not None


def test_nothing_changes_while_a_charge_has_no_outcome() -> None:
    held = flying(running(), at(2026, 2, 1))

    with pytest.raises(SubscriptionBusy):
        change_now(held, BIG, by_app(at(2026, 2, 1)), [], POLICY)
    with pytest.raises(SubscriptionBusy):
        pause(held, None, by_app(at(2026, 2, 1)))
