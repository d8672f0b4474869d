"""How an attempt to charge an invoice ends: paid, retried, given a new id, or dropped (rule 8.8)."""

from dataclasses import replace
from datetime import date

from portone_payments.domain.approvals.attempts import SPENT
from portone_payments.domain.records.history import Fact, Moment, record
from portone_payments.domain.records.subscriptions import (
    Change,
    EndReason,
    Invoice,
    InvoiceKind,
    InvoiceState,
    Subscription,
    SubscriptionStatus,
)
from portone_payments.domain.shared.calendar import HOUR, kst_day, kst_midnight
from portone_payments.domain.subscriptions.agreement import agreed_with, ever_paid
from portone_payments.domain.subscriptions.credits import remembered
from portone_payments.domain.subscriptions.dunning import at_allowed_time, end_of_grace, next_try
from portone_payments.domain.subscriptions.ending import (
    after_outcome,
    closed,
    ended,
    left_owed,
    voided,
    was_given_up,
)
from portone_payments.domain.subscriptions.invoices import (
    BILLED,
    asked_at_start,
    begun_anew,
    changed_to,
    open_invoices,
    spread_of,
    under_another_id,
    with_invoice,
)
from portone_payments.domain.subscriptions.life import OVER, standing
from portone_payments.domain.subscriptions.policy import BillingPolicy
from portone_payments.domain.subscriptions.standstill import without_refusal

NO_KEY = "no_billing_key"
# seconds after which whoever claimed an attempt has settled it or died: as long as the sweep's lease
DIED_AFTER = 180
_STAYS = frozenset({SubscriptionStatus.ACTIVE, SubscriptionStatus.PAUSED, SubscriptionStatus.ENDING})


def under_way_until(mark: int | None, now: float, *, default: int = HOUR) -> int:
    """When an attempt under way is looked at: at the mark it has where that is near, else after `default`."""
    return mark if mark is not None and now < mark <= now + HOUR else int(now) + default


def with_attempt(
    subscription: Subscription, invoice: Invoice, payment_id: str, moment: Moment
) -> Subscription:
    """The subscription with an attempt under way, due where the sweep's lease put it, else in a few minutes.

    Should its worker die, that mark leads to the attempt: its payment is not due before its first outcome.
    """
    tried = replace(invoice, payment_id=payment_id, tries=invoice.tries + 1, tried_at=moment.now, asked=False)
    leased = under_way_until(subscription.due_at, moment.now, default=DIED_AFTER)
    # the first charge is the try of the day on which it was asked for
    first = invoice.asked and asked_at_start(subscription, invoice.starts, moment.now)
    tried_at = subscription.created_at if first else moment.now
    held = replace(subscription, in_flight=invoice.id, last_try_at=tried_at, due_at=leased, tries=0)
    return with_invoice(held, tried)


def paid(
    subscription: Subscription, invoice: Invoice, moment: Moment, *, by: str | None = None
) -> Subscription:
    """The subscription after payment `by` paid an invoice; None where there was nothing to pay."""
    settled = replace(invoice, state=InvoiceState.PAID, paid_by=by, settled_at=moment.now, asked=False)
    settled = replace(settled, method=None, window_until=None, in_doubt=False, declined_at=None)
    change = _brought_by(subscription, invoice)
    if change is not None and change.begins is not None:
        settled = replace(settled, kind=InvoiceKind.PERIOD)
    told = with_invoice(subscription, settled)
    # a late approval of an earlier id proves nothing about the attempt under way
    told = _landed(told, invoice) if by in {None, invoice.payment_id} else told
    if invoice.kind is InvoiceKind.PART:
        # the day's attempt at this part holds up no other
        told = replace(told, last_try_at=None)
    told = record(
        told,
        Fact.INVOICE_PAID,
        moment,
        invoice=invoice.id,
        amount=invoice.amount,
        balance=invoice.balance or None,
    )
    if settled.kind is InvoiceKind.PERIOD:
        told = replace(
            told,
            agreed=agreed_with(told, invoice),
            paid_until=max(told.paid_until or 0, invoice.ends),
        )
        told = _tried_again(told, moment) if by is not None and by == invoice.payment_id else told
    if change is not None:
        told = _upgraded(told, change, settled, moment)
    if told.end_asked_at is None or told.in_flight is not None:
        told = status_after(told, moment)
    return after_outcome(told, moment)


def paid_back(subscription: Subscription, invoice: Invoice, moment: Moment, *, by: str) -> Subscription:
    """The subscription after payment `by` of an invoice was refunded elsewhere before we saw it paid.

    Somebody decided that its customer need not pay: it is charged under no id, and frees what comes after
    it, except the later parts of an order.
    """
    told = without_change(subscription, invoice)
    over = replace(invoice, state=InvoiceState.ENDED, paid_by=by, settled_at=moment.now, asked=False)
    told = with_invoice(told, replace(over, method=None, window_until=None, in_doubt=False))
    told = _landed(told, invoice) if by == invoice.payment_id else told
    told = record(told, Fact.INVOICE_ENDED, moment, invoice=invoice.id, code="refunded")
    if told.in_flight is None and told.end_asked_at is None and _never_began(told, invoice):
        return ended(told, moment, EndReason.REFUNDED)
    if told.end_asked_at is None or told.in_flight is not None:
        told = status_after(told, moment)
    return after_outcome(told, moment)


def attempt_ended(subscription: Subscription, invoice: Invoice, moment: Moment) -> Subscription:
    """The subscription after an attempt to charge an invoice that another attempt had paid meanwhile."""
    if subscription.in_flight != invoice.id:
        return subscription
    return after_outcome(_landed(subscription, invoice), moment)


def attempt_failed(
    subscription: Subscription,
    invoice: Invoice,
    code: str,
    moment: Moment,
    policy: BillingPolicy,
    *,
    hard: bool = False,
    gives_way: bool = False,
) -> Subscription:
    """The subscription after an attempt that certainly charged nothing.

    `gives_way`: its method does not work any more, and another of its user's may pay at the next attempt.
    """
    told = _landed(subscription, invoice)
    if told.end_asked_at is not None:
        return after_outcome(told, moment)
    declined = _declined(told, invoice, code, moment, policy, hard=hard, gives_way=gives_way)
    return after_outcome(declined, moment)


def _declined(
    told: Subscription,
    invoice: Invoice,
    code: str,
    moment: Moment,
    policy: BillingPolicy,
    *,
    hard: bool,
    gives_way: bool,
) -> Subscription:
    if code == SPENT:
        return _under_a_new_id(told, invoice, moment)
    # asked: its customer chose another method while this attempt was under way
    hard = hard and not invoice.asked
    invoice = replace(without_refusal(invoice, moment.now), code=code, hard=hard, method=None)
    if invoice.kind is InvoiceKind.PRORATION:
        return _dropped(told, invoice, code, moment)
    if _never_began(told, invoice):
        return ended(_dropped(told, invoice, code, moment), moment, EndReason.DECLINED)
    failed_at = invoice.failed_at if invoice.failed_at is not None else moment.now
    known = replace(invoice, failed_at=failed_at)
    final = known.hard and not gives_way
    again = None if final or _drops_open(told) else _again(told, known, moment, policy)
    due_at = end_of_grace(policy.dunning, failed_at) if again is None else again
    told = _failed(replace(told, status=_behind(told)), replace(known, due_at=due_at), moment)
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


def _failed(subscription: Subscription, invoice: Invoice, moment: Moment) -> Subscription:
    """With a declined invoice: given up where its subscription is, and without dunning during a pause."""
    if invoice.asked or subscription.interval is None:
        return with_invoice(subscription, invoice)
    again = was_given_up(invoice) and subscription.status not in BILLED
    if again or subscription.status is SubscriptionStatus.UNPAID:
        return left_owed(subscription, invoice, moment)
    paused = subscription.status is SubscriptionStatus.PAUSED
    return with_invoice(subscription, replace(invoice, refused_at=moment.now) if paused else invoice)


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
    if told.end_asked_at is not None:
        return after_outcome(told, moment)
    due_at = at_allowed_time(policy.dunning, int(max(moment.now, until or 0.0)), 0)
    again = replace(
        without_refusal(invoice, moment.now),
        tries=max(0, invoice.tries - 1),
        due_at=due_at,
        # what its customer asked for stays asked where nothing is charged by itself
        asked=invoice.asked or (told.interval is not None and told.status not in BILLED),
        refused_at=None if invoice.failed_at is None else moment.now,
    )
    return after_outcome(with_invoice(replace(told, last_try_at=None), again), moment)


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
    """The subscription without a plan change that could not be paid; nothing is dunned for it, nor agreed."""
    change = _brought_by(subscription, invoice)
    told = voided(subscription, invoice, moment)
    if change is not None:
        said = (change.amount, change.interval, change.plan_id)
        kept = (each for each in told.consents if (each.amount, each.interval, each.plan_id) != said)
        told = replace(told, consents=tuple(kept))
    return record(told, Fact.INVOICE_FAILED, moment, invoice=invoice.id, amount=invoice.amount, code=code)


def _brought_by(subscription: Subscription, invoice: Invoice) -> Change | None:
    """The plan change that waits for this invoice."""
    change = subscription.change
    return change if change is not None and change.invoice_id == invoice.id else None


def _upgraded(subscription: Subscription, change: Change, invoice: Invoice, moment: Moment) -> Subscription:
    """The subscription on the plan that was paid for; what went to its balance is credited."""
    told = remembered(changed_to(subscription, change, since=invoice.starts), change, moment)
    if change.begins is not None:
        anew = begun_anew(told, date.fromisoformat(change.begins), change.anchor_day)
        # the invoice was the first of the new periods
        told = replace(anew, next_number=1, paid_until=invoice.ends)
    return record(
        told,
        Fact.SUBSCRIPTION_CHANGED,
        moment,
        plan=change.plan_id,
        amount=change.amount,
        credit=max(0, -invoice.amount - invoice.balance),
    )


def _never_began(subscription: Subscription, invoice: Invoice) -> bool:
    """Whether its first charge was declined in front of its customer: there is nothing to dun."""
    watched = invoice.starts == kst_midnight(kst_day(subscription.created_at))
    return watched and not ever_paid(subscription) and subscription.order_id is None


def _drops_open(subscription: Subscription) -> bool:
    """Whether its end leaves nothing to be tried again."""
    return subscription.ending is not None and not subscription.ending.pay_open


def _tried_again(subscription: Subscription, moment: Moment) -> Subscription:
    """With other declined periods due again, whatever retries they had: the saved method has just paid."""
    for each in open_invoices(subscription):
        declined = each.kind is InvoiceKind.PERIOD and each.failed_at is not None
        if declined and each.state is InvoiceState.OPEN and subscription.in_flight != each.id:
            due_at = min(each.due_at, int(moment.now))
            subscription = with_invoice(subscription, replace(each, due_at=due_at, hard=False))
    return subscription


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
    if subscription.status is SubscriptionStatus.UNPAID and not _comes_back(subscription, moment):
        # what was owed for an earlier period is paid for itself
        return subscription
    owing = any(each.failed_at is not None for each in open_invoices(subscription))
    if owing or subscription.status in _STAYS:
        return subscription
    return replace(subscription, status=standing(subscription, moment.now))


def _comes_back(subscription: Subscription, moment: Moment) -> bool:
    """Whether its running period is paid, and no other has its place in the plan group."""
    return subscription.replaced_by is None and _running_paid(subscription, moment)


def _running_paid(subscription: Subscription, moment: Moment) -> bool:
    if subscription.interval is None:
        return True
    now = (each for each in subscription.invoices.values() if each.starts <= moment.now < each.ends)
    return any(each.state is InvoiceState.PAID and each.kind is InvoiceKind.PERIOD for each in now)


def without_change(subscription: Subscription, invoice: Invoice) -> Subscription:
    """Without the plan change that this invoice was to pay."""
    if subscription.change is None or subscription.change.invoice_id != invoice.id:
        return subscription
    return replace(subscription, change=subscription.set_aside, set_aside=None)
