"""The key that identifies an invoice whose record is lost, as after a restore (rule 8.2).

Its number is not enough: a lost plan change leaves its number to the next period, and both would be charged
under one paymentId.
"""

from portone_payments.domain.records.subscriptions import Invoice, InvoiceKind, Subscription


def invoice_key(subscription: Subscription, invoice: Invoice) -> tuple[str, ...]:
    """Who is charged for what. A period is its first day, whatever it costs; a part is its order's.

    A period invoiced once more, as after a pause, is another invoice, and its number says so.
    """
    if invoice.kind is InvoiceKind.PART:
        return (subscription.order_id or subscription.subscription_id, invoice.kind, invoice.id)
    again = any(_before(each, invoice) for each in subscription.invoices.values())
    return (subscription.subscription_id, *_purpose(invoice), invoice.id if again else "")


def _before(other: Invoice, invoice: Invoice) -> bool:
    return int(other.id) < int(invoice.id) and _purpose(other) == _purpose(invoice)


def _purpose(invoice: Invoice) -> tuple[str, ...]:
    # two plan changes of one day are two invoices, unless they cost the same
    amount = str(invoice.amount) if invoice.kind is InvoiceKind.PRORATION else ""
    return (invoice.kind, str(invoice.starts), amount)
