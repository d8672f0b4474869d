"""Plan changes: what one costs now, exactly; at once or from the next period on (rule 8.9)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from portone_payments.domain.errors.billing import (
    ChangeNotAllowed,
    PriceChanged,
    SubscriptionBusy,
)
from portone_payments.domain.records.history import Fact, Moment, record
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.records.subscriptions import (
    Change,
    Invoice,
    InvoiceKind,
    InvoiceState,
    Plan,
    Subscription,
)
from portone_payments.domain.refunds.reserve import given_back
from portone_payments.domain.shared.calendar import kst_day, kst_midnight
from portone_payments.domain.subscriptions.consent import with_consent
from portone_payments.domain.subscriptions.invoices import (
    add_invoice,
    changed_to,
    next_start,
    open_invoices,
    period,
    whole_start,
)
from portone_payments.domain.subscriptions.life import Command, check
from portone_payments.domain.subscriptions.offers import group_of
from portone_payments.domain.subscriptions.proration import Proration, plan_change


@dataclass(frozen=True, slots=True)
class Preview:
    """What a plan change costs now, and what follows: the next full price at its KST midnight."""

    proration: Proration
    next_amount: int
    next_at: int | None


def paid_with(subscription: Subscription, moment: Moment) -> list[str]:
    """The payments that cover today: the running period's, and those of upgrades within it."""
    return [each.paid_by for each in _running(subscription, moment) if each.paid_by is not None]


def preview(subscription: Subscription, plan: Plan, moment: Moment, payments: Sequence[Payment]) -> Preview:
    """What changing to `plan` now charges: the figures that `change_now` uses; raises the same."""
    check(subscription, Command.CHANGE_PLAN_NOW)
    proration = _proration(subscription, plan, moment, payments)
    return Preview(proration, plan.amount, next_start(subscription))


def change_now(
    subscription: Subscription, plan: Plan, moment: Moment, payments: Sequence[Payment]
) -> Subscription:
    """Another plan from today on: at once where nothing is due, else once the difference is paid.

    `payments` are those that `paid_with` names. Raises `SubscriptionBusy`, `ChangeNotAllowed`.
    """
    check(subscription, Command.CHANGE_PLAN_NOW)
    change = _change(plan)
    proration = _proration(subscription, plan, moment, payments)
    agreed = replace(subscription, consents=with_consent(subscription.consents, plan.amount, moment.now))
    if proration.due <= 0:
        return _at_once(agreed, change, -proration.due, moment)
    _, ends = period(subscription, subscription.next_number - 1)
    invoice = Invoice(
        id="",
        kind=InvoiceKind.PRORATION,
        name=plan.name,
        amount=proration.due,
        tax_free=plan.tax_free * proration.due // plan.amount if plan.amount else 0,
        starts=kst_midnight(kst_day(moment.now)),
        ends=kst_midnight(ends),
        due_at=int(moment.now),
        asked=True,
    )
    invoice_id = str(agreed.next_invoice)
    asked = replace(change, invoice_id=invoice_id)
    told = replace(add_invoice(agreed, invoice), change=asked, set_aside=agreed.change)
    return record(
        told,
        Fact.SUBSCRIPTION_CHANGE_REQUESTED,
        moment,
        plan=plan.plan_id,
        amount=invoice.amount,
        invoice=invoice_id,
    )


def change_as_shown(
    subscription: Subscription,
    plan: Plan,
    moment: Moment,
    payments: Sequence[Payment],
    *,
    shown: int | None,
) -> Subscription:
    """The same for whoever was shown what is due (minor units), if anything: another sum is not charged.

    Raises `PriceChanged` with what is due, and what `change_now` raises.
    """
    after = change_now(subscription, plan, moment, payments)
    due = max(_proration(subscription, plan, moment, payments).due, 0)
    if shown is not None and shown != due:
        raise PriceChanged(amount=due)
    return after


def change_later(
    subscription: Subscription, plan: Plan, moment: Moment, *, by_customer: bool
) -> Subscription:
    """Another plan from the next period on; only a customer's own choice is also a consent to its price.

    Raises `SubscriptionBusy` while an immediate change is not paid: its charge must bring that change.
    """
    check(subscription, Command.CHANGE_PLAN)
    if subscription.change is not None and subscription.change.invoice_id is not None:
        raise SubscriptionBusy(retry_after=10)
    if subscription.interval is None or subscription.currency != plan.currency:
        raise ChangeNotAllowed(reason="plan")
    agreed = (
        with_consent(subscription.consents, plan.amount, moment.now) if by_customer else subscription.consents
    )
    told = replace(subscription, change=_change(plan), consents=agreed)
    return record(told, Fact.SUBSCRIPTION_CHANGED, moment, plan=plan.plan_id, amount=plan.amount)


def lowers(subscription: Subscription, plan: Plan) -> bool:
    """Whether the next period costs less with this plan than agreed so far."""
    agreed = subscription.amount if subscription.change is None else subscription.change.amount
    return subscription.interval == plan.interval and plan.amount < agreed


def _proration(
    subscription: Subscription, plan: Plan, moment: Moment, payments: Sequence[Payment]
) -> Proration:
    if open_invoices(subscription) or _given_up(subscription, moment):
        raise ChangeNotAllowed(reason="unpaid")
    if subscription.interval != plan.interval or subscription.currency != plan.currency:
        raise ChangeNotAllowed(reason="interval")
    if any(map(given_back, payments)):
        # refunded money is not credited once more
        raise ChangeNotAllowed(reason="refunded")
    if subscription.next_number == 0:
        return Proration(0, 0, 0)
    number = subscription.next_number - 1
    _, ends = period(subscription, number)
    if kst_day(moment.now) > ends:
        # the next period began days ago, and its price is not known yet
        raise ChangeNotAllowed(reason="unpaid")
    # the days of a short first period cost as much as those of a whole one
    starts = whole_start(subscription, number)
    return plan_change(subscription.amount, plan.amount, kst_day(moment.now), starts, ends)


def _given_up(subscription: Subscription, moment: Moment) -> bool:
    """Whether the period was given up: an unpaid period gives no credit."""
    return any(each.state is InvoiceState.UNPAID for each in _running(subscription, moment))


def _running(subscription: Subscription, moment: Moment) -> Iterator[Invoice]:
    return (each for each in subscription.invoices.values() if each.starts <= moment.now < each.ends)


def _at_once(subscription: Subscription, change: Change, credit: int, moment: Moment) -> Subscription:
    """The subscription on a plan that costs no more today; the difference is credited to later invoices."""
    changed = changed_to(
        subscription, change, since=None if subscription.agreed is None else subscription.agreed.since
    )
    told = replace(changed, balance=changed.balance + credit)
    return record(
        told, Fact.SUBSCRIPTION_CHANGED, moment, plan=change.plan_id, amount=change.amount, credit=credit
    )


def _change(plan: Plan) -> Change:
    return Change(
        plan_id=plan.plan_id,
        name=plan.name,
        amount=plan.amount,
        tax_free=plan.tax_free,
        interval=plan.interval,
        anchor_day=plan.anchor_day,
        group=group_of(plan),
    )
