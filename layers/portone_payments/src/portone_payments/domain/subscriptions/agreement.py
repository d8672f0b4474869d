"""What a customer agreed to pay, by starting or by paying, whatever prices became since (rule 11.5)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from portone_payments.domain.records.subscriptions import Agreement, Change, Consent, Invoice, Subscription
from portone_payments.domain.shared.calendar import Interval, kst_midnight


def agreed_with(subscription: Subscription, invoice: Invoice) -> Agreement | None:
    """What is agreed once this invoice is paid: its price; a later one already paid for stays."""
    held = subscription.agreed
    if held is not None and held.since is not None and held.since > invoice.starts:
        return held
    return agreement(held, invoice.price, invoice.interval, invoice.plan_id, since=invoice.starts)


def chosen(subscription: Subscription, change: Change, begins: date) -> Agreement | None:
    """What is agreed once a plan begins that its customer chose: a lower price by choosing, not a higher one.

    `begins` is the KST day; what was owed before it changes nothing when it is paid.
    """
    held = subscription.agreed
    if held is None or change.amount > held.amount:
        return held
    since = None if held.since is None else kst_midnight(begins)
    return agreement(held, change.amount, change.interval, change.plan_id, since=since)


def agreement(
    held: Agreement | None, amount: int, interval: Interval | None, plan_id: str, *, since: int | None
) -> Agreement:
    """What is agreed now, in the place of what was; what a newer version wrote there stays (rule 10.8)."""
    if held is None:
        return Agreement(amount=amount, interval=interval, plan_id=plan_id, since=since)
    kept = held.interval if held.interval == interval else interval
    return replace(held, amount=amount, interval=kept, plan_id=plan_id, since=since)


def ever_paid(subscription: Subscription) -> bool:
    """Whether any period of it was ever paid, or settled with 0."""
    return subscription.agreed is not None and subscription.agreed.since is not None


def lowered(consents: Iterable[Consent], amount: int, waiting: Iterable[Invoice]) -> tuple[Consent, ...]:
    """The consents once the shop asks `amount` (minor units) from the next period on: none is for more.

    Unless an invoice that is open still waits for it. A price that rises again needs another one.
    """
    asked = tuple(waiting)
    return tuple(each if stands(each, amount, asked) else replace(each, amount=amount) for each in consents)


def stands(consent: Consent, amount: int, waiting: Iterable[Invoice]) -> bool:
    """Whether a consent outlives a price of `amount` (minor units): for no more, or still waited for."""
    return consent.amount <= amount or any(is_for(consent, invoice) for invoice in waiting)


def is_for(consent: Consent, invoice: Invoice) -> bool:
    """Whether a consent is for that much, so often, and for this plan."""
    return (
        consent.amount >= invoice.price
        and consent.interval in {None, invoice.interval}
        and consent.plan_id in {"", invoice.plan_id}
    )
