"""Retry days and grace stand still while nothing may be sent: an error of ours costs no customer time."""

from dataclasses import replace

from portone_payments.domain.records.stops import Stops, shifted, stood
from portone_payments.domain.records.subscriptions import Invoice, Subscription
from portone_payments.domain.shared.calendar import DAY
from portone_payments.domain.subscriptions.dunning import DunningPolicy, end_of_grace
from portone_payments.domain.subscriptions.invoices import open_invoices, with_invoice


def stand_still(subscription: Subscription, stops: Stops, channel: str | None, now: float) -> Subscription:
    """The subscription with every dunned invoice moved by the time in which no charge could be sent."""
    for invoice in open_invoices(subscription):
        if invoice.failed_at is None or invoice.refused_at is not None:
            continue
        since = invoice.failed_at if invoice.stood_until is None else invoice.stood_until
        seconds = stood(stops, channel, since, now)
        if seconds <= 0:
            continue
        moved = replace(
            invoice,
            failed_at=invoice.failed_at + seconds,
            due_at=int(shifted(stops, channel, since, invoice.due_at, now)),
            stood_until=now,
        )
        subscription = with_invoice(subscription, moved)
    return subscription


def caught_up(subscription: Subscription, policy: DunningPolicy, now: float) -> Subscription:
    """The subscription whose retries nobody made for a day or more, moved by that time.

    What was to be tried within its grace is tried before it is given up, however long the sweep stood still.
    """
    if subscription.in_flight is not None or subscription.stopped_for:
        return subscription
    for invoice in open_invoices(subscription):
        stood = now - invoice.due_at
        if invoice.failed_at is None or invoice.refused_at is not None or stood < DAY:
            continue
        if invoice.due_at < end_of_grace(policy, invoice.failed_at):
            moved = replace(invoice, failed_at=invoice.failed_at + stood, due_at=int(now), stood_until=now)
            subscription = with_invoice(subscription, moved)
    return subscription


def without_refusal(invoice: Invoice, now: float) -> Invoice:
    """The invoice with dunning moved by the time for which it stands still: refused us, or paused."""
    if invoice.refused_at is None:
        return invoice
    stood = now - invoice.refused_at
    failed_at, withheld_at = (
        None if since is None else since + stood for since in (invoice.failed_at, invoice.withheld_at)
    )
    return replace(invoice, failed_at=failed_at, withheld_at=withheld_at, refused_at=None, stood_until=now)
