"""How a subscription, or the parts of an order, end (rule 8)."""

from dataclasses import replace

from portone_payments.domain.errors.billing import ChangeNotAllowed, SubscriptionBusy, SubscriptionEnded
from portone_payments.domain.records.history import Fact, Moment, record
from portone_payments.domain.records.subscriptions import (
    Invoice,
    InvoiceState,
    Subscription,
    SubscriptionStatus,
)
from portone_payments.domain.subscriptions.invoices import open_invoices, with_invoice

OVER = frozenset({SubscriptionStatus.ENDED, SubscriptionStatus.COMPLETED})


def check_alive(subscription: Subscription) -> None:
    """Passes a subscription that has not ended.

    Raises `SubscriptionEnded`; `ChangeNotAllowed` in a status that only a newer version knows.
    """
    if subscription.status in OVER or subscription.end_asked_at is not None:
        raise SubscriptionEnded
    if not isinstance(subscription.status, SubscriptionStatus):
        raise ChangeNotAllowed(reason="status")


def check_free(subscription: Subscription) -> None:
    """Passes one without a charge under way. Raises `SubscriptionEnded`, `SubscriptionBusy`."""
    check_alive(subscription)
    if subscription.in_flight is not None:
        raise SubscriptionBusy(retry_after=10)


def ended(subscription: Subscription, moment: Moment) -> Subscription:
    """The subscription ended for good; its open invoices are void."""
    for invoice in open_invoices(subscription):
        subscription = voided(subscription, invoice, moment)
    over = replace(
        subscription,
        status=SubscriptionStatus.ENDED,
        ended_at=moment.now,
        end_asked_at=None,
        ends_at=None,
        resumes_at=None,
        change=None,
        set_aside=None,
        due_at=None,
    )
    return record(over, Fact.SUBSCRIPTION_ENDED, moment)


def closed(subscription: Subscription, moment: Moment) -> Subscription:
    """The parts of an order ended once none is left: COMPLETED, or ENDED where none was ever paid.

    An earlier end stays, whatever is charged late.
    """
    states = {each.state for each in subscription.invoices.values()}
    over = subscription.order_id is None or subscription.status in OVER
    if over or not states <= {InvoiceState.PAID, InvoiceState.VOID}:
        return subscription
    if InvoiceState.PAID not in states:
        return ended(subscription, moment)
    done = replace(subscription, status=SubscriptionStatus.COMPLETED, due_at=None)
    return record(done, Fact.SUBSCRIPTION_COMPLETED, moment)


def voided(subscription: Subscription, invoice: Invoice, moment: Moment) -> Subscription:
    """The subscription with this invoice void, and without the plan change it was to pay."""
    void = replace(invoice, state=InvoiceState.VOID, settled_at=moment.now)
    if subscription.change is not None and subscription.change.invoice_id == invoice.id:
        subscription = replace(subscription, change=subscription.set_aside, set_aside=None)
    return record(with_invoice(subscription, void), Fact.INVOICE_VOIDED, moment, invoice=invoice.id)
