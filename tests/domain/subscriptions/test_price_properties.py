"""Laws of every course of plan changes, across intervals and taxation: nothing is lost, nothing invented.

What is reckoned here: a day that was had costs its share of the price it was had for, a day that was not is
credited, and what is not asked for now stands in the balance.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta

from hypothesis import given, note
from hypothesis import strategies as st

from portone_payments.domain.errors.common import BundleError
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.subscriptions import Invoice, InvoiceState, Plan, Subscription
from portone_payments.domain.shared.calendar import (
    HOUR,
    Interval,
    Unit,
    days_between,
    kst_midnight,
    period_start,
)
from portone_payments.domain.subscriptions.collection import advance, due_invoice
from portone_payments.domain.subscriptions.invoices import period, whole_start
from portone_payments.domain.subscriptions.lifecycle import cancel, keep, pause, resume, subscribe, use_key
from portone_payments.domain.subscriptions.paying import waived
from portone_payments.domain.subscriptions.plan_change import change_now, preview
from portone_payments.domain.subscriptions.policy import BillingPolicy
from portone_payments.domain.subscriptions.reopening import woken
from portone_payments.domain.subscriptions.settlement import attempt_failed, paid, with_attempt

POLICY = BillingPolicy()
SMALLEST = 100  # won, of KRW by default
FIRST = date(2024, 1, 1)
USING = frozenset({InvoiceState.OPEN, InvoiceState.WITHHELD, InvoiceState.PAID})
intervals = st.sampled_from(
    [
        Interval(Unit.DAY, 1),
        Interval(Unit.DAY, 10),
        Interval(Unit.WEEK, 1),
        Interval(Unit.MONTH, 1),
        Interval(Unit.MONTH, 3),
        Interval(Unit.YEAR, 1),
    ]
)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Any price, from nothing on; taxed, tax-free, or partly so; any interval."""
    amount = draw(st.one_of(st.integers(0, 200), st.integers(1_000, 1_000_000)))
    tax_free = draw(st.sampled_from([0, amount, amount // 3]))
    interval = draw(intervals)
    name = f"{amount}-{tax_free}-{interval.count}{interval.unit}"
    return Plan(
        plan_id=name, name="구독", amount=amount, tax_free=tax_free, currency="KRW", interval=interval
    )


changes = st.lists(st.tuples(st.integers(0, 40), plans()), min_size=1, max_size=5)
starts = st.integers(0, 800).map(lambda number: FIRST + timedelta(days=number))


@dataclass(frozen=True, slots=True)
class Days:
    """The running period in arithmetic of its own: from `whole` up to `ends`, had for the price of `plan`."""

    plan: Plan
    whole: date
    begins: date
    ends: date

    def on(self, plan: Plan, day: date) -> "Days":
        """Another plan from a day on; where it has another interval, its own first period begins."""
        if plan.interval == self.plan.interval:
            return replace(self, plan=plan, begins=day)
        return Days(plan, day, day, period_start(day, plan.interval, 1))

    def later(self, days: int) -> date:
        """Some days after the last change, still within the period."""
        return min(self.begins + timedelta(days=days), self.ends - timedelta(days=1))

    def rest(self, day: date) -> int:
        """What the days from this one on cost, the fraction of a unit with them."""
        return self._of(self.plan.amount, day)

    def tax_free(self, day: date) -> int:
        """How much of that is tax-free."""
        return self._of(self.plan.tax_free, day)

    def _of(self, price: int, day: date) -> int:
        return price - price * days_between(self.whole, day) // days_between(self.whole, self.ends)


@given(
    first=plans(),
    start=starts,
    anchored=st.none() | st.integers(1, 31),
    course=changes,
    owed=st.integers(-500, 500),
)
def test_any_course_of_changes_asks_what_was_shown_and_charges_the_days_of_each_plan(
    first: Plan, start: date, anchored: int | None, course: Sequence[tuple[int, Plan]], owed: int
) -> None:
    fresh = replace(begun(first, start, anchored if first.interval.months else None), balance=owed)
    note(f"{first} {start} {anchored} {course} {owed}")
    days = Days(first, whole_start(fresh, 0), start, period(fresh, 0)[1])
    held = settled(fresh, noon(start))
    due, tax_free = days.rest(start), days.tax_free(start)

    for step, plan in course:
        day = days.later(step)
        due -= days.rest(day)
        tax_free -= days.tax_free(day)
        days = days.on(plan, day)
        due += days.rest(day)
        tax_free += days.tax_free(day)
        shown = preview(held, plan, noon(day), [], POLICY)
        changed = change_now(held, plan, noon(day), [], POLICY)
        assert sum(each.amount for each in new(held, changed)) == shown.due
        held = settled(changed, noon(day))

    ends = days.ends
    held = settled(held, noon(ends))
    due += held.amount
    tax_free += held.tax_free
    asked = held.invoices.values()
    assert sum(each.amount for each in asked) - (held.balance - owed) == due
    assert sum(each.tax_free for each in asked) - held.balance_tax_free == tax_free
    assert held.plan_id == course[-1][1].plan_id
    assert all(map(sound, asked))


def sound(invoice: Invoice) -> bool:
    """Whether it is paid, worth asking for, and says where its amount comes from."""
    parts = invoice.worth - invoice.credited - invoice.discount - invoice.balance
    asks = invoice.amount == 0 or invoice.amount >= SMALLEST
    return (
        invoice.state is InvoiceState.PAID
        and asks
        and invoice.amount == parts
        and 0 <= invoice.tax_free <= invoice.amount
    )


def noon(day: date) -> Moment:
    return Moment(now=kst_midnight(day) + 12 * HOUR, by="app")


def begun(plan: Plan, start: date, anchor_day: int | None) -> Subscription:
    """Started by its customer, who agrees to whatever comes."""
    return subscribe(
        plan, "subscription", "user", noon(start), start=None, anchor_day=anchor_day, consented=True
    )


def settled(held: Subscription, at: Moment) -> Subscription:
    """The subscription after everything that is due was charged."""
    held = advance(held, at, POLICY)
    while (invoice := due_invoice(held, at.now)) is not None:
        held = with_attempt(held, invoice, f"payment-{invoice.id}", at)
        held = paid(held, held.invoices[invoice.id], at, by=f"payment-{invoice.id}")
        held = advance(held, at, POLICY)
    return held


def new(before: Subscription, after: Subscription) -> list[Invoice]:
    """What a change made."""
    return [each for id_, each in after.invoices.items() if id_ not in before.invoices]


ACTS: Mapping[str, Callable[[Subscription, Moment], Subscription]] = {
    "pause": lambda held, at: pause(held, None, at),
    "resume": resume,
    "cancel at period end": lambda held, at: cancel(held, at, at_period_end=True),
    "keep": keep,
    "choose a method": lambda held, at: use_key(held, None, at),
    "save a card for something else": woken,
    "waive": lambda held, at: waived(held, max(held.invoices, key=int), at),
    "cancel": lambda held, at: cancel(held, at, at_period_end=False),
}
acts = st.sampled_from(["pay", "decline", "wait", *ACTS])


@given(plans(), st.integers(-2_000, 40_000), st.lists(st.tuples(st.integers(0, 15), acts), max_size=12))
def test_whatever_becomes_of_invoices_the_balance_is_lost_and_used_twice_with_none(
    plan: Plan, owed: int, course: Sequence[tuple[int, str]]
) -> None:
    day = FIRST
    held = settled(replace(begun(plan, day, None), balance=owed), noon(day))

    for days, act in course:
        day += timedelta(days=days)
        held = advance(held, noon(day), POLICY)
        with suppress(BundleError):
            held = done(held, act, noon(day))

    uses = sum(each.balance for each in held.invoices.values() if each.state in USING)
    assert held.balance + uses == owed


def done(held: Subscription, act: str, at: Moment) -> Subscription:
    """The subscription after one of these; nothing is charged where nothing is due."""
    if act in ACTS:
        return ACTS[act](held, at)
    invoice = due_invoice(held, at.now)
    if invoice is None or act == "wait":
        return held
    held = with_attempt(held, invoice, f"payment-{invoice.id}", at)
    known = held.invoices[invoice.id]
    if act == "pay":
        return paid(held, known, at, by=known.payment_id)
    return attempt_failed(held, known, "declined", at, POLICY)
