"""Properties of any plan, calendar and course of changes: sums are exact, the preview is kept."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from portone_payments.domain.errors.billing import ChangeNotAllowed, SubscriptionEnded
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.payments import Order, OrderPart
from portone_payments.domain.records.subscriptions import InvoiceKind, InvoiceState, Plan, Subscription
from portone_payments.domain.shared.calendar import (
    DAY,
    HOUR,
    Interval,
    Unit,
    days_between,
    kst_day,
    kst_midnight,
)
from portone_payments.domain.subscriptions.collection import advance, due_invoice
from portone_payments.domain.subscriptions.invoices import open_invoices, period, price_of, whole_start
from portone_payments.domain.subscriptions.lifecycle import in_parts, pause, resume, subscribe
from portone_payments.domain.subscriptions.paying import part_declined
from portone_payments.domain.subscriptions.policy import BillingPolicy
from portone_payments.domain.subscriptions.settlement import attempt_failed, paid, with_attempt

POLICY = BillingPolicy()
FIRST = date(2024, 1, 1)
days = st.integers(0, 800).map(lambda number: FIRST + timedelta(days=number))
prices = st.integers(1, 1_000_000)
intervals = st.one_of(
    st.builds(Interval, st.just(Unit.DAY), st.integers(1, 60)),
    st.builds(Interval, st.just(Unit.WEEK), st.integers(1, 8)),
    st.builds(Interval, st.just(Unit.MONTH), st.integers(1, 12)),
    st.builds(Interval, st.just(Unit.YEAR), st.just(1)),
)


def noon(day: date, by: str = "app") -> Moment:
    return Moment(now=kst_midnight(day) + 12 * HOUR, by=by)


def a_plan(amount: int, interval: Interval, plan_id: str = "plan") -> Plan:
    return Plan(plan_id=plan_id, name="구독", amount=amount, tax_free=0, currency="KRW", interval=interval)


@st.composite
def begun(draw: st.DrawFn) -> tuple[Subscription, date]:
    """A subscription whose first period is paid, and a day in that period."""
    interval, start = draw(intervals), draw(days)
    anchor_day = draw(st.none() | st.integers(1, 31)) if interval.months else None
    fresh = subscribe(
        a_plan(draw(prices), interval),
        "subscription",
        "user",
        noon(start),
        start=None,
        anchor_day=anchor_day,
        consented=True,
    )
    held = paid_up(fresh, noon(start))
    length = days_between(*period(held, 0))
    return held, start + timedelta(days=draw(st.integers(0, length - 1)))


def paid_up(held: Subscription, at: Moment) -> Subscription:
    """The subscription after everything that is due was charged."""
    held = advance(held, at, POLICY)
    while (invoice := due_invoice(held, at.now)) is not None:
        held = with_attempt(held, invoice, f"payment-{invoice.id}", at)
        held = paid(held, held.invoices[invoice.id], at, by=f"payment-{invoice.id}")
        held = advance(held, at, POLICY)
    return held


def charged(held: Subscription) -> int:
    """What was taken, and what was promised back."""
    return (
        sum(each.amount for each in held.invoices.values() if each.state is InvoiceState.PAID) - held.balance
    )


@given(begun(), st.integers(1, 40))
def test_a_pause_neither_forgives_a_day_nor_charges_one_twice(
    held: tuple[Subscription, date], away: int
) -> None:
    subscription, day = held
    back = day + timedelta(days=away)
    number = 1 if back < period(subscription, 1)[1] else 2
    assume(period(subscription, number - 1)[0] <= back < period(subscription, number)[1])

    paused = pause(subscription, None, noon(day))
    resumed = paid_up(resume(paused, noon(back)), noon(back))

    periods = [each for each in resumed.invoices.values() if each.kind is InvoiceKind.PERIOD]
    spans = [(each.starts, each.ends) for each in periods if each.state is InvoiceState.PAID]
    assert len(spans) == len(set(spans))
    if back < period(subscription, 0)[1]:
        assert charged(resumed) == charged(subscription)


@given(begun(), st.integers(0, 5))
def test_a_declined_period_is_owed_whole_after_a_pause(held: tuple[Subscription, date], away: int) -> None:
    subscription, _ = held
    starts, ends = period(subscription, 1)
    assume(days_between(starts, ends) > away + 1)
    rolled = advance(subscription, noon(starts), POLICY)
    invoice = due_invoice(rolled, noon(starts).now)
    assume(invoice is not None)
    assert invoice is not None
    declined = attempt_failed(
        with_attempt(rolled, invoice, "payment-2", noon(starts)), invoice, "declined", noon(starts), POLICY
    )

    paused = pause(declined, None, noon(starts))
    back = noon(starts + timedelta(days=away))
    resumed = paid_up(resume(paused, back), back)

    paid_for = [each.amount for each in resumed.invoices.values() if each.state is InvoiceState.PAID]
    assert paid_for[-1] == invoice.amount


@given(begun(), st.integers(0, 5))
def test_a_period_not_attempted_before_a_pause_is_invoiced_for_the_rest(
    held: tuple[Subscription, date], away: int
) -> None:
    subscription, _ = held
    starts, ends = period(subscription, 1)
    assume(days_between(starts, ends) > away + 1)
    assume(open_invoices(advance(subscription, noon(starts), POLICY)))
    back = noon(starts + timedelta(days=away))

    resumed = paid_up(
        resume(pause(advance(subscription, noon(starts), POLICY), None, noon(starts)), back), back
    )

    full = days_between(starts, ends)
    rest = subscription.amount - subscription.amount * away // full
    assert [each.worth for each in resumed.invoices.values() if each.state is InvoiceState.PAID][-1] == rest


@given(st.lists(st.integers(1, 100_000), min_size=1, max_size=8), st.data())
def test_the_invoices_of_an_order_never_exceed_its_amount(amounts: list[int], data: st.DataObject) -> None:
    start = noon(FIRST)
    due = sorted(data.draw(st.lists(st.integers(0, 40), min_size=len(amounts), max_size=len(amounts))))
    parts = [
        OrderPart(amount=amount, due_at=int(start.now) + later * DAY)
        for amount, later in zip(amounts, due, strict=True)
    ]
    order = Order(
        order_id="order",
        user_id="user",
        name="소파",
        total=sum(amounts),
        tax_free=0,
        currency="KRW",
        pay_methods=("CARD",),
        created_at=start.now,
        parts=tuple(parts),
    )
    held = in_parts(order, "subscription", start, POLICY)

    for day in range(60):
        held = lived(held, noon(FIRST + timedelta(days=day), by="sweep"), data)
        asked = [each.amount for each in held.invoices.values() if each.state is not InvoiceState.VOID]
        assert sum(asked) <= order.total
    assert len(held.invoices) == len(amounts)


def lived(held: Subscription, at: Moment, data: st.DataObject) -> Subscription:
    """One day: a part is paid, declined or cancelled, or nothing happens."""
    held = advance(held, at, POLICY)
    invoice = due_invoice(held, at.now)
    act = data.draw(st.sampled_from(["pay", "decline", "cancel", "wait"])) if open_invoices(held) else "wait"
    if act == "cancel":
        try:
            return part_declined(held, open_invoices(held)[-1].id, at)
        except (ChangeNotAllowed, SubscriptionEnded):
            return held
    if invoice is None or act == "wait":
        return held
    under_way = with_attempt(held, invoice, f"payment-{invoice.id}", at)
    known = under_way.invoices[invoice.id]
    if act == "pay":
        return paid(under_way, known, at, by=known.payment_id)
    return attempt_failed(under_way, replace(known), "declined", at, POLICY)


@given(begun())
def test_every_part_of_a_price_adds_up_to_it(held: tuple[Subscription, date]) -> None:
    subscription, day = held
    starts, ends = period(subscription, 0)
    full = days_between(whole_start(subscription, 0), ends)
    used = full - days_between(day, ends)

    before = subscription.amount * used // full
    after = replace(subscription, next_number=0, resumed=day.isoformat())

    assert before + price_of(after, 0, kst_day(noon(day).now))[0] == subscription.amount
    assert starts <= day < ends
