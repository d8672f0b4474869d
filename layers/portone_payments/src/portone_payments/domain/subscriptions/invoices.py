"""What a subscription charges, and when: invoices by the calendar, never by "now" (rule 8.7)."""

from dataclasses import replace
from datetime import date, timedelta
from zlib import crc32

from portone_payments.domain.records.history import Fact, Moment, record
from portone_payments.domain.records.subscriptions import (
    Change,
    Invoice,
    InvoiceKind,
    InvoiceState,
    Subscription,
    SubscriptionStatus,
)
from portone_payments.domain.shared.calendar import (
    DAY,
    Interval,
    days_between,
    kst_day,
    kst_midnight,
    period_of,
    period_start,
)
from portone_payments.domain.subscriptions.agreement import agreement, chosen, lowered
from portone_payments.domain.subscriptions.coming import coming, following, most_of
from portone_payments.domain.subscriptions.discounts import applies, counted, off
from portone_payments.domain.subscriptions.dunning import CatchUp, DunningPolicy, at_allowed_time
from portone_payments.domain.subscriptions.making import Cost, made
from portone_payments.domain.subscriptions.policy import BillingPolicy
from portone_payments.domain.subscriptions.proration import split

BILLED = frozenset(
    {
        SubscriptionStatus.PENDING,
        SubscriptionStatus.TRIAL,
        SubscriptionStatus.ACTIVE,
        SubscriptionStatus.PAST_DUE,
    }
)
_WAITS = frozenset({InvoiceState.OPEN, InvoiceState.WITHHELD})
_USES = _WAITS | {InvoiceState.PAID}
EARLIER_KEPT = 20
MOST_AT_ONCE = 60


def spread_of(subscription: Subscription) -> int:
    """A stable number that spreads subscriptions over a smoothing window."""
    return crc32(subscription.subscription_id.encode())


def open_invoices(subscription: Subscription) -> list[Invoice]:
    """The invoices still to be paid, oldest first."""
    found = [each for each in subscription.invoices.values() if each.state in _WAITS]
    return sorted(found, key=lambda each: (each.starts, int(each.id)))


def untold(invoice: Invoice) -> bool:
    """Whether it was attempted and not declined: PortOne refused us, and it waits."""
    return invoice.state is InvoiceState.OPEN and invoice.tried_at is not None and invoice.failed_at is None


def under_another_id(invoice: Invoice) -> Invoice:
    """The invoice without its paymentId, which joins its earlier ones; the payment names the invoice."""
    had = dict.fromkeys((*invoice.earlier, *filter(None, [invoice.payment_id])))
    return replace(invoice, payment_id=None, earlier=tuple(had)[-EARLIER_KEPT:])


def with_invoice(subscription: Subscription, invoice: Invoice) -> Subscription:
    """The subscription with one invoice replaced.

    A balance is used while its invoice may be paid, and is restored once that is given up or void. A late
    payment of it uses the balance again: where a later invoice used it meanwhile it is below 0, and owed.
    """
    invoices = {**subscription.invoices, invoice.id: invoice}
    before, after = _used(subscription.invoices.get(invoice.id)), _used(invoice)
    return replace(
        subscription,
        balance=subscription.balance + before[0] - after[0],
        balance_tax_free=subscription.balance_tax_free + before[1] - after[1],
        invoices=invoices,
    )


def _used(invoice: Invoice | None) -> tuple[int, int]:
    """What an invoice uses of the balance, and the tax-free part of that."""
    if invoice is None or invoice.state not in _USES:
        return 0, 0
    return invoice.balance, invoice.balance_tax_free


def add_invoice(subscription: Subscription, invoice: Invoice) -> Subscription:
    """The subscription with a new invoice under the next number."""
    numbered = replace(invoice, id=str(subscription.next_invoice))
    return with_invoice(replace(subscription, next_invoice=subscription.next_invoice + 1), numbered)


def period(subscription: Subscription, number: int) -> tuple[date, date]:
    """The first KST day of a period, and the first one after it."""
    interval = _interval(subscription)
    anchor = date.fromisoformat(subscription.start)
    return (
        period_start(anchor, interval, number, subscription.anchor_day),
        period_start(anchor, interval, number + 1, subscription.anchor_day),
    )


def next_start(subscription: Subscription) -> int | None:
    """The KST midnight at which the next period without an invoice begins (epoch seconds UTC)."""
    if subscription.interval is None or subscription.status not in BILLED:
        return None
    return kst_midnight(period(subscription, subscription.next_number)[0])


def price_of(subscription: Subscription, number: int, today: date) -> tuple[int, int]:
    """What a period costs, and how much of it is tax-free: less for a short first one, or after a pause."""
    starts, ends = period(subscription, number)
    full = days_between(whole_start(subscription, number), ends)
    from_day = starts
    if subscription.resumed is not None:
        from_day = max(starts, min(date.fromisoformat(subscription.resumed), today))
    used = full - days_between(from_day, ends)
    return split(subscription.amount, used, full)[1], split(subscription.tax_free, used, full)[1]


def roll(subscription: Subscription, moment: Moment, policy: BillingPolicy) -> Subscription:
    """The subscription with an invoice for each period that has begun; one that is over is missed."""
    for _ in range(MOST_AT_ONCE):
        starts = next_start(subscription)
        if starts is None or moment.now < starts or changing(subscription):
            break
        subscription = _changed(subscription)
        if not asked_at_start(subscription, starts, moment.now):
            # a price from a day on may have come in the periods that are passed over
            subscription = _changed(_missed(subscription, moment, policy.dunning))
        subscription = _opened(subscription, moment, policy)
    return subscription


def changing(subscription: Subscription) -> bool:
    """Whether a plan change at once has no outcome yet: what the next period costs is not known."""
    return subscription.change is not None and subscription.change.invoice_id is not None


def asked_at_start(subscription: Subscription, starts: int, now: float) -> bool:
    """Whether its customer asked for this first day just now, though midnight may have passed meanwhile."""
    fresh = now - subscription.created_at < DAY
    return fresh and starts == kst_midnight(kst_day(subscription.created_at))


def _missed(subscription: Subscription, moment: Moment, policy: DunningPolicy) -> Subscription:
    """After an outage of days only the current period is charged, unless set otherwise; never a pause."""
    day = kst_day(moment.now)
    if policy.catch_up is CatchUp.ALL:
        if subscription.resumed is None:
            return subscription
        day = min(day, date.fromisoformat(subscription.resumed))
    anchor = date.fromisoformat(subscription.start)
    current = period_of(anchor, _interval(subscription), day, subscription.anchor_day)
    count = current - subscription.next_number
    if count <= 0:
        return subscription
    told = record(subscription, Fact.INVOICE_MISSED, moment, number=subscription.next_number, count=count)
    return replace(told, next_number=current)


def _opened(subscription: Subscription, moment: Moment, policy: BillingPolicy) -> Subscription:
    number = subscription.next_number
    starts, ends = period(subscription, number)
    worth, tax_free = price_of(subscription, number, kst_day(moment.now))
    today = kst_day(moment.now).isoformat()
    resumes = subscription.resumed == today and moment.by != "sweep"
    asked = kst_day(subscription.created_at) == starts or resumes
    begins = kst_midnight(starts)
    due_at = int(moment.now) if asked else at_allowed_time(policy.dunning, begins, spread_of(subscription))
    blank = Invoice(
        id="",
        kind=InvoiceKind.PERIOD,
        name=subscription.name,
        price=subscription.amount,
        interval=subscription.interval,
        plan_id=subscription.plan_id,
        amount=0,
        tax_free=0,
        starts=begins,
        ends=kst_midnight(ends),
        due_at=due_at,
        asked=asked,
    )
    discount = subscription.discount
    less = off(discount, worth, subscription.amount) if discount and applies(discount, begins) else 0
    invoice = made(subscription, blank, Cost(worth=worth, tax_free=tax_free, discount=less), policy)
    opened = replace(subscription, next_number=number + 1, resumed=None, discount=counted(discount, begins))
    return add_invoice(opened, invoice)


def _changed(subscription: Subscription) -> Subscription:
    """The subscription on the plan that was chosen for the period that begins."""
    starts, _ = period(subscription, subscription.next_number)
    change = coming(subscription.change, kst_midnight(starts))
    if change is None:
        return subscription
    if change.by_customer:
        subscription = replace(subscription, agreed=chosen(subscription, change, starts))
    else:
        consents = lowered(subscription.consents, most_of(change), open_invoices(subscription))
        subscription = replace(subscription, consents=consents)
    if change.interval == subscription.interval:
        return apply_change(subscription, change)
    return apply_change(begun_anew(subscription, starts, change.anchor_day), change)


def apply_change(subscription: Subscription, change: Change) -> Subscription:
    """The subscription on its new plan."""
    return replace(
        subscription,
        plan_id=change.plan_id,
        name=change.name,
        amount=change.amount,
        tax_free=change.tax_free,
        interval=change.interval,
        group=change.group or subscription.group,
        discount=subscription.discount if change.interval == subscription.interval else None,
        change=following(change),
        set_aside=None,
    )


def changed_to(subscription: Subscription, change: Change, *, since: int | None) -> Subscription:
    """The subscription on its new plan, which is agreed to; `since`: the start of what was paid for it."""
    agreed = agreement(subscription.agreed, change.amount, change.interval, change.plan_id, since=since)
    return replace(apply_change(subscription, change), agreed=agreed)


def begun_anew(subscription: Subscription, day: date, anchor_day: int | None) -> Subscription:
    """The subscription whose periods are counted from this KST day on."""
    return replace(subscription, start=day.isoformat(), anchor_day=anchor_day, next_number=0, resumed=None)


def whole_start(subscription: Subscription, number: int) -> date:
    """Where the period would have begun had the subscription not started in the middle of it."""
    starts, ends = period(subscription, number)
    if number or subscription.anchor_day is None:
        return starts
    day = starts
    interval = _interval(subscription)
    # the anchored day before the end: at most one interval back
    while period_start(day, interval, 1) > ends:
        day -= timedelta(days=1)
    return min(day, starts)


def _interval(subscription: Subscription) -> Interval:
    if subscription.interval is None:
        raise ValueError("an order paid in parts has no periods")
    return subscription.interval
