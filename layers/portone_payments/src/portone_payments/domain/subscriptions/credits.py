"""What a plan change gave back of a payment goes when the money of that payment goes (rule 11.9)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from portone_payments.domain.records.history import Fact, Moment, record
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.records.subscriptions import Change, Subscription

# payments whose credits are remembered; a charge-back comes within months, and one period has one payment
REMEMBERED = 12


def shared_out(credit: int, payments: Sequence[Payment]) -> Mapping[str, int]:
    """How much of a credit each of these payments gives back, the newest first; minor units."""
    shares, left = {}, credit
    for payment in reversed(payments):
        if left <= 0:
            break
        shares[payment.payment_id] = min(left, payment.total)
        left -= shares[payment.payment_id]
    return shares


def taken_back(subscription: Subscription, used: int, payments: Sequence[Payment]) -> Mapping[str, int]:
    """What of their credits is no credit any more (below 0) once a dearer plan used `used` of the balance.

    It buys days of the very period that these payments paid for, so it goes with the period; minor units.
    """
    shares, left = {}, used
    for payment in reversed(payments):
        share = min(left, subscription.credits.get(payment.payment_id, 0))
        if share > 0:
            shares[payment.payment_id] = -share
            left -= share
    return shares


def remembered(subscription: Subscription, change: Change, moment: Moment) -> Subscription:
    """The subscription that remembers what a change gave back; what was lost before it is owed."""
    held = dict(subscription.credits)
    for payment_id, credit in change.credits.items():
        held[payment_id] = max(0, held.pop(payment_id, 0) + credit)
    told = replace(subscription, credits=dict(list(held.items())[-REMEMBERED:]))
    for payment_id, lost in change.lost.items():
        told = _withdrawn(told, payment_id, lost, moment)
    return told


def may_lose_credit(before: Payment, after: Payment) -> bool:
    """Whether money of a charge went back, or came again, since the reading before."""
    of_periods = after.subscription_id is not None and after.order_id == after.subscription_id
    return of_periods and _gone(before) != _gone(after)


def without_lost_credit(
    subscription: Subscription, before: Payment, after: Payment, moment: Moment
) -> Subscription:
    """The subscription without the credit whose money went back; what of it was used is owed."""
    change = subscription.change
    waiting = _lost(change.credits, before, after) if change is not None else 0
    if change is not None and waiting:
        known = change.lost.get(after.payment_id, 0)
        lost = {**change.lost, after.payment_id: known + waiting}
        subscription = replace(subscription, change=replace(change, lost=lost))
    return _withdrawn(subscription, after.payment_id, _lost(subscription.credits, before, after), moment)


def _withdrawn(subscription: Subscription, payment_id: str, lost: int, moment: Moment) -> Subscription:
    if not lost:
        return subscription
    told = replace(subscription, balance=subscription.balance - lost)
    return record(told, Fact.SUBSCRIPTION_CREDIT_WITHDRAWN, moment, amount=lost, payment=payment_id)


def _lost(credits_: Mapping[str, int], before: Payment, after: Payment) -> int:
    """How much more of a payment's credit is gone now; below 0 where its money came again."""
    credit = credits_.get(after.payment_id, 0)
    lost = min(abs(credit), _gone(after)) - min(abs(credit), _gone(before))
    return lost if credit >= 0 else -lost


def _gone(payment: Payment) -> int:
    return payment.seen.cancelled if payment.seen is not None else 0
