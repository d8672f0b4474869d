"""A new price for everybody who has a plan: each is told, and pays it by consent alone (rule 11.11).

Nobody is charged the old price instead: from the first period that begins on the day or later the price is
the new one, and withheld where the consent is missing. What was told for the periods before that day holds.
"""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from portone_payments.domain.records.history import Fact, Moment, record
from portone_payments.domain.records.subscriptions import Change, Ending, Plan, PriceForAll, Subscription
from portone_payments.domain.subscriptions.agreement import lowered
from portone_payments.domain.subscriptions.coming import is_full, last_of, with_later
from portone_payments.domain.subscriptions.invoices import open_invoices
from portone_payments.domain.subscriptions.life import OVER
from portone_payments.domain.subscriptions.withheld import asked_as_agreed

# seconds after which every request that read the old price has stored what it made of it, and indexes show it
SETTLED = 600


class Reach(StrEnum):
    """How a new price reaches a subscription.

    BEFORE: it was told of it. KEPT: its next price was chosen, or it was told of too many before it.
    """

    TOLD = "told"
    BEFORE = "before"
    KEPT = "kept"
    OUTSIDE = "outside"


def reach(subscription: Subscription, plan: Plan, price: PriceForAll) -> Reach:
    """Whether this subscription gets the price.

    OUTSIDE: it has ended, left the plan, or is charged by another interval or currency than the plan's.
    """
    other = (subscription.plan_id, subscription.interval, subscription.currency) != (
        plan.plan_id,
        plan.interval,
        plan.currency,
    )
    if subscription.status in OVER or other:
        return Reach.OUTSIDE
    chosen = _next(subscription)
    if chosen is not None and (chosen.by_customer or chosen.plan_id != plan.plan_id):
        return Reach.KEPT
    if _has(subscription, price):
        return Reach.BEFORE
    return Reach.KEPT if is_full(chosen, price.starts) else Reach.TOLD


def with_price(subscription: Subscription, plan: Plan, price: PriceForAll, moment: Moment) -> Subscription:
    """The subscription with the new price to come; unchanged where it was told before."""
    if reach(subscription, plan, price) is not Reach.TOLD:
        return subscription
    change = Change(
        plan_id=subscription.plan_id,
        name=subscription.name,
        amount=price.amount,
        tax_free=price.tax_free,
        interval=plan.interval,
        anchor_day=subscription.anchor_day,
        group=subscription.group,
        not_before=price.starts,
    )
    told = _with_next(subscription, with_later(_next(subscription), change))
    if _next(told) is change:
        consents = lowered(subscription.consents, price.amount, open_invoices(subscription))
        told = asked_as_agreed(replace(told, consents=consents), change, moment)
    return record(
        told,
        Fact.SUBSCRIPTION_PRICE_SET,
        moment,
        plan=plan.plan_id,
        amount=price.amount,
        starts=price.starts,
    )


def onward(price: PriceForAll, reached: Sequence[Reach | None], after: str | None, now: float) -> PriceForAll:
    """The price one page further: `reached` are those of the page, None for one that could not be told.

    `after` is where the next page begins, None at the end of a shard. Everybody is gone through twice, the
    second time so long after the call that whoever subscribed at the old price just then is found as well;
    only those are counted then.
    """
    first = not price.again
    counted = replace(
        price,
        after=after,
        shard=price.shard if after is not None else price.shard + 1,
        told=price.told + reached.count(Reach.TOLD) + first * reached.count(Reach.BEFORE),
        kept=price.kept + first * reached.count(Reach.KEPT),
        skipped=price.skipped + reached.count(None),
    )
    if counted.shard < price.shards:
        return counted
    if not price.again:
        return replace(counted, again=True, shard=0, skipped=0)
    return replace(counted, done_at=now)


def due(price: PriceForAll | None, now: float) -> int | None:
    """When its next page may be read (epoch seconds UTC); None once everybody was told."""
    if price is None or price.done_at is not None:
        return None
    again = price.again and price.shard == 0 and price.after is None
    return max(int(now), int(price.asked_at) + SETTLED) if again else int(now)


def _has(subscription: Subscription, price: PriceForAll) -> bool:
    change = _next(subscription)
    if change is not None:
        return _is(change, subscription, price)
    return (subscription.amount, subscription.tax_free) == (price.amount, price.tax_free)


def _is(change: Change, subscription: Subscription, price: PriceForAll) -> bool:
    wanted = (price.amount, price.tax_free, price.starts)
    return change.plan_id == subscription.plan_id and last_of(change) == wanted


def _next(subscription: Subscription) -> Change | None:
    """What begins with the next period, or would if the upgrade under way, or the end, were taken back."""
    held = subscription if subscription.ending is None else subscription.ending
    upgrading = held.change is not None and held.change.invoice_id is not None
    return held.set_aside if upgrading else held.change


def _with_next(subscription: Subscription, change: Change) -> Subscription:
    if subscription.ending is None:
        return _behind(subscription, change)
    return replace(subscription, ending=_behind(subscription.ending, change))


def _behind[Held: (Subscription, Ending)](held: Held, change: Change) -> Held:
    """With the change from the next period on, behind an upgrade that is not paid yet."""
    if held.change is not None and held.change.invoice_id is not None:
        return replace(held, set_aside=change)
    return replace(held, change=change)
