"""Invoices charged again: after a pause, or once their customer has given another payment method (rule 8)."""

from dataclasses import replace

from portone_payments.domain.records.history import Fact, Moment, record
from portone_payments.domain.records.subscriptions import (
    Invoice,
    InvoiceKind,
    InvoiceState,
    Subscription,
    SubscriptionStatus,
)
from portone_payments.domain.shared.calendar import kst_day
from portone_payments.domain.subscriptions.ending import voided
from portone_payments.domain.subscriptions.invoices import open_invoices, untold, with_invoice
from portone_payments.domain.subscriptions.life import OVER, standing
from portone_payments.domain.subscriptions.owed import first_stuck, running
from portone_payments.domain.subscriptions.standstill import without_refusal


def woken(subscription: Subscription, moment: Moment) -> Subscription:
    """The subscription with a default method its customer just gave: what is in dunning is charged at once.

    So is the running period, if it was given up. What was given up before it waits for a word of its own, as
    does all of one whose place in its plan group another has taken.
    """
    if subscription.status in OVER or subscription.status is SubscriptionStatus.PAUSED:
        return subscription
    if subscription.replaced_by is not None:
        return subscription
    for invoice in subscription.invoices.values():
        tried = invoice.failed_at is not None or subscription.in_flight == invoice.id or untold(invoice)
        waits = invoice.state is InvoiceState.OPEN and tried
        stays = subscription.status is not SubscriptionStatus.ENDING
        given_up = invoice.state is InvoiceState.UNPAID and running(invoice, moment.now) and stays
        if waits or given_up:
            subscription = with_invoice(subscription, asked(invoice, moment))
    return asked_again(subscription, moment)


def chosen(subscription: Subscription, moment: Moment) -> Subscription:
    """The subscription with a method its customer chose for it: where it was given up, it goes on."""
    told = woken(subscription, moment)
    if told.status is not SubscriptionStatus.UNPAID:
        return told
    if told.interval is not None:
        return resumed(told, moment)
    part = first_stuck(told)
    if part is None or part.declined_at is not None:
        return told
    return with_invoice(told, asked(part, moment))


def asked(invoice: Invoice, moment: Moment) -> Invoice:
    """The invoice as its customer wants it: charged now, outside hours and the daily limit."""
    return replace(
        invoice, state=InvoiceState.OPEN, asked=True, hard=False, due_at=int(moment.now), declined_at=None
    )


def asked_again(subscription: Subscription, moment: Moment) -> Subscription:
    """An UNPAID subscription whose running period is open again continues its periods."""
    if subscription.status is not SubscriptionStatus.UNPAID:
        return subscription
    if not any(running(each, moment.now) for each in open_invoices(subscription)):
        return subscription
    return replace(subscription, status=SubscriptionStatus.PAST_DUE)


def rested(subscription: Subscription, moment: Moment) -> Subscription:
    """The subscription as it pauses: what was declined or withheld stays owed, and its dunning stands still.

    An invoice not attempted yet is void: of its period the rest is charged after the pause.
    """
    for invoice in open_invoices(subscription):
        owed = invoice.failed_at is not None or invoice.withheld_at is not None
        if owed and invoice.kind is InvoiceKind.PERIOD:
            since = invoice.refused_at if invoice.refused_at is not None else moment.now
            subscription = with_invoice(subscription, replace(invoice, asked=False, refused_at=since))
        else:
            subscription = voided(subscription, invoice, moment)
    return subscription


def resumed(subscription: Subscription, moment: Moment) -> Subscription:
    """The subscription after its pause: dunning goes on, and of a period not invoiced the rest is charged."""
    told = _asked_anew(_taken_up(subscription, moment), moment)
    owing = any(each.failed_at is not None for each in open_invoices(told))
    back = replace(
        told,
        status=SubscriptionStatus.PAST_DUE if owing else standing(told, moment.now),
        resumes_at=None,
        resumed=kst_day(moment.now).isoformat(),
    )
    return record(back, Fact.SUBSCRIPTION_RESUMED, moment)


def _taken_up(subscription: Subscription, moment: Moment) -> Subscription:
    """Dunning goes on where the pause stopped it: an attempt at once, and retries until grace ends."""
    for invoice in open_invoices(subscription):
        if invoice.refused_at is not None:
            by_customer = invoice.state is InvoiceState.OPEN and moment.by != "sweep"
            again = replace(without_refusal(invoice, moment.now), asked=by_customer, tries=0)
            again = replace(again, due_at=int(moment.now))
            subscription = with_invoice(subscription, again)
    return subscription


def _asked_anew(subscription: Subscription, moment: Moment) -> Subscription:
    """A pause waives no period: the running one, if it was never paid, is owed again.

    Whole where it was given up; what a pause voided before any attempt is invoiced for the rest.
    """
    periods = [each for each in subscription.invoices.values() if each.kind is InvoiceKind.PERIOD]
    last = max(periods, key=lambda each: int(each.id), default=None)
    if last is None or not running(last, moment.now):
        return subscription
    if last.state is InvoiceState.UNPAID:
        again = replace(asked(last, moment), asked=moment.by != "sweep")
        return with_invoice(subscription, again)
    if last.state is not InvoiceState.VOID or last.waived_at is not None:
        return subscription
    return replace(subscription, next_number=subscription.next_number - 1)
