"""Invoices that left their subscription: read back before anything is decided about them."""

from portone_payments.domain.records.settled_invoices import returned
from portone_payments.domain.records.subscriptions import Subscription
from portone_payments.ports.store import Store


def called_back(subscription: Subscription, invoice_id: str | None, *, store: Store) -> Subscription:
    """The subscription with this invoice in it; unchanged where it holds it, or where there is no such one.

    One read where it had left. It leaves again in the save, unless it is to be paid then.
    """
    if (
        invoice_id is None
        or invoice_id in subscription.invoices
        or not _may_have_left(subscription, invoice_id)
    ):
        return subscription
    left = store.settled_invoice(subscription.subscription_id, invoice_id)
    return subscription if left is None else returned(subscription, left.invoice)


def _may_have_left(subscription: Subscription, invoice_id: str) -> bool:
    """Whether it is a number that was given; the parts of an order never leave."""
    numbered = invoice_id.isascii() and invoice_id.isdecimal()
    return subscription.order_id is None and numbered and int(invoice_id) < subscription.next_invoice
