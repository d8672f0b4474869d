"""What a customer or the shop may do with a subscription (money rule 8)."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from portone_local.testing.records import an_order
from portone_local.testing.subscriptions import POLICY, a_plan, at, by_app, started
from portone_payments.domain.billing_errors import (
    ChangeNotAllowed,
    PartsDisagree,
    SubscriptionBusy,
    SubscriptionEnded,
)
from portone_payments.domain.calendar import DAY, HOUR, Interval, Unit, kst_midnight
from portone_payments.domain.collecting import advance, due_invoice, next_due
from portone_payments.domain.invoices import KEPT, open_invoices, with_invoice
from portone_payments.domain.payment_errors import OrderHasPayment
from portone_payments.domain.proration import plan_change
from portone_payments.domain.records import OrderPart
from portone_payments.domain.settling import cancelled, claimed, failed, paid
from portone_payments.domain.subscribing import (
    cancel,
    cancel_part,
    change_later,
    change_now,
    in_parts,
    pause,
    preview,
    resume,
    subscribe,
    use_key,
)
from portone_payments.domain.subscription_records import InvoiceState, Subscription, SubscriptionStatus

START = at(2026, 1, 1)
BIG = a_plan(plan_id="plan-2", name="큰 구독", amount=19_800)


def running() -> Subscription:
    return settled(started(START), START)


def settled(subscription: Subscription, now: float) -> Subscription:
    held = flying(subscription, now)
    invoice = held.invoices[held.in_flight or ""]
    return paid(held, invoice, by_app(now), by=invoice.payment_id)


def flying(subscription: Subscription, now: float) -> Subscription:
    advanced = advance(subscription, by_app(now), POLICY)
    invoice = due_invoice(advanced, now)
    assert invoice is not None
    return claimed(advanced, invoice, f"payment-{invoice.id}", by_app(now))


def test_the_preview_is_what_is_charged() -> None:
    now = at(2026, 1, 11)
    subscription = running()

    shown = preview(subscription, BIG, by_app(now))
    changed = change_now(subscription, BIG, by_app(now))
    invoice = due_invoice(changed, now)

    assert invoice is not None
    assert shown.proration.due == invoice.amount
    assert shown.proration == plan_change(
        9_900, 19_800, date(2026, 1, 11), date(2026, 1, 1), date(2026, 2, 1)
    )


def test_a_dearer_plan_begins_when_its_difference_is_paid() -> None:
    now = at(2026, 1, 11)
    changed = change_now(running(), BIG, by_app(now))

    upgraded = settled(changed, now)

    assert (changed.plan_id, upgraded.plan_id, upgraded.amount) == ("plan-1", "plan-2", 19_800)


def test_a_difference_that_is_declined_leaves_the_plan_and_is_not_dunned() -> None:
    now = at(2026, 1, 11)
    held = flying(change_now(running(), BIG, by_app(now)), now)
    invoice = held.invoices[held.in_flight or ""]

    after = failed(held, invoice, "pg_provider", by_app(now), POLICY)

    assert (after.plan_id, after.change, after.status) == ("plan-1", None, SubscriptionStatus.ACTIVE)
    assert after.invoices[invoice.id].state is InvoiceState.VOID


def test_a_cheaper_plan_begins_at_once_and_leaves_a_credit() -> None:
    now = at(2026, 1, 11)
    small = a_plan(plan_id="plan-0", amount=3_100)

    after = change_now(running(), small, by_app(now))

    proration = plan_change(9_900, 3_100, date(2026, 1, 11), date(2026, 1, 1), date(2026, 2, 1))
    assert (after.plan_id, after.credit) == ("plan-0", -proration.due)


def test_a_credit_is_spent_on_what_comes_next() -> None:
    small = a_plan(plan_id="plan-0", amount=3_100)
    changed = change_now(running(), small, by_app(at(2026, 1, 11)))

    after = advance(changed, by_app(at(2026, 2, 1)), POLICY)

    assert after.invoices["2"].credit == min(3_100, changed.credit)
    assert after.invoices["2"].amount + after.invoices["2"].credit == 3_100


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

    after = settled(later, at(2026, 2, 1))

    assert (after.start, after.invoices["2"].amount) == ("2026-02-01", 3_000)
    assert next_due(after, at(2026, 2, 1), POLICY) == at(2026, 2, 8, hour=10)


def test_another_interval_cannot_begin_in_the_middle_of_a_period() -> None:
    yearly = a_plan(plan_id="plan-y", interval=Interval(Unit.YEAR, 1))

    with pytest.raises(ChangeNotAllowed):
        change_now(running(), yearly, by_app(at(2026, 1, 11)))


def test_nothing_changes_while_a_charge_has_no_outcome() -> None:
    held = flying(running(), at(2026, 2, 1))

    with pytest.raises(SubscriptionBusy):
        change_now(held, BIG, by_app(at(2026, 2, 1)))
    with pytest.raises(SubscriptionBusy):
        pause(held, None, by_app(at(2026, 2, 1)))


def test_a_pause_ends_by_itself_and_charges_what_is_left_of_the_period() -> None:
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

    assert (leaving.status, after.status) == (SubscriptionStatus.ACTIVE, SubscriptionStatus.CANCELLED)
    assert len(after.invoices) == 1


def test_a_cancellation_waits_for_a_charge_under_way_and_lets_no_other_begin() -> None:
    now = at(2026, 2, 1)
    leaving = cancel(flying(running(), now), by_app(now), at_period_end=False)
    invoice = leaving.invoices["2"]

    assert leaving.status is SubscriptionStatus.ACTIVE
    assert paid(leaving, invoice, by_app(now), by="payment-2").status is SubscriptionStatus.CANCELLED
    assert failed(leaving, invoice, "pg_provider", by_app(now), POLICY).status is SubscriptionStatus.CANCELLED
    assert due_invoice(leaving, now + 90 * DAY) is None


def test_cancelling_twice_is_the_same_cancellation() -> None:
    gone = cancelled(running(), by_app(START))

    assert cancel(gone, by_app(START + HOUR), at_period_end=False) is gone


@pytest.mark.parametrize("act", [resume, use_key, change_later])
def test_what_is_cancelled_does_not_change_any_more(act: Any) -> None:
    gone = cancelled(running(), by_app(START))
    arguments: dict[Any, tuple[Any, ...]] = {use_key: (None,), change_later: (BIG,)}
    options = {"by_customer": True} if act is change_later else {}

    with pytest.raises(SubscriptionEnded):
        act(gone, *arguments.get(act, ()), by_app(START), **options)


@pytest.mark.parametrize("start", ["2025-12-31", "2027-01-03"])
def test_a_subscription_starts_within_the_coming_year(start: str) -> None:
    with pytest.raises(ChangeNotAllowed):
        subscribe(a_plan(), "sub1", "user-1", by_app(START), start=start, anchor_day=None, consented=False)


PARTS = (
    OrderPart(amount=10_000),
    OrderPart(amount=20_000, due_at=at(2026, 2, 1), name="잔금"),
)


def test_a_deposit_is_charged_at_once_and_the_balance_on_its_day() -> None:
    order = replace(an_order("order-1", total=30_000), parts=PARTS)
    parts = in_parts(order, "sub1", by_app(START), POLICY)

    deposit = due_invoice(parts, START)
    paid_one = settled(parts, START)

    assert deposit is not None
    assert deposit.amount == 10_000
    assert next_due(paid_one, START, POLICY) == at(2026, 2, 1)


def test_a_part_that_is_due_waits_while_another_has_no_outcome() -> None:
    order = replace(an_order("order-1", total=30_000), parts=PARTS)
    february = at(2026, 2, 1)

    unknown = flying(in_parts(order, "sub1", by_app(START), POLICY), START)
    known = paid(unknown, unknown.invoices["1"], by_app(february), by="payment-1")

    assert due_invoice(unknown, february) is None
    assert due_invoice(known, february) == known.invoices["2"]


def test_an_order_of_many_parts_is_not_complete_while_its_first_was_never_paid() -> None:
    parts = tuple(OrderPart(amount=1_000, due_at=START + number * DAY) for number in range(KEPT + 2))
    order = replace(an_order("order-1", total=sum(each.amount for each in parts)), parts=parts)
    held = in_parts(order, "sub1", by_app(START), POLICY)

    held = with_invoice(held, replace(held.invoices["1"], state=InvoiceState.UNPAID))
    for invoice in open_invoices(held):
        held = paid(held, invoice, by_app(START), by=f"payment-{invoice.id}")

    assert (held.status, len(held.invoices)) == (SubscriptionStatus.UNPAID, len(parts))


def test_an_order_is_complete_when_its_last_part_is_paid() -> None:
    order = replace(an_order("order-1", total=30_000), parts=PARTS)
    half = settled(in_parts(order, "sub1", by_app(START), POLICY), START)

    whole = settled(half, at(2026, 2, 1))

    assert (half.status, whole.status) == (SubscriptionStatus.ACTIVE, SubscriptionStatus.COMPLETED)


def test_parts_that_do_not_add_up_to_the_order_are_refused() -> None:
    order = replace(an_order("order-1", total=30_001), parts=PARTS)

    with pytest.raises(PartsDisagree):
        in_parts(order, "sub1", by_app(START), POLICY)


def test_an_order_that_is_being_paid_otherwise_takes_no_parts() -> None:
    order = replace(an_order("order-1", total=30_000), parts=PARTS, payment_id="payment1")

    with pytest.raises(OrderHasPayment):
        in_parts(order, "sub1", by_app(START), POLICY)


def test_a_part_can_be_taken_back_before_it_is_due_and_not_after_it_is_paid() -> None:
    order = replace(an_order("order-1", total=30_000), parts=PARTS)
    half = settled(in_parts(order, "sub1", by_app(START), POLICY), START)

    assert cancel_part(half, "2", by_app(START)).invoices["2"].state is InvoiceState.VOID
    with pytest.raises(ChangeNotAllowed):
        cancel_part(half, "1", by_app(START))
