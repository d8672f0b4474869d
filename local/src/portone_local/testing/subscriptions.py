"""Subscriptions to begin a test with, on the KST calendar."""

from dataclasses import replace
from datetime import date
from typing import Any

from portone_payments.domain.billing_policy import BillingPolicy
from portone_payments.domain.calendar import HOUR, Interval, Unit, kst_midnight
from portone_payments.domain.facts import Moment
from portone_payments.domain.subscribing import subscribe
from portone_payments.domain.subscription_records import Plan, Subscription

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
