"""Subscriptions to begin a test with, on the KST calendar."""

from dataclasses import replace
from datetime import date
from typing import Any

from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.subscriptions import Invoice, Plan, Subscription
from portone_payments.domain.shared.calendar import HOUR, Interval, Unit, kst_midnight
from portone_payments.domain.subscriptions.collection import advance, due_invoice
from portone_payments.domain.subscriptions.lifecycle import subscribe
from portone_payments.domain.subscriptions.policy import BillingPolicy
from portone_payments.domain.subscriptions.settlement import attempt_failed, paid, with_attempt

MONTHLY = Interval(Unit.MONTH, 1)
POLICY = BillingPolicy()


def at(year: int, month: int, day: int, hour: int = 12) -> int:
    """The epoch second of an hour of a KST day."""
    return kst_midnight(date(year, month, day)) + hour * HOUR


def by_app(now: float) -> Moment:
    """A customer, now."""
    return Moment(now=now, by="app")


def a_plan(**changes: Any) -> Plan:
    """A plan of 9,900 won a month."""
    plan = Plan(plan_id="plan-1", name="월 구독", amount=9_900, tax_free=0, currency="KRW", interval=MONTHLY)
    return replace(plan, **changes)


def started(now: float, plan: Plan | None = None, **options: Any) -> Subscription:
    """A subscription begun now."""
    chosen = {"start": None, "anchor_day": None, "consented": False, **options}
    return subscribe(plan or a_plan(), "sub1", "user-1", by_app(now), **chosen)


START = at(2026, 1, 31)


def tried(subscription: Subscription, now: float, code: str | None = None) -> Subscription:
    """The invoice that is due now, claimed and paid, or declined with a code."""
    held = flying(subscription, now)
    invoice = held.invoices[held.in_flight or ""]
    if code is None:
        return paid(held, invoice, by_app(now), by=invoice.payment_id)
    return attempt_failed(held, invoice, code, by_app(now), POLICY)


def flying(subscription: Subscription, now: float) -> Subscription:
    """The invoice that is due now, claimed, without an outcome. LookupError when none is due."""
    advanced = advance(subscription, by_app(now), POLICY)
    invoice = due_invoice(advanced, now)
    if invoice is None:
        raise LookupError(now)
    return with_attempt(advanced, invoice, f"payment-{invoice.id}", by_app(now))


def running(now: int = START) -> Subscription:
    """A subscription whose first period is paid."""
    return tried(started(now), now)


def newest(subscription: Subscription) -> Invoice:
    """Its last invoice."""
    return max(subscription.invoices.values(), key=lambda each: int(each.id))


def facts(subscription: Subscription) -> list[str]:
    """The facts of its history, in order."""
    return [entry.fact for entry in subscription.history]


BIG = a_plan(plan_id="plan-2", name="큰 구독", amount=19_800)
