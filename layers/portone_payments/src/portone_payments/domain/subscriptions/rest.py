"""What staff pays back when it ends a subscription: the days left of what was paid, and unused credit."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.records.subscriptions import Subscription
from portone_payments.domain.refunds.reserve import given_back
from portone_payments.domain.shared.calendar import kst_day
from portone_payments.domain.subscriptions.covering import last_paid, paid_with, unused
from portone_payments.domain.subscriptions.credits import shared_out
from portone_payments.domain.subscriptions.invoices import period


def as_of(subscription: Subscription, moment: Moment) -> Moment:
    """The moment from which days are left: now, or when it ended."""
    at = subscription.ended_at
    return moment if at is None else replace(moment, now=min(moment.now, at))


def paid_for_it(subscription: Subscription, moment: Moment) -> list[str]:
    """The payments of which something may go back: those of credits, then those of the running period."""
    credited = subscription.credits if subscription.balance > 0 else ()
    return list(dict.fromkeys((*credited, *paid_with(subscription, moment))))


def rests(subscription: Subscription, moment: Moment, payments: Sequence[Payment]) -> Mapping[str, int]:
    """What is not used yet of each of these payments, those that `paid_for_it` names; minor units.

    The newest gives back first, and none of which some went back already; what is owed is taken off. The day
    on which it ends is a day left.
    """
    today = set(paid_with(subscription, moment))
    days = max(0, _days_left(subscription, moment) + min(0, subscription.balance))
    left = dict(shared_out(days, [each for each in payments if each.payment_id in today]))
    for payment_id, credit in _unused_credit(subscription).items():
        left[payment_id] = left.get(payment_id, 0) + credit
    goes_back = (each for each in payments if left.get(each.payment_id) and not given_back(each))
    return {each.payment_id: min(left[each.payment_id], each.total) for each in goes_back}


def _unused_credit(subscription: Subscription) -> Mapping[str, int]:
    """Of which payments the balance is, the newest first."""
    found, left = dict[str, int](), max(0, subscription.balance)
    for payment_id in reversed(list(subscription.credits)):
        found[payment_id] = min(left, subscription.credits[payment_id])
        left -= found[payment_id]
    return found


def _days_left(subscription: Subscription, moment: Moment) -> int:
    """What was paid for the days of the running period from today on."""
    paid = subscription.next_number > 0 and last_paid(subscription, moment) is not None
    if not paid or kst_day(moment.now) >= period(subscription, subscription.next_number - 1)[1]:
        return 0
    return unused(subscription, moment).credited
