"""Invoices charged again: after a pause, or once a customer chose another payment method (rule 8)."""

from dataclasses import replace

from portone_payments.domain.records.history import Fact, Moment, record
from portone_payments.domain.records.subscriptions import (
    InvoiceKind,
    InvoiceState,
    Subscription,
    SubscriptionStatus,
)
from portone_payments.domain.shared.calendar import kst_day
from portone_payments.domain.subscriptions.ending import voided
from portone_payments.domain.subscriptions.invoices import untold, with_invoice
from portone_payments.domain.subscriptions.life import OVER, standing


def woken(subscription: Subscription, moment: Moment) -> Subscription:
    """The subscription with a payment method its customer just chose: failed invoices are charged at once."""
    if subscription.status in OVER or subscription.status is SubscriptionStatus.PAUSED:
        return subscription
    for invoice in subscription.invoices.values():
        tried = invoice.failed_at is not None or subscription.in_flight == invoice.id or untold(invoice)
        waits = invoice.state is InvoiceState.OPEN and tried
        stays = subscription.status is not SubscriptionStatus.ENDING
        given_up = invoice.state is InvoiceState.UNPAID and moment.now < invoice.ends and stays
        if waits or given_up:
            again = replace(invoice, state=InvoiceState.OPEN, asked=True, hard=False, due_at=int(moment.now))
            subscription = with_invoice(subscription, again)
    return asked_again(subscription)


def asked_again(subscription: Subscription) -> Subscription:
    """An UNPAID subscription continues its periods; a part of an order that was given up stays so."""
    if subscription.status is not SubscriptionStatus.UNPAID or subscription.interval is None:
        return subscription
    return replace(subscription, status=SubscriptionStatus.PAST_DUE)


def resumed(subscription: Subscription, moment: Moment) -> Subscription:
    """The subscription after its pause: of a period already begun only the rest is charged."""
    back = replace(
        _asked_anew(subscription, moment),
        status=standing(subscription, moment.now),
        resumes_at=None,
        resumed=kst_day(moment.now).isoformat(),
    )
    return record(back, Fact.SUBSCRIPTION_RESUMED, moment)


def _asked_anew(subscription: Subscription, moment: Moment) -> Subscription:
    """A pause waives no period: the running one, if it was never paid, is invoiced again."""
    periods = [each for each in subscription.invoices.values() if each.kind is InvoiceKind.PERIOD]
    last = max(periods, key=lambda each: int(each.id), default=None)
    if last is None or last.state not in {InvoiceState.VOID, InvoiceState.UNPAID}:
        return subscription
    if not last.starts <= moment.now < last.ends:
        return subscription
    if last.state is InvoiceState.UNPAID:
        subscription = voided(subscription, last, moment)
    return replace(subscription, next_number=subscription.next_number - 1)
