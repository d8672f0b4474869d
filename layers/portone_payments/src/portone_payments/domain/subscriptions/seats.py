"""One subscription and one trial per user and plan group, held by a row of its own (rule 11.11).

Nobody writes the seat when a subscription ends: it is taken while the subscription it names lives in its
group. So an end, a change that is dropped and one that is restored need no second write, and no crash leaves
a seat that is taken for nobody.
"""

from dataclasses import replace

from portone_payments.domain.records.history import Fact, Moment, record
from portone_payments.domain.records.subscriptions import Seat, Subscription, SubscriptionStatus
from portone_payments.domain.subscriptions.life import OVER


def groups_of(subscription: Subscription) -> frozenset[str]:
    """The groups it is in now, or will be in by a change that is chosen; none where it holds no seat."""
    if subscription.status in OVER or _given_up(subscription) or subscription.order_id is not None:
        return frozenset()
    # taking its end back restores the change that the end dropped
    helds = (subscription, subscription.ending) if subscription.ending is not None else (subscription,)
    chosen = [change for held in helds for change in (held.change, held.set_aside)]
    return frozenset({subscription.group, *(each.group for each in chosen if each is not None)})


def gained(before: Subscription, after: Subscription) -> frozenset[str]:
    """The groups a change takes it into: by another plan, or back from where it was given up."""
    return groups_of(after) - groups_of(before)


def takes(seat: Seat | None, holder: Subscription | None) -> bool:
    """Whether the seat is taken by `holder`, the subscription it names; None where that is deleted."""
    return seat is not None and holder is not None and seat.group in groups_of(holder)


def trial_moved(before: Subscription, after: Subscription, moment: Moment) -> frozenset[str]:
    """The group a free trial is carried into by another plan; none where no trial runs or lies ahead."""
    lasts = after.trial_ends is not None and moment.now < after.trial_ends
    return frozenset({after.group}) if lasts and after.group != before.group else frozenset()


def gives_way(holder: Subscription) -> bool:
    """Whether it was given up, and leaves its seat to what begins."""
    return _given_up(holder) and holder.order_id is None


def _given_up(subscription: Subscription) -> bool:
    """Whether it waits for its customer's word, or ends from there: meanwhile another may begin."""
    ending = subscription.ending
    return (subscription.status if ending is None else ending.before) is SubscriptionStatus.UNPAID


def seated(
    seat: Seat | None, subscription: Subscription, group: str, moment: Moment, *, trial: bool = False
) -> Seat:
    """The seat of this group with the subscription in it; `trial`: its user's one trial is used from now."""
    held = seat if seat is not None else Seat(user_id=subscription.user_id, group=group, subscription_id="")
    used = moment.now if trial else None
    return replace(
        held,
        subscription_id=subscription.subscription_id,
        trialled_at=held.trialled_at if held.trialled_at is not None else used,
    )


def replaced(given_up: Subscription, by: str, moment: Moment) -> Subscription:
    """A subscription that was given up, after another of its group began: nothing but a word revives it."""
    told = replace(given_up, replaced_by=by)
    return record(told, Fact.SUBSCRIPTION_REPLACED, moment, replaced_by=by)
