"""Settled invoices leave their subscription, so that a renewal costs the same in every month (rule 11).

What decides about later invoices stays: whatever may be charged, the period that runs, and a few that are
owed. All parts of an order stay, since together they show whether it is paid. Old lines of the history leave
with an invoice, so that they cost no write of their own.
"""

from collections.abc import Iterable
from dataclasses import replace

from portone_payments.domain.records.subscriptions import (
    Invoice,
    InvoiceKind,
    InvoiceState,
    SettledInvoice,
    Subscription,
)

# owed ones, and plan changes that were paid for since the running period began: as a rule none
OWED_KEPT = 3
RUNNING_KEPT = 8
# each is an item of its own in the transaction of the save, which DynamoDB bounds at a hundred
LEAVING = 50
# lines of the history: those that stay, and those that leave with an invoice
LINES_KEPT = 2
LINES_LEAVING = 8
OPEN = frozenset({InvoiceState.OPEN, InvoiceState.WITHHELD})
_SETTLED = frozenset(InvoiceState) - OPEN


def parted(subscription: Subscription) -> tuple[Subscription, tuple[SettledInvoice, ...]]:
    """The subscription as it is stored, and the invoices that leave it with this save."""
    if subscription.order_id is not None:
        return subscription, ()
    settled = sorted(
        (each for each in subscription.invoices.values() if _may_leave(subscription, each)), key=number_of
    )
    staying = _staying(settled)
    leaving = [each for each in settled if each.id not in staying][:LEAVING]
    if not leaving:
        return subscription, ()
    gone = {each.id for each in leaving}
    kept = {id_: each for id_, each in subscription.invoices.items() if id_ not in gone}
    lines = subscription.history[:-LINES_KEPT][:LINES_LEAVING]
    leaving[-1] = replace(leaving[-1], lines=(*leaving[-1].lines, *lines))
    id_ = subscription.subscription_id
    return replace(subscription, invoices=kept, history=subscription.history[len(lines) :]), tuple(
        SettledInvoice(subscription_id=id_, invoice=each) for each in leaving
    )


def returned(subscription: Subscription, invoice: Invoice) -> Subscription:
    """The subscription with an invoice that had left it; one that it holds is newer and stays."""
    return replace(subscription, invoices={invoice.id: invoice, **subscription.invoices})


def number_of(invoice: Invoice) -> int:
    """Its place among the invoices of its subscription."""
    return int(invoice.id)


def _may_leave(subscription: Subscription, invoice: Invoice) -> bool:
    """Not while a charge or a window of it has no outcome, nor while its end may be taken back.

    A state that only a newer version knows is not settled.
    """
    told_at = subscription.history[-1].at if subscription.history else 0.0
    in_window = invoice.window_until is not None and invoice.window_until > told_at
    voided = subscription.ending.voided if subscription.ending is not None else {}
    needed = in_window or invoice.id == subscription.in_flight or invoice.id in voided
    return invoice.state in _SETTLED and not needed


def _staying(settled: list[Invoice]) -> set[str]:
    """Of the settled invoices, in order: the last period, the last one that was paid, what was paid since.

    Every payment of the running period is named by one that stays: its refund must be seen.
    """
    periods = [each for each in settled if each.kind is InvoiceKind.PERIOD]
    last = periods[-1:]
    since = [each for each in settled if last and number_of(each) > number_of(last[0])]
    paid = [each for each in periods if each.state is InvoiceState.PAID]
    owed = [each for each in settled if each.state is InvoiceState.UNPAID]
    changes = [each for each in since if each.state is InvoiceState.PAID]
    charged = [each for each in changes if each.paid_by is not None]
    without_period = [] if last else settled
    # the newest one may have been declined just now, which is to be answered
    since_kept = (since[-1:], changes[-1:], charged[-RUNNING_KEPT:], without_period[-RUNNING_KEPT:])
    return set(_ids(last, paid[-1:], owed[-OWED_KEPT:], *since_kept))


def _ids(*some: Iterable[Invoice]) -> Iterable[str]:
    return (each.id for invoices in some for each in invoices)
