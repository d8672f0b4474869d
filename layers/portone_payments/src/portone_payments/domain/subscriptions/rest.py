"""What of a payment goes back when its subscription ends: the days left of it, and its unused credit."""

from collections.abc import Sequence
from dataclasses import replace

from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.records.subscriptions import Subscription
from portone_payments.domain.refunds.reserve import given_back
from portone_payments.domain.shared.calendar import kst_day
from portone_payments.domain.subscriptions.covering import last_paid, unused
from portone_payments.domain.subscriptions.credits import shared_out
from portone_payments.domain.subscriptions.invoices import period


def as_of(subscription: Subscription, moment: Moment) -> Moment:
    """The moment from which days are left: now, or when it ended."""
    at = subscription.ended_at
    return moment if at is None else replace(moment, now=min(moment.now, at))


def rest_of(subscription: Subscription, payment: Payment, moment: Moment, payments: Sequence[Payment]) -> int:
    """What of a payment is not used yet, in minor units; the day it ends on is a day left.

    `payments` are those that `paid_with` names, of which the newest gives back first. What is owed is taken
    off. Raises `InvalidRequest` where that is nothing, or some of it went back already.
    """
    if given_back(payment):
        raise InvalidRequest(field="rest", reason="refunded")
    days = max(0, _days_left(subscription, moment) + min(0, subscription.balance))
    credit = min(max(0, subscription.balance), subscription.credits.get(payment.payment_id, 0))
    rest = min(payment.total, shared_out(days, payments).get(payment.payment_id, 0) + credit)
    if rest == 0:
        raise InvalidRequest(field="rest", reason="nothing_left")
    return rest


def _days_left(subscription: Subscription, moment: Moment) -> int:
    """What was paid for the days of the running period from today on."""
    paid = subscription.next_number > 0 and last_paid(subscription, moment) is not None
    if not paid or kst_day(moment.now) >= period(subscription, subscription.next_number - 1)[1]:
        return 0
    return unused(subscription, moment).credited
