"""Money somebody else took back: nothing of its subscription is collected until staff decides (rule 10.6).

A charge-back, a dispute, a cancellation without a known requester. The payment calls staff; this is the stop.
"""

from dataclasses import replace

from portone_payments.domain.records.history import Fact, Moment, record
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.records.subscriptions import Subscription
from portone_payments.domain.subscriptions.invoices import open_invoices, with_invoice
from portone_payments.domain.subscriptions.life import OVER

# payments that stop one subscription; whatever comes beyond them calls staff and stops nothing new
MOST = 20


def taken_by_others(before: Payment, after: Payment) -> bool:
    """Whether this reading is the first to show that somebody else took money of a subscription back."""
    shown, known = after.seen, before.seen
    if after.subscription_id is None or shown is None:
        return False
    fresh = set(shown.charged_back).difference(known.charged_back if known else ())
    return bool(fresh) or (shown.disputed and not (known and known.disputed))


def stopped(subscription: Subscription, payment_id: str, moment: Moment) -> Subscription:
    """The subscription of which nothing is collected until staff decides about this payment."""
    held = subscription.stopped_for
    if subscription.status in OVER or payment_id in held or len(held) >= MOST:
        return subscription
    since = moment.now if subscription.stopped_at is None else subscription.stopped_at
    told = replace(subscription, stopped_for=(*held, payment_id), stopped_at=since)
    return record(told, Fact.SUBSCRIPTION_STOPPED, moment, payment=payment_id)


def waits_for_staff(subscription: Subscription, payment_id: str) -> bool:
    """Whether staff has to say what becomes of the subscription this payment was for."""
    return payment_id in subscription.stopped_for and subscription.status not in OVER


def went_on(subscription: Subscription, payment_id: str, moment: Moment) -> Subscription:
    """The subscription that staff lets go on; the time it stood is not its customer's."""
    left = tuple(each for each in subscription.stopped_for if each != payment_id)
    told = replace(subscription, stopped_for=left)
    if not left:
        stood = moment.now - (subscription.stopped_at or moment.now)
        told = _stood_still(replace(told, stopped_at=None), stood)
    return record(told, Fact.SUBSCRIPTION_WENT_ON, moment, payment=payment_id)


def _stood_still(subscription: Subscription, seconds: float) -> Subscription:
    for invoice in open_invoices(subscription):
        if invoice.failed_at is not None:
            moved = replace(
                invoice, failed_at=invoice.failed_at + seconds, due_at=int(invoice.due_at + seconds)
            )
            subscription = with_invoice(subscription, moved)
    return subscription
