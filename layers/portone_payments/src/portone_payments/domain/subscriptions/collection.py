"""What time alone does to a subscription: invoices are opened, judged, moved, given up (rule 8)."""

from collections.abc import Iterator
from dataclasses import replace

from portone_payments.domain.records.history import Fact, Moment, record
from portone_payments.domain.records.subscriptions import (
    EndReason,
    Invoice,
    InvoiceKind,
    InvoiceState,
    Subscription,
    SubscriptionStatus,
)
from portone_payments.domain.shared.calendar import HOUR, kst_day
from portone_payments.domain.subscriptions.agreement import ever_paid
from portone_payments.domain.subscriptions.announcing import announced, next_announcement
from portone_payments.domain.subscriptions.consent import covers, needs_consent
from portone_payments.domain.subscriptions.dunning import AtEnd, at_allowed_time, end_of_grace, one_a_day
from portone_payments.domain.subscriptions.ending import (
    after_outcome,
    ended,
    left_owed,
    voided,
    window_decides,
)
from portone_payments.domain.subscriptions.invoices import (
    changing,
    next_start,
    open_invoices,
    roll,
    spread_of,
    with_invoice,
)
from portone_payments.domain.subscriptions.life import OVER, standing
from portone_payments.domain.subscriptions.owed import blocked_by, collects, in_window, is_stuck, mark
from portone_payments.domain.subscriptions.policy import BillingPolicy
from portone_payments.domain.subscriptions.reopening import resumed
from portone_payments.domain.subscriptions.settlement import paid, under_way_until
from portone_payments.domain.subscriptions.standstill import without_refusal
from portone_payments.domain.subscriptions.withheld import goes_on

_AT_END = {
    AtEnd.PAUSE: (SubscriptionStatus.PAUSED, Fact.SUBSCRIPTION_PAUSED),
    AtEnd.UNPAID: (SubscriptionStatus.UNPAID, Fact.SUBSCRIPTION_UNPAID),
}


def advance(subscription: Subscription, moment: Moment, policy: BillingPolicy) -> Subscription:
    """The subscription as of now: begun, resumed or ended when due, invoices opened, judged, given up."""
    if not isinstance(subscription.status, SubscriptionStatus):
        return subscription
    subscription = _begun(subscription, moment)
    subscription = _resumed(subscription, moment)
    subscription = _ended(subscription, moment)
    if subscription.stopped_for:
        return subscription
    subscription = roll(subscription, moment, policy)
    for invoice in open_invoices(subscription):
        # what was given up beside an earlier one is open no more
        held = subscription.invoices[invoice.id]
        subscription = _judged(subscription, held, moment, policy) if held == invoice else subscription
    return announced(_blocked(subscription, moment), moment, policy)


def due_invoice(subscription: Subscription, now: float) -> Invoice | None:
    """The one invoice to charge now, oldest first; None while another has no outcome, or staff decides."""
    if subscription.in_flight is not None or subscription.end_asked_at is not None:
        return None
    if subscription.stopped_for:
        return None
    ready = (each for each in open_invoices(subscription) if each.state is InvoiceState.OPEN)
    charged = [each for each in ready if collects(subscription, each)]
    due = next((each for each in charged if (mark(subscription, each) or 0) <= now), None)
    if due is None or due.asked or due.kind is not InvoiceKind.PERIOD:
        return due
    # a later hour does not leave the day's one attempt to a newer period
    older = (each for each in charged if int(each.id) < int(due.id) and _tried_today(each, now))
    return next(older, due)


def _tried_today(invoice: Invoice, now: float) -> bool:
    """Whether a period is due today, or given up with this day: no newer one takes its last chance."""
    waits = invoice.kind is InvoiceKind.PERIOD and invoice.window_until is None and not invoice.hard
    return waits and kst_day(invoice.due_at - 1) == kst_day(now)


def next_due(subscription: Subscription, now: float, policy: BillingPolicy) -> int | None:
    """When the subscription is due again (epoch seconds UTC); None when it has ended."""
    if subscription.status in OVER:
        return None
    if not isinstance(subscription.status, SubscriptionStatus):
        # a newer version wrote it and knows what it waits for
        return int(now) + HOUR
    if subscription.in_flight is not None:
        return under_way_until(subscription.due_at, now)
    marks = [] if subscription.stopped_for else _marks(subscription, policy)
    turns = (at for status, at in _turns(subscription) if status is subscription.status)
    told = next_announcement(subscription, now, policy)
    return min((each for each in (*marks, *turns, told) if each is not None), default=None)


def _marks(subscription: Subscription, policy: BillingPolicy) -> list[int | None]:
    """When its open invoices, and its next period, are due."""
    marks = [mark(subscription, each) for each in open_invoices(subscription)]
    starts = next_start(subscription)
    # the outcome of a plan change at once comes first
    if starts is not None and not changing(subscription):
        marks.append(at_allowed_time(policy.dunning, starts, spread_of(subscription)))
    return marks


def _turns(subscription: Subscription) -> Iterator[tuple[SubscriptionStatus, int | None]]:
    """When time alone ends each status."""
    yield SubscriptionStatus.PENDING, subscription.starts_at
    yield SubscriptionStatus.PAUSED, subscription.resumes_at
    yield SubscriptionStatus.ENDING, subscription.ends_at
    if window_decides(subscription):
        yield from ((SubscriptionStatus.ENDING, each.window_until) for each in open_invoices(subscription))


def _begun(subscription: Subscription, moment: Moment) -> Subscription:
    """PENDING until its first day, on trial until that is over."""
    before, trial_ends = subscription.status, subscription.trial_ends
    if before not in {SubscriptionStatus.PENDING, SubscriptionStatus.TRIAL}:
        return subscription
    status = standing(subscription, moment.now)
    if status is before:
        return subscription
    begun = replace(subscription, status=status)
    if before is SubscriptionStatus.TRIAL:
        return begun
    return record(replace(begun, paid_until=trial_ends), Fact.SUBSCRIPTION_BEGUN, moment)


def _resumed(subscription: Subscription, moment: Moment) -> Subscription:
    at = subscription.resumes_at
    if subscription.status is not SubscriptionStatus.PAUSED or at is None or moment.now < at:
        return subscription
    return resumed(subscription, moment)


def _ended(subscription: Subscription, moment: Moment) -> Subscription:
    at, ending = subscription.ends_at, subscription.ending
    if ending is None or at is None or moment.now < at or subscription.in_flight is not None:
        return subscription
    return ended(subscription, moment, ending.because)


def _judged(
    subscription: Subscription, invoice: Invoice, moment: Moment, policy: BillingPolicy
) -> Subscription:
    """An open invoice given up, withheld, free of charge, or moved to a time at which it may be charged."""
    if subscription.in_flight == invoice.id or not collects(subscription, invoice):
        return subscription
    stood = without_refusal(invoice, moment.now)
    since = stood.failed_at if stood.failed_at is not None else stood.withheld_at
    # a method saved after the grace is charged once more
    again = invoice.asked and invoice.state is InvoiceState.OPEN
    ends = None if since is None or again else end_of_grace(policy.dunning, since)
    if ends is not None and moment.now >= ends and not in_window(invoice, moment.now, ends=ends):
        return _given_up(subscription, invoice, moment, policy)
    if invoice.due_at > moment.now and invoice.state is InvoiceState.OPEN:
        return subscription
    # an amount covered at the first attempt stays covered while it is dunned
    if invoice.failed_at is None and not _consented(subscription, invoice, moment, policy):
        return _withheld(subscription, invoice, moment, policy)
    if invoice.amount == 0:
        return paid(subscription, invoice, moment)
    allowed = replace(invoice, state=InvoiceState.OPEN, due_at=_when(subscription, invoice, moment, policy))
    return with_invoice(subscription, allowed)


def _when(subscription: Subscription, invoice: Invoice, moment: Moment, policy: BillingPolicy) -> int:
    """Now, where its customer requested it or the hour and the day allow it; else the next time they do."""
    if invoice.asked:
        return int(moment.now)
    at = at_allowed_time(policy.dunning, int(moment.now), 0)
    return at if subscription.last_try_at is None else one_a_day(policy.dunning, subscription.last_try_at, at)


def _consented(subscription: Subscription, invoice: Invoice, moment: Moment, policy: BillingPolicy) -> bool:
    """E-Commerce Act art. 13(6): a price rise, or the end of a free trial, requires a consent."""
    if invoice.kind is not InvoiceKind.PERIOD:
        return True
    after_trial = _after_trial(subscription, invoice)
    asks = needs_consent(
        subscription.agreed, invoice, after_free_trial=after_trial, always=policy.consent_always
    )
    return not asks or covers(subscription.consents, invoice, moment.now)


def _after_trial(subscription: Subscription, invoice: Invoice) -> bool:
    """Whether it is the first charge after a free trial, or no period after the trial was paid yet."""
    if subscription.trial_ends is None:
        return False
    return not ever_paid(subscription) or invoice.starts == subscription.trial_ends


def _withheld(
    subscription: Subscription, invoice: Invoice, moment: Moment, policy: BillingPolicy
) -> Subscription:
    since = invoice.withheld_at if invoice.withheld_at is not None else moment.now
    held = replace(
        invoice,
        state=InvoiceState.WITHHELD,
        withheld_at=since,
        due_at=end_of_grace(policy.dunning, since),
    )
    told = with_invoice(subscription, held)
    if invoice.state is InvoiceState.WITHHELD:
        return told
    told = record(told, Fact.INVOICE_WITHHELD, moment, invoice=invoice.id, code="consent_missing")
    return after_outcome(told, moment)


def _given_up(
    subscription: Subscription, invoice: Invoice, moment: Moment, policy: BillingPolicy
) -> Subscription:
    """The subscription after dunning ended, in the state the operator configured."""
    told = left_owed(subscription, invoice, moment)
    if told.ending is not None:
        return after_outcome(told, moment)
    if goes_on(told, invoice, policy):
        return told
    at_end = AtEnd.UNPAID if subscription.interval is None else policy.dunning.at_end
    if at_end is AtEnd.CANCEL:
        return ended(told, moment, EndReason.UNPAID)
    status, fact = _AT_END[at_end]
    told = _others_given_up(told, moment)
    return told if told.status is status else record(replace(told, status=status), fact, moment)


def _others_given_up(subscription: Subscription, moment: Moment) -> Subscription:
    """Nothing of a given-up subscription stays open: later periods are owed too, a plan change is dropped."""
    for invoice in open_invoices(subscription) if subscription.interval is not None else ():
        if invoice.asked or subscription.in_flight == invoice.id:
            continue
        ends = left_owed if invoice.kind is InvoiceKind.PERIOD else voided
        subscription = ends(subscription, invoice, moment)
    return subscription


def _blocked(subscription: Subscription, moment: Moment) -> Subscription:
    """Parts whose time has come while an earlier one cannot be charged: the shop is told, once each."""
    for part in open_invoices(subscription) if subscription.interval is None else ():
        before = blocked_by(subscription, part)
        comes = part.blocked_at is None and part.due_at <= moment.now
        if comes and before is not None and is_stuck(before) and subscription.status not in OVER:
            told = with_invoice(subscription, replace(part, blocked_at=moment.now))
            subscription = record(told, Fact.INVOICE_BLOCKED, moment, invoice=part.id, blocked_by=before.id)
    return subscription
