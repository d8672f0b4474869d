"""What staff pays back when it ends a subscription: the days left of what was paid, and unused credit."""

from collections.abc import Collection, Mapping, Sequence
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
    return list(dict.fromkeys((*subscription.credits, *paid_with(subscription, moment))))


def rests(subscription: Subscription, moment: Moment, payments: Sequence[Payment]) -> Mapping[str, int]:
    """What is not used yet of each of these payments, those that `paid_for_it` names; minor units.

    The newest gives back first, and none of which some went back already; what is owed is taken off. The day
    on which it ends is a day left.
    """
    days, credit = _days(subscription, moment), _unused_credit(subscription)
    today = set(paid_with(subscription, moment))
    charged = shared_out(days, [each for each in payments if each.payment_id in today])
    whole = {each.payment_id: each.total for each in payments if not given_back(each)}
    used = {
        each: amount - credit.get(each, 0) for each, amount in subscription.credits.items() if each in whole
    }
    left = dict(charged)
    for more in (credit, _newest_first(used, days - sum(charged.values()))):
        for payment_id, amount in more.items():
            left[payment_id] = left.get(payment_id, 0) + amount
    return {each: min(left[each], total) for each, total in whole.items() if left.get(each)}


def _newest_first(used: Mapping[str, int], days: int) -> Mapping[str, int]:
    """Of whose used credits the days left were paid that nothing was charged for; minor units."""
    found = dict[str, int]()
    for payment_id in reversed(list(used)):
        share = min(days, used[payment_id])
        if share > 0:
            found[payment_id] = share
            days -= share
    return found


def with_rest_returned(subscription: Subscription, payment_ids: Collection[str]) -> Subscription:
    """The subscription whose rest goes back from these payments: of their credits, what is unused goes too.

    What was used of them paid for days it had, or goes back as days: it is no credit any more.
    """
    unused_credit = _unused_credit(subscription)
    held = {
        each: unused_credit.get(each, 0) if each in payment_ids else amount
        for each, amount in subscription.credits.items()
    }
    return subscription if held == subscription.credits else replace(subscription, credits=held)


def _days(subscription: Subscription, moment: Moment) -> int:
    """What the days left are worth, less what is owed."""
    return max(0, _days_left(subscription, moment) + min(0, subscription.balance))


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
