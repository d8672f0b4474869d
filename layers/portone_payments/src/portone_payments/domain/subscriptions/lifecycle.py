"""What a customer or the shop does with a subscription: start, pause, resume, cancel, keep (rules 8, 11)."""

from dataclasses import replace
from datetime import date, timedelta

from portone_payments.domain.errors.billing import (
    ChangeNotAllowed,
    PartsDisagree,
    PriceChanged,
)
from portone_payments.domain.errors.payments import OrderHasPayment
from portone_payments.domain.records.history import Fact, Moment, record
from portone_payments.domain.records.payments import Order
from portone_payments.domain.records.subscriptions import (
    Agreement,
    Consent,
    Invoice,
    InvoiceKind,
    InvoiceState,
    Plan,
    Subscription,
    SubscriptionStatus,
)
from portone_payments.domain.shared.calendar import kst_day, kst_midnight
from portone_payments.domain.subscriptions.consent import with_choice, with_consent
from portone_payments.domain.subscriptions.dunning import at_allowed_time
from portone_payments.domain.subscriptions.ending import asked_by, end_later, end_now, kept
from portone_payments.domain.subscriptions.invoices import (
    add_invoice,
    next_start,
    spread_of,
    with_invoice,
)
from portone_payments.domain.subscriptions.life import Command, check, standing
from portone_payments.domain.subscriptions.making import Cost, made
from portone_payments.domain.subscriptions.policy import BillingPolicy
from portone_payments.domain.subscriptions.reopening import asked_again, chosen, rested, resumed

_FARTHEST = timedelta(days=366)


def subscribe(
    plan: Plan,
    subscription_id: str,
    user_id: str,
    moment: Moment,
    *,
    start: str | None,
    anchor_day: int | None,
    consented: bool,
) -> Subscription:
    """A new subscription to a plan. Raises `ChangeNotAllowed` for a start outside the coming year.

    Also for an anchor day where the plan counts days or weeks.
    """
    if anchor_day is not None and not plan.interval.months:
        raise ChangeNotAllowed(reason="anchor_day")
    today = kst_day(moment.now)
    first = today if start is None else date.fromisoformat(start)
    if not today <= first <= today + _FARTHEST:
        raise ChangeNotAllowed(reason="start")
    billed = first + timedelta(days=plan.trial_days)
    trial = plan.trial_days > 0
    fresh = Subscription(
        subscription_id=subscription_id,
        user_id=user_id,
        plan_id=plan.plan_id,
        name=plan.name,
        amount=plan.amount,
        tax_free=plan.tax_free,
        currency=plan.currency,
        created_at=moment.now,
        start=billed.isoformat(),
        interval=plan.interval,
        anchor_day=anchor_day if anchor_day is not None else plan.anchor_day,
        trial_ends=kst_midnight(billed) if trial else None,
        starts_at=int(moment.now) if first == today else kst_midnight(first),
        paid_until=kst_midnight(billed) if trial and first == today else None,
        agreed=Agreement(amount=plan.amount, interval=plan.interval, plan_id=plan.plan_id),
    )
    if consented:
        fresh = replace(fresh, consents=with_choice(fresh, plan, moment.now))
    fresh = replace(fresh, status=standing(fresh, moment.now))
    if next_start(fresh) is not None and billed == today:
        fresh = replace(fresh, due_at=int(moment.now))
    return record(fresh, Fact.SUBSCRIPTION_STARTED, moment, plan=plan.plan_id, amount=plan.amount)


def in_parts(order: Order, subscription_id: str, moment: Moment, policy: BillingPolicy) -> Subscription:
    """The parts an order is paid in. Raises `PartsDisagree`, `OrderHasPayment`."""
    if order.payment_id is not None or order.subscription_id is not None:
        raise OrderHasPayment
    if not order.parts or sum(part.amount for part in order.parts) != order.total:
        raise PartsDisagree
    fresh = Subscription(
        subscription_id=subscription_id,
        user_id=order.user_id,
        plan_id="",
        name=order.name,
        amount=order.total,
        tax_free=order.tax_free,
        currency=order.currency,
        created_at=moment.now,
        start=kst_day(moment.now).isoformat(),
        starts_at=int(moment.now),
        order_id=order.order_id,
    )
    for part in order.parts:
        asked = part.due_at is None or part.due_at <= moment.now
        due_at = (
            int(moment.now) if asked else at_allowed_time(policy.dunning, part.due_at or 0, spread_of(fresh))
        )
        blank = Invoice(
            id="",
            kind=InvoiceKind.PART,
            name=part.name or order.name,
            price=part.amount,
            amount=0,
            tax_free=0,
            starts=due_at,
            ends=due_at,
            due_at=due_at,
            asked=asked,
        )
        cost = Cost(worth=part.amount, tax_free=part.tax_free)
        fresh = add_invoice(fresh, made(fresh, blank, cost, policy))
    return record(fresh, Fact.SUBSCRIPTION_STARTED, moment, amount=order.total, number=len(order.parts))


def consent(subscription: Subscription, amount: int, moment: Moment) -> Subscription:
    """The subscription with a consent to this amount; invoices withheld for it are judged anew at once.

    They are charged in the allowed hours, also where an earlier request waived those. Raises `PriceChanged`
    with the price that waits for a consent where this is less, as what a discount leaves of it.
    """
    check(subscription, Command.CONSENT)
    consents = with_consent(subscription.consents, _consent_for(subscription, amount, moment))
    told = replace(subscription, consents=consents)
    for each in subscription.invoices.values():
        invoice = replace(each, asked=False, due_at=int(moment.now))
        if invoice.state is InvoiceState.WITHHELD:
            told = with_invoice(told, invoice)
        if told.status is SubscriptionStatus.UNPAID and _only_wanted_consent(invoice, moment):
            told = with_invoice(told, replace(invoice, state=InvoiceState.OPEN, withheld_at=None))
    return record(asked_again(told, moment), Fact.SUBSCRIPTION_CONSENTED, moment, amount=amount)


def _consent_for(subscription: Subscription, amount: int, moment: Moment) -> Consent:
    """The consent, for what waits for it, else for what the next period is to be."""
    withheld = [each for each in subscription.invoices.values() if each.withheld_at is not None]
    given_up = subscription.status is SubscriptionStatus.UNPAID
    states = {InvoiceState.WITHHELD, *([InvoiceState.UNPAID] if given_up else [])}
    waiting = [each for each in withheld if each.state in states]
    waits = max(waiting, key=lambda each: int(each.id), default=None)
    least = _least(subscription) if waits is None else waits.price
    if amount < least:
        raise PriceChanged(amount=least)
    wanted = waits or subscription.change or subscription
    return Consent(amount=amount, given_at=moment.now, interval=wanted.interval, plan_id=wanted.plan_id)


def _least(subscription: Subscription) -> int:
    """What the next period wants a consent for, in minor units; 0 where it was agreed or chosen."""
    change, agreed = subscription.change, subscription.agreed
    if change is None:
        return subscription.amount if subscription.status is SubscriptionStatus.TRIAL else 0
    asks = not change.by_customer and change.invoice_id is None
    return change.amount if asks and agreed is not None and change.amount > agreed.amount else 0


def _only_wanted_consent(invoice: Invoice, moment: Moment) -> bool:
    """Whether it was given up only for a missing consent: in its period it is charged as if it were new."""
    untried = invoice.failed_at is None and invoice.withheld_at is not None
    return untried and invoice.state is InvoiceState.UNPAID and moment.now < invoice.ends


def pause(subscription: Subscription, resumes_at: int | None, moment: Moment) -> Subscription:
    """No charges until it is resumed, by itself at `resumes_at` (epoch seconds UTC)."""
    check(subscription, Command.PAUSE)
    if resumes_at is not None and resumes_at <= moment.now:
        raise ChangeNotAllowed(reason="resumes_at")
    subscription = rested(subscription, moment)
    held = replace(subscription, status=SubscriptionStatus.PAUSED, resumes_at=resumes_at)
    return record(held, Fact.SUBSCRIPTION_PAUSED, moment)


def resume(subscription: Subscription, moment: Moment) -> Subscription:
    """Charged again, at first for the rest of the period that has begun, or all of it where it is owed."""
    check(subscription, Command.RESUME)
    return resumed(subscription, moment)


def cancel(
    subscription: Subscription, moment: Moment, *, at_period_end: bool, pay_open: bool = False
) -> Subscription:
    """Ended now, or with what is paid; a charge under way decides or finishes first.

    `pay_open`: what is open at a cancellation with the period is charged all the same. Raises
    `SubscriptionEnded` for what is completed.
    """
    check(subscription, Command.CANCEL)
    if subscription.status is SubscriptionStatus.ENDED or subscription.end_asked_at is not None:
        return subscription
    if at_period_end and subscription.order_id is None:
        return end_later(subscription, moment, asked_by(moment), pay_open=pay_open)
    return end_now(subscription, moment, asked_by(moment))


def keep(subscription: Subscription, moment: Moment) -> Subscription:
    """Goes on as if it had never been to end. Raises `SubscriptionEnded` once it has ended.

    Whoever ended it takes that back: the shop charges nobody who left, and no customer undoes the shop's end
    (`ChangeNotAllowed`).
    """
    check(subscription, Command.KEEP)
    if subscription.ending is not None and subscription.ending.because is not asked_by(moment):
        raise ChangeNotAllowed(reason="ended_by_another")
    return kept(subscription, moment)


def use_key(subscription: Subscription, billing_key_id: str | None, moment: Moment) -> Subscription:
    """Charged with another saved payment method, or the default; failed invoices at once (rule 8.6)."""
    check(subscription, Command.CHOOSE_METHOD)
    return chosen(replace(subscription, billing_key_id=billing_key_id, unusable=None), moment)
