"""What a customer agreed to pay, by starting or by paying, whatever prices became since (rule 11.5)."""

from portone_payments.domain.records.subscriptions import Agreement, Invoice, Subscription


def agreed_with(subscription: Subscription, invoice: Invoice) -> Agreement | None:
    """What is agreed once this invoice is paid: its price; a later one already paid for stays."""
    held = subscription.agreed
    if held is not None and held.since is not None and held.since > invoice.starts:
        return held
    return Agreement(
        amount=invoice.price, interval=invoice.interval, plan_id=invoice.plan_id, since=invoice.starts
    )


def ever_paid(subscription: Subscription) -> bool:
    """Whether any period of it was ever paid, or settled with 0."""
    return subscription.agreed is not None and subscription.agreed.since is not None
