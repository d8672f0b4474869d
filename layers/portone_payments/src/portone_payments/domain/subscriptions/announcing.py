"""What a customer is told some days ahead: a renewal, the end of a trial, another price. Once per period.

An announcement is a fact that rides on whatever write comes after its moment; only where none comes is the
subscription due for it alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from portone_payments.domain.records.history import Fact, Moment, record
from portone_payments.domain.records.subscriptions import Subscription, SubscriptionStatus
from portone_payments.domain.shared.calendar import DAY
from portone_payments.domain.subscriptions.coming import coming
from portone_payments.domain.subscriptions.consent import covers
from portone_payments.domain.subscriptions.dunning import at_allowed_time
from portone_payments.domain.subscriptions.invoices import changing, next_start, roll, spread_of
from portone_payments.domain.subscriptions.policy import BillingPolicy

_YEAR = 12
# beside each kind in `announced`: the price it told
_PRICE = "price_of_{}"
_FACTS = {
    "renewal": Fact.SUBSCRIPTION_RENEWAL_COMING,
    "trial": Fact.SUBSCRIPTION_TRIAL_ENDING,
    "price": Fact.SUBSCRIPTION_PRICE_CHANGE_COMING,
}


@dataclass(frozen=True, slots=True)
class _Coming:
    """The next period: its first KST midnight and its charge, in epoch seconds UTC; `price` as a whole.

    `changes`: whether it is the first at that price.
    """

    starts: int
    charges_at: int
    price: int
    agreed: int
    changes: bool


def announced(subscription: Subscription, moment: Moment, policy: BillingPolicy) -> Subscription:
    """The subscription with what is to be announced by now, each once for its period."""
    coming = _coming(subscription, moment.now, policy)
    if coming is None:
        return subscription
    due = [kind for kind, at in _open(subscription, coming, policy) if at <= moment.now]
    for kind in due:
        subscription = _told(subscription, kind, coming, moment, policy)
    return subscription


def next_announcement(subscription: Subscription, now: float, policy: BillingPolicy) -> int | None:
    """When something is to be announced (epoch seconds UTC); None where nothing is."""
    coming = _coming(subscription, now, policy)
    return (
        None if coming is None else min((at for _, at in _open(subscription, coming, policy)), default=None)
    )


def _coming(subscription: Subscription, now: float, policy: BillingPolicy) -> _Coming | None:
    starts = next_start(subscription)
    if starts is None or starts <= now or subscription.stopped_for or changing(subscription):
        return None
    change = coming(subscription.change, starts)
    price = subscription.amount if change is None else change.amount
    agreed = subscription.amount if subscription.agreed is None else subscription.agreed.amount
    charges_at = at_allowed_time(policy.dunning, starts, spread_of(subscription))
    return _Coming(starts, charges_at, price, agreed, change is not None and price != agreed)


def _open(subscription: Subscription, coming: _Coming, policy: BillingPolicy) -> Iterator[tuple[str, int]]:
    """What was not announced yet for this period, and from when on it is."""
    days = policy.announce
    interval = subscription.interval
    kinds: dict[str, int] = {}
    if subscription.status is SubscriptionStatus.TRIAL:
        kinds["trial"] = days.trial
    elif subscription.next_number > 0 and interval is not None:
        kinds["renewal"] = days.yearly if interval.months >= _YEAR else days.renewal
    if coming.changes:
        kinds["price"] = days.price
    for kind, ahead in kinds.items():
        if ahead and not _known(subscription, kind, coming):
            yield kind, coming.charges_at - ahead * DAY


def _known(subscription: Subscription, kind: str, coming: _Coming) -> bool:
    """Whether it was announced for this period, at this price."""
    told = subscription.announced
    same = told.get(_PRICE.format(kind), coming.price) == coming.price
    return told.get(kind) == coming.starts and same


def _told(
    subscription: Subscription, kind: str, coming: _Coming, moment: Moment, policy: BillingPolicy
) -> Subscription:
    """With its fact: the very amount that will be asked, when, and whether a consent to it is missing."""
    opened = roll(subscription, Moment(now=coming.starts, by="sweep"), policy)
    invoice = opened.invoices[str(subscription.next_invoice)]
    differs = kind != "renewal"
    known = {**subscription.announced, kind: coming.starts, _PRICE.format(kind): coming.price}
    return record(
        replace(subscription, announced=known),
        _FACTS[kind],
        moment,
        amount=invoice.amount,
        agreed=coming.agreed if kind == "price" else None,
        charges_at=coming.charges_at,
        consent_missing=not covers(subscription.consents, invoice, coming.charges_at) if differs else None,
    )
