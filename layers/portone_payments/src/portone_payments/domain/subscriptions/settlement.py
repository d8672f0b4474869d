"""How an attempt to charge an invoice ends: paid, retried, given a new id, or dropped (rule 8.8)."""

from dataclasses import replace

from portone_payments.domain.approvals.attempts import SPENT
from portone_payments.domain.records.history import Fact, Moment, record
from portone_payments.domain.records.subscriptions import (
    Invoice,
    InvoiceKind,
    InvoiceState,
    Subscription,
    SubscriptionStatus,
)
from portone_payments.domain.shared.calendar import HOUR, kst_day, kst_midnight
from portone_payments.domain.subscriptions.dunning import at_allowed_time, end_of_grace, next_try
from portone_payments.domain.subscriptions.ending import OVER, cancelled, closed, voided
from portone_payments.domain.subscriptions.invoices import (
    BILLED,
    apply_change,
    open_invoices,
    spread_of,
    under_another_id,
    with_invoice,
)
from portone_payments.domain.subscriptions.policy import BillingPolicy
from portone_payments.domain.subscriptions.standstill import without_refusal

NO_KEY = "no_billing_key"
_STAYS = frozenset({SubscriptionStatus.ACTIVE, SubscriptionStatus.PAUSED})


def with_attempt(
    subscription: Subscription, invoice: Invoice, payment_id: str, moment: Moment
) -> Subscription:
    """The subscription with an attempt under way. Due in an hour: the payment itself is due much earlier."""
    tried = replace(invoice, payment_id=payment_id, tries=invoice.tries + 1, tried_at=moment.now, asked=False)
    again = int(moment.now) + HOUR
    held = replace(subscription, in_flight=invoice.id, last_try_at=moment.now, due_at=again, tries=0)
    return with_invoice(held, tried)


def paid(
    subscription: Subscription, invoice: Invoice, moment: Moment, *, by: str | None = None
) -> Subscription:
    """The subscription after payment `by` paid an invoice; None where there was nothing to pay."""
    settled = replace(invoice, state=InvoiceState.PAID, paid_by=by, settled_at=moment.now, asked=False)
    told = with_invoice(subscription, settled)
    # a late approval of an earlier id proves nothing about the attempt under way
    told = _landed(told, invoice) if by in {None, invoice.payment_id} else told
    told = record(
        told,
        Fact.INVOICE_PAID,
        moment,
        invoice=invoice.id,
        amount=invoice.amount,
        credit=invoice.credit or None,
    )
    if invoice.kind is InvoiceKind.PERIOD:
        told = replace(told, agreed=told.amount)
    if told.change is not None and told.change.invoice_id == invoice.id:
        told = _upgraded(told, moment)
    if told.cancel_asked_at is not None and told.in_flight is None:
        return cancelled(told, moment)
    return status_after(told, moment)


def attempt_ended(subscription: Subscription, invoice: Invoice, moment: Moment) -> Subscription:
    """The subscription after an attempt to charge an invoice that another attempt had paid meanwhile."""
    if subscription.in_flight != invoice.id:
        return subscription
    told = _landed(subscription, invoice)
    return told if told.cancel_asked_at is None else cancelled(told, moment)


def attempt_failed(
    subscription: Subscription,
    invoice: Invoice,
    code: str,
    moment: Moment,
    policy: BillingPolicy,
    *,
    hard: bool = False,
) -> Subscription:
    """The subscription after an attempt that certainly charged nothing."""
    told = _landed(subscription, invoice)
    if told.cancel_asked_at is not None:
        return cancelled(told, moment)
    if code == SPENT:
        return _under_a_new_id(told, invoice, moment)
    # asked: its customer chose another method while this attempt was under way
    invoice = replace(without_refusal(invoice, moment.now), code=code, hard=hard and not invoice.asked)
    if invoice.kind is InvoiceKind.PRORATION:
        return _dropped(told, invoice, code, moment)
    if _never_began(told, invoice):
        return cancelled(_dropped(told, invoice, code, moment), moment)
    failed_at = invoice.failed_at if invoice.failed_at is not None else moment.now
    known = replace(invoice, failed_at=failed_at)
    again = None if known.hard else _again(told, known, moment, policy)
    due_at = end_of_grace(policy.dunning, failed_at) if again is None else again
    told = replace(with_invoice(told, replace(known, due_at=due_at)), status=_behind(told))
    return record(
        told,
        Fact.INVOICE_FAILED,
        moment,
        invoice=invoice.id,
        amount=invoice.amount,
        number=invoice.tries,
        code=code,
        hard=known.hard,
        retry_at=again,
    )


def put_back(
    subscription: Subscription,
    invoice: Invoice,
    moment: Moment,
    policy: BillingPolicy,
    *,
    until: float | None,
) -> Subscription:
    """The subscription after PortOne refused *us*: no attempt counts, dunning stays where it is.

    Due from `until` (epoch seconds UTC; None: now) on. Dunning stands still until a charge reaches a PG.
    """
    told = _landed(subscription, invoice)
    if told.cancel_asked_at is not None:
        return cancelled(told, moment)
    due_at = at_allowed_time(policy.dunning, int(max(moment.now, until or 0.0)), 0)
    again = replace(
        without_refusal(invoice, moment.now),
        tries=max(0, invoice.tries - 1),
        due_at=due_at,
        refused_at=None if invoice.failed_at is None else moment.now,
    )
    return with_invoice(replace(told, last_try_at=None), again)


def _again(subscription: Subscription, invoice: Invoice, moment: Moment, policy: BillingPolicy) -> int | None:
    """At once where its customer chose another method while this attempt was under way."""
    if invoice.asked:
        return int(moment.now)
    return next_try(
        policy.dunning,
        invoice.failed_at or moment.now,
        max(0, invoice.tries - 1),
        moment.now,
        last_try_at=subscription.last_try_at,
        spread=spread_of(subscription),
    )


def _under_a_new_id(subscription: Subscription, invoice: Invoice, moment: Moment) -> Subscription:
    """PortOne accepts no more attempts under this id; a reading has just shown it unpaid (rule 8.3)."""
    fresh = replace(
        under_another_id(invoice),
        series=invoice.series + 1,
        tries=max(0, invoice.tries - 1),
        due_at=int(moment.now),
    )
    # PortOne called no PG: this was not the day's attempt
    return with_invoice(replace(subscription, last_try_at=None), fresh)


def _dropped(subscription: Subscription, invoice: Invoice, code: str, moment: Moment) -> Subscription:
    """The subscription without a plan change that could not be paid; nothing is dunned for it."""
    told = voided(subscription, invoice, moment)
    return record(told, Fact.INVOICE_FAILED, moment, invoice=invoice.id, amount=invoice.amount, code=code)


def _upgraded(subscription: Subscription, moment: Moment) -> Subscription:
    change = subscription.change
    if change is None:
        return subscription
    told = replace(apply_change(subscription, change), agreed=change.amount)
    return record(
        told, Fact.SUBSCRIPTION_CHANGED, moment, plan=change.plan_id, amount=change.amount, credit=0
    )


def _never_began(subscription: Subscription, invoice: Invoice) -> bool:
    """Whether its first charge was declined in front of its customer: there is nothing to dun."""
    watched = invoice.starts == kst_midnight(kst_day(subscription.created_at))
    return watched and subscription.agreed is None and subscription.order_id is None


def _landed(subscription: Subscription, invoice: Invoice) -> Subscription:
    flying = subscription.in_flight
    return replace(subscription, in_flight=None if flying == invoice.id else flying)


def _behind(subscription: Subscription) -> SubscriptionStatus:
    parts = subscription.interval is None and subscription.status not in OVER
    return SubscriptionStatus.PAST_DUE if parts or subscription.status in BILLED else subscription.status


def status_after(subscription: Subscription, moment: Moment) -> Subscription:
    """The status that its invoices leave, once one of them is paid or void.

    ACTIVE where nothing is owed. An order in parts is COMPLETED with its last, UNPAID where one was given up.
    """
    done = closed(subscription, moment)
    if done is not subscription or subscription.status in OVER:
        return done
    given_up = any(each.state is InvoiceState.UNPAID for each in subscription.invoices.values())
    if subscription.order_id is not None and given_up:
        # whatever became of the others, it stays incomplete
        return replace(subscription, status=SubscriptionStatus.UNPAID)
    owing = any(each.failed_at is not None for each in open_invoices(subscription))
    if owing or subscription.status in _STAYS:
        return subscription
    return replace(subscription, status=SubscriptionStatus.ACTIVE)
