"""What pays for the running period: its invoice and those of plan changes in it, and what is left of it."""

from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.subscriptions import (
    Invoice,
    InvoiceKind,
    InvoiceState,
    Subscription,
)
from portone_payments.domain.shared.calendar import days_between, kst_day
from portone_payments.domain.subscriptions.invoices import period, whole_start
from portone_payments.domain.subscriptions.making import Cost
from portone_payments.domain.subscriptions.proration import split, tax_free_share


def paid_with(subscription: Subscription, moment: Moment) -> list[str]:
    """The payments that cover today: the running period's, and those of upgrades within it."""
    return [each.paid_by for each in running_invoices(subscription, moment) if each.paid_by is not None]


def unused(subscription: Subscription, moment: Moment) -> Cost:
    """What was paid for the days of the running period from today on: its price, less its discount."""
    today, number = kst_day(moment.now), subscription.next_number - 1
    starts, (_, ends) = whole_start(subscription, number), period(subscription, number)
    used, total = days_between(starts, today), days_between(starts, ends)
    left = split(subscription.amount, used, total)[1]
    free = split(subscription.tax_free, used, total)[1]
    off = _discount_left(subscription, moment, left)
    return Cost(
        worth=0, tax_free=0, credited=left - off, credited_tax_free=free - tax_free_share(off, left, free)
    )


def _discount_left(subscription: Subscription, moment: Moment, left: int) -> int:
    """The share of today and later, which cost `left` (minor units), in the discount last given on them."""
    last, today = last_paid(subscription, moment), kst_day(moment.now)
    if last is None:
        return 0
    if last.kind is InvoiceKind.PERIOD and last.worth < last.price:
        # of that period only the rest was invoiced: the discount is shared out over what that cost
        return -(-last.discount * min(left, last.worth) // last.worth) if last.worth else 0
    since, until = kst_day(last.starts), kst_day(last.ends)
    return split(last.discount, days_between(since, today), days_between(since, until))[1]


def last_paid(subscription: Subscription, moment: Moment) -> Invoice | None:
    """The invoice that was settled last for today."""
    settled = [each for each in running_invoices(subscription, moment) if each.state is InvoiceState.PAID]
    return settled[-1] if settled else None


def charged_changes(subscription: Subscription, moment: Moment) -> list[Invoice]:
    """The plan changes within the running period that were paid for."""
    changes = (each for each in running_invoices(subscription, moment) if each.kind is InvoiceKind.PRORATION)
    return [each for each in changes if each.paid_by is not None]


def period_unpaid(subscription: Subscription, moment: Moment) -> bool:
    """Whether the period was given up, or waived by the shop: what nobody paid gives no credit."""
    return any(
        each.state is InvoiceState.UNPAID or (each.kind is InvoiceKind.PERIOD and each.waived_at is not None)
        for each in running_invoices(subscription, moment)
    )


def running_invoices(subscription: Subscription, moment: Moment) -> list[Invoice]:
    """The invoice of the running period and those of plan changes in it, oldest first.

    One of another interval that ended with a change today or before is over, however long it was.
    """
    covering = [each for each in subscription.invoices.values() if each.starts <= moment.now < each.ends]
    covering.sort(key=lambda each: int(each.id))
    periods = [int(each.id) for each in covering if each.kind is InvoiceKind.PERIOD]
    return [each for each in covering if int(each.id) >= max(periods, default=0)]
