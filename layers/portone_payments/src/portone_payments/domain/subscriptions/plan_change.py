"""Plan changes: what one costs now, exactly; at once or from the next period on (rule 8.9)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from portone_payments.domain.errors.billing import (
    ChangeNotAllowed,
    PriceChanged,
    SubscriptionBusy,
)
from portone_payments.domain.records.history import Fact, Moment, record
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.records.settled_invoices import RUNNING_KEPT
from portone_payments.domain.records.subscriptions import (
    Change,
    Invoice,
    InvoiceKind,
    Plan,
    Subscription,
)
from portone_payments.domain.refunds.reserve import given_back
from portone_payments.domain.shared.calendar import days_between, kst_day, kst_midnight
from portone_payments.domain.subscriptions.agreement import lowered
from portone_payments.domain.subscriptions.consent import with_choice
from portone_payments.domain.subscriptions.covering import (
    charged_changes,
    last_paid,
    period_unpaid,
    unused,
)
from portone_payments.domain.subscriptions.credits import shared_out, taken_back
from portone_payments.domain.subscriptions.discounts import off
from portone_payments.domain.subscriptions.invoices import (
    add_invoice,
    apply_change,
    begun_anew,
    changed_to,
    next_start,
    open_invoices,
    period,
    price_of,
    whole_start,
)
from portone_payments.domain.subscriptions.life import Command, check
from portone_payments.domain.subscriptions.making import made
from portone_payments.domain.subscriptions.offers import group_of
from portone_payments.domain.subscriptions.policy import BillingPolicy
from portone_payments.domain.subscriptions.proration import split
from portone_payments.domain.subscriptions.settlement import paid
from portone_payments.domain.subscriptions.withheld import asked_as_agreed


@dataclass(frozen=True, slots=True)
class Preview:
    """What a plan change costs now, and what follows: the next full price at its KST midnight.

    `invoice` is the one that `change_now` makes; None where no period has begun that it could cost.
    """

    invoice: Invoice | None
    next_amount: int
    next_at: int | None

    @property
    def due(self) -> int:
        """What is charged now, in minor units."""
        return 0 if self.invoice is None else self.invoice.amount


@dataclass(frozen=True, slots=True)
class _Offer:
    """A change and the invoice that brings it; None before any period has begun."""

    change: Change
    invoice: Invoice | None = None


def preview(
    subscription: Subscription,
    plan: Plan,
    moment: Moment,
    payments: Sequence[Payment],
    policy: BillingPolicy,
) -> Preview:
    """What changing to `plan` now charges: the invoice that `change_now` makes; raises the same."""
    check(subscription, Command.CHANGE_PLAN_NOW)
    offer = _offer(subscription, plan, moment, payments, policy)
    again = offer.invoice if offer.change.begins is not None else None
    next_at = next_start(subscription) if again is None else again.ends
    return Preview(offer.invoice, plan.amount, next_at)


def change_now(
    subscription: Subscription,
    plan: Plan,
    moment: Moment,
    payments: Sequence[Payment],
    policy: BillingPolicy,
) -> Subscription:
    """Another plan from today on: at once where nothing is due, else once the difference is paid.

    Unchanged where that is its plan. `payments` are those that `paid_with` names. Raises `SubscriptionBusy`,
    `ChangeNotAllowed`.
    """
    check(subscription, Command.CHANGE_PLAN_NOW)
    if _has(subscription, plan):
        return subscription
    offer = _offer(subscription, plan, moment, payments, policy)
    said = replace(subscription, consents=with_choice(subscription, plan, moment.now))
    if offer.invoice is None:
        return _at_no_cost(said, offer.change, moment)
    invoice = replace(offer.invoice, id=str(said.next_invoice))
    change = replace(offer.change, invoice_id=invoice.id)
    told = replace(add_invoice(said, invoice), change=change, set_aside=said.change)
    if invoice.amount == 0:
        return paid(told, invoice, moment)
    return record(
        told,
        Fact.SUBSCRIPTION_CHANGE_REQUESTED,
        moment,
        plan=plan.plan_id,
        amount=invoice.amount,
        invoice=invoice.id,
    )


def change_as_shown(
    subscription: Subscription,
    plan: Plan,
    moment: Moment,
    payments: Sequence[Payment],
    policy: BillingPolicy,
    *,
    shown: int | None,
) -> Subscription:
    """The same for whoever was shown what is due (minor units), if anything: another sum is not charged.

    Raises `PriceChanged` with what is due, and what `change_now` raises.
    """
    after = change_now(subscription, plan, moment, payments, policy)
    if after is subscription:
        # asked again: it was charged what was shown, or nothing
        return subscription
    due = preview(subscription, plan, moment, payments, policy).due
    if shown is not None and shown != due:
        raise PriceChanged(amount=due)
    return after


def change_later(
    subscription: Subscription, plan: Plan, moment: Moment, *, by_customer: bool
) -> Subscription:
    """Another plan from the next period on; only a customer's own choice is also a consent to its price.

    Raises `SubscriptionBusy` while an immediate change is not paid: its charge must bring that change;
    `ChangeNotAllowed` where the shop's would replace what its customer chose.
    """
    check(subscription, Command.CHANGE_PLAN)
    if subscription.change is not None and subscription.change.invoice_id is not None:
        raise SubscriptionBusy(retry_after=10)
    if subscription.interval is None or subscription.currency != plan.currency:
        raise ChangeNotAllowed(reason="plan")
    if not by_customer and subscription.change is not None and subscription.change.by_customer:
        raise ChangeNotAllowed(reason="chosen")
    chosen = with_choice(subscription, plan, moment.now)
    consents = (
        chosen if by_customer else lowered(subscription.consents, plan.amount, open_invoices(subscription))
    )
    change = replace(_change(plan), by_customer=by_customer)
    told = replace(subscription, change=change, consents=consents)
    told = told if by_customer else asked_as_agreed(told, change, moment)
    return record(told, Fact.SUBSCRIPTION_CHANGED, moment, plan=plan.plan_id, amount=plan.amount)


def lowers(subscription: Subscription, plan: Plan) -> bool:
    """Whether the next period costs less with this plan than agreed so far."""
    agreed = subscription.amount if subscription.change is None else subscription.change.amount
    return subscription.interval == plan.interval and plan.amount < agreed


def _has(subscription: Subscription, plan: Plan) -> bool:
    """Whether this is its plan, as it stands now, and none is to follow."""
    has = (
        subscription.plan_id,
        subscription.name,
        subscription.amount,
        subscription.tax_free,
        subscription.currency,
        subscription.interval,
        subscription.group,
    )
    asked = (plan.plan_id, plan.name, plan.amount, plan.tax_free, plan.currency, plan.interval)
    return subscription.change is None and has == (*asked, group_of(plan))


def _offer(
    subscription: Subscription,
    plan: Plan,
    moment: Moment,
    payments: Sequence[Payment],
    policy: BillingPolicy,
) -> _Offer:
    if subscription.stopped_for:
        # staff decides first what becomes of money that somebody took back
        raise ChangeNotAllowed(reason="stopped")
    if open_invoices(subscription) or period_unpaid(subscription, moment):
        raise ChangeNotAllowed(reason="unpaid")
    if subscription.interval is None or subscription.currency != plan.currency:
        raise ChangeNotAllowed(reason="plan")
    if any(map(given_back, payments)):
        # refunded money is not credited once more
        raise ChangeNotAllowed(reason="refunded")
    change = replace(_change(plan), by_customer=True)
    if subscription.next_number == 0:
        return _Offer(change)
    if kst_day(moment.now) > period(subscription, subscription.next_number - 1)[1]:
        # the next period began days ago, and its price is not known yet
        raise ChangeNotAllowed(reason="unpaid")
    if subscription.interval == plan.interval:
        return _difference(subscription, change, moment, payments, policy)
    return _anew(subscription, change, moment, payments, policy)


def _difference(
    subscription: Subscription,
    change: Change,
    moment: Moment,
    payments: Sequence[Payment],
    policy: BillingPolicy,
) -> _Offer:
    """What is left of the running period costs the other plan's price."""
    today, number = kst_day(moment.now), subscription.next_number - 1
    _, ends = period(subscription, number)
    # the days of a short first period cost as much as those of a whole one
    starts = whole_start(subscription, number)
    used, total = days_between(starts, today), days_between(starts, ends)
    worth, discount = split(change.amount, used, total)[1], subscription.discount
    last = last_paid(subscription, moment)
    # a discounted period stays one
    less = off(discount, worth, change.amount) if discount and last and last.discount else 0
    cost = replace(
        unused(subscription, moment),
        worth=worth,
        tax_free=split(change.tax_free, used, total)[1],
        discount=less,
    )
    blank = _blank(change, moment, kst_midnight(today), kst_midnight(ends))
    invoice = made(subscription, blank, cost, policy)
    if invoice.amount > 0 and len(charged_changes(subscription, moment)) >= RUNNING_KEPT:
        # each payment of a period stays in sight of its refunds
        raise ChangeNotAllowed(reason="too_many_changes")
    given = shared_out(-cost.left, payments) or taken_back(subscription, invoice.balance, payments)
    return _Offer(replace(change, credits=given), invoice)


def _anew(
    subscription: Subscription,
    change: Change,
    moment: Moment,
    payments: Sequence[Payment],
    policy: BillingPolicy,
) -> _Offer:
    """A whole period of another interval begins today; what is left of the running one is set off."""
    today = kst_day(moment.now)
    moved = apply_change(begun_anew(subscription, today, change.anchor_day), change)
    starts, ends = period(moved, 0)
    worth, tax_free = price_of(moved, 0, today)
    cost = replace(unused(subscription, moment), worth=worth, tax_free=tax_free)
    blank = _blank(change, moment, kst_midnight(starts), kst_midnight(ends))
    invoice = made(subscription, blank, cost, policy)
    credits_ = shared_out(cost.credited, payments)
    return _Offer(replace(change, begins=starts.isoformat(), credits=credits_), invoice)


def _blank(change: Change, moment: Moment, starts: int, ends: int) -> Invoice:
    """The invoice of a change without its amount; asked for in front of its customer."""
    return Invoice(
        id="",
        kind=InvoiceKind.PRORATION,
        name=change.name,
        price=change.amount,
        interval=change.interval,
        plan_id=change.plan_id,
        amount=0,
        tax_free=0,
        starts=starts,
        ends=ends,
        due_at=int(moment.now),
        asked=True,
    )


def _at_no_cost(subscription: Subscription, change: Change, moment: Moment) -> Subscription:
    """The subscription on another plan before its first period has begun."""
    held = subscription.agreed
    moved = replace(subscription, anchor_day=change.anchor_day if change.interval.months else None)
    same = change.interval == subscription.interval
    changed = changed_to(subscription if same else moved, change, since=held.since if held else None)
    return record(
        changed, Fact.SUBSCRIPTION_CHANGED, moment, plan=change.plan_id, amount=change.amount, credit=0
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
