"""Records of recurring charges with only the interesting values named."""

from typing import Any

from portone_payments.domain.billing_keys.wallet import start_issue
from portone_payments.domain.records.billing_keys import SavedKey, Wallet
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.subscriptions import Plan, Subscription
from portone_payments.domain.shared.calendar import Interval, Unit
from portone_payments.domain.subscriptions.lifecycle import subscribe
from tests.support.records import CUSTOMER, NOW


def a_plan(**interesting: Any) -> Plan:
    """9,900 won a month."""
    ordinary: dict[str, Any] = {
        "plan_id": "plan-1",
        "name": "plan",
        "amount": 9_900,
        "tax_free": 0,
        "currency": "KRW",
        "interval": Interval(Unit.MONTH, 1),
    }
    return Plan(**ordinary | interesting)


def a_trial(plan: Plan, subscription_id: str, *, user_id: str, now: float = NOW) -> Subscription:
    """A subscription that has just begun; due at once where the plan has no trial."""
    moment = Moment(now=now, by="app")
    return subscribe(plan, subscription_id, user_id, moment, start=None, anchor_day=None, consented=False)


def a_wallet(billing_key_id: str, *, user_id: str) -> Wallet:
    """A user with an issue window open."""
    key = SavedKey(id=billing_key_id, created_at=NOW, pay_method="CARD", customer_id=CUSTOMER)
    return start_issue(Wallet(user_id=user_id), key)
