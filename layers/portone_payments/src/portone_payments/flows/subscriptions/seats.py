"""Who has the one place of a user in a plan group: read strongly, written with what takes it (rule 11.11)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from portone_payments.domain.errors.billing import AlreadySubscribed
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.subscriptions import Seat, Subscription
from portone_payments.domain.subscriptions.offers import check_trial
from portone_payments.domain.subscriptions.policy import BillingPolicy
from portone_payments.domain.subscriptions.seats import (
    gained,
    gives_way,
    replaced,
    seated,
    takes,
    trial_moved,
)
from portone_payments.ports.store import Store


@dataclass(frozen=True, slots=True)
class Place:
    """A user's seat in a group and the subscription it names, as read; None where there is none."""

    seat: Seat | None
    holder: Subscription | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seats:
    """Seats, checked and written under their version: of two that take one at once, one is told."""

    store: Store
    policy: BillingPolicy

    def place(self, user_id: str, group: str) -> Place:
        """One read, and a second where somebody was in it before."""
        seat = self.store.seat(user_id, group)
        return Place(seat, None if seat is None else self.store.subscription(seat.subscription_id))

    def check_free(self, place: Place, subscription_id: str = "") -> None:
        """Passes a seat that this subscription may take. Raises `AlreadySubscribed`."""
        holder = place.holder
        if not self.policy.one_subscription or holder is None or not takes(place.seat, holder):
            return
        if holder.subscription_id != subscription_id:
            raise AlreadySubscribed(subscription_id=holder.subscription_id)

    def moved(
        self, before: Subscription, after: Subscription, moment: Moment
    ) -> tuple[Subscription, *tuple[Seat | Subscription, ...]]:
        """The changed subscription with the seats it takes: of another group, or its own when it comes back.

        And with what gives way to it there. A trial it carries into another group is its user's one trial
        there. Raises `AlreadySubscribed` where another living one has the seat, `TrialUsed`.
        """
        taken = gained(before, after) if self.policy.one_subscription else frozenset()
        trial = trial_moved(before, after, moment) if self.policy.one_trial else frozenset()
        places = {group: self.place(after.user_id, group) for group in sorted(taken | trial)}
        for place in places.values():
            self.check_free(place, after.subscription_id)
        for group in trial:
            check_trial(places[group].seat, once=not _its_own(places[group].seat, after))
        if places and after.replaced_by is not None:
            after = replace(after, replaced_by=None)
        beside: list[Seat | Subscription] = [
            *_given_way((places[each] for each in sorted(taken)), after, moment)
        ]
        beside += (
            seated(place.seat, after, group, moment, trial=group in trial) for group, place in places.items()
        )
        return after, *beside


def _its_own(seat: Seat | None, subscription: Subscription) -> bool:
    """Whether the trial of this group is the one that this subscription carried there and away again."""
    if seat is None or seat.subscription_id != subscription.subscription_id:
        return False
    return (seat.trialled_at or 0.0) >= subscription.created_at


def _given_way(places: Iterable[Place], taken_by: Subscription, moment: Moment) -> Iterator[Subscription]:
    """What was given up in these seats: written with what takes them, so that both cannot go on."""
    holders = {each.holder.subscription_id: each.holder for each in places if each.holder is not None}
    for holder in holders.values():
        if gives_way(holder) and holder.subscription_id != taken_by.subscription_id:
            yield replaced(holder, taken_by.subscription_id, moment)
