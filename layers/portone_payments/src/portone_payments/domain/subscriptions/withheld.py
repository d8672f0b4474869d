"""A period that waits for a consent is no debt: what was agreed goes on after it (rules 11.2, 11.4)."""

from dataclasses import replace

from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.subscriptions import (
    Agreement,
    Change,
    Invoice,
    InvoiceKind,
    InvoiceState,
    Subscription,
)
from portone_payments.domain.subscriptions.agreement import ever_paid
from portone_payments.domain.subscriptions.ending import voided
from portone_payments.domain.subscriptions.owed import running
from portone_payments.domain.subscriptions.policy import BillingPolicy


def goes_on(subscription: Subscription, given_up: Invoice, policy: BillingPolicy) -> bool:
    """Whether the next period is charged though this one, which nobody agreed to, was given up.

    It is where its price was agreed before, or its customer chose it meanwhile.
    """
    if given_up.failed_at is not None or given_up.withheld_at is None or policy.consent_always:
        return False
    change = subscription.change
    if change is not None and change.invoice_id is None and change.by_customer:
        return True
    return ever_paid(subscription) and _no_more_than(subscription.agreed, change or subscription)


def asked_as_agreed(subscription: Subscription, change: Change, moment: Moment) -> Subscription:
    """The subscription whose shop withdrew the rise that its running period waits for.

    That period is invoiced again, for the price to come, unless only a rest of it was invoiced.
    """
    periods = [each for each in subscription.invoices.values() if each.kind is InvoiceKind.PERIOD]
    last = max(periods, key=lambda each: int(each.id), default=None)
    if last is None or last.state is not InvoiceState.WITHHELD or last.failed_at is not None:
        return subscription
    same = (last.plan_id, last.interval) == (change.plan_id, change.interval)
    in_time = running(last, moment.now) and (change.not_before or 0) <= last.starts
    if not (same and in_time and ever_paid(subscription) and last.worth == last.price > change.amount):
        return subscription
    if not _no_more_than(subscription.agreed, change):
        return subscription
    told = voided(subscription, last, moment)
    return replace(told, next_number=told.next_number - 1)


def _no_more_than(agreed: Agreement | None, asked: Change | Subscription) -> bool:
    """Whether that much, that often, was agreed."""
    return agreed is not None and asked.amount <= agreed.amount and asked.interval == agreed.interval
