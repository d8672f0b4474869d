"""Subscriptions as their owner or the shop finds and changes them; nothing is charged here."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from portone_payments.domain.errors.billing import PlanNotFound, SubscriptionNotFound
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.kept import AnyRecord
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.records.subscriptions import Plan, Subscription
from portone_payments.domain.shared.allowances import COMMANDS, spend
from portone_payments.domain.subscriptions.announcing import announced
from portone_payments.domain.subscriptions.collection import next_due
from portone_payments.domain.subscriptions.covering import paid_with
from portone_payments.domain.subscriptions.offers import offered
from portone_payments.domain.subscriptions.policy import BillingPolicy
from portone_payments.flows.shared import optimistic
from portone_payments.flows.subscriptions.seats import Seats
from portone_payments.ports.store import Store
from portone_payments.ports.world import Clock, Meter

type Counted = Callable[[Subscription], bool]


def never(_held: Subscription) -> bool:
    """What ends, stops or makes cheaper is never counted."""
    return False


def always(_held: Subscription) -> bool:
    """Acts that start a charge, or that are published."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriptions:
    """What every change of a subscription needs."""

    store: Store
    clock: Clock
    meter: Meter
    policy: BillingPolicy

    def change(
        self,
        subscription_id: str,
        changed: Callable[[Subscription, Moment], Subscription],
        *,
        by: str,
        user_id: str | None = None,
        counted: Counted = never,
        judged: Callable[[], Sequence[Payment]] = tuple,
    ) -> Subscription:
        """The subscription as `changed` makes it; for its owner, or for the shop where no user is named.

        `counted`: whether its owner may do so only so often. `judged`: the payments `changed` has read, which
        must not change meanwhile: a refund of one of them and this are one after the other.
        Raises `SubscriptionNotFound`, `AlreadySubscribed`, `TooManyRequests`, `Busy` and what the domain
        refuses.
        """

        def decide(held: Subscription) -> tuple[Subscription, *tuple[AnyRecord, ...]]:
            moment = self.moment(by)
            after = changed(held, moment)
            if after is held:
                return (held,)
            after = announced(after, moment, self.policy)
            if user_id is not None and counted(held):
                after = replace(after, spent=spend(held.spent, COMMANDS, now=moment.now))
            after, *seats = self.seats.moved(held, after, moment)
            due_at = next_due(after, moment.now, self.policy)
            beside: tuple[AnyRecord, ...] = (*seats, *judged())
            return (replace(after, due_at=due_at, tries=0), *beside)

        subscription, _ = optimistic.change(
            lambda: self.of(subscription_id, user_id),
            decide,
            store=self.store,
            meter=self.meter,
        )
        return subscription

    @property
    def seats(self) -> Seats:
        """The seats of users in plan groups."""
        return Seats(store=self.store, policy=self.policy)

    def of(self, subscription_id: str, user_id: str | None) -> Subscription:
        """A subscription its caller may see. Raises `SubscriptionNotFound`."""
        held = self.store.subscription(subscription_id)
        if held is None or user_id not in {None, held.user_id}:
            raise SubscriptionNotFound
        return held

    def plan(self, plan_id: str, user_id: str | None = None) -> Plan:
        """A plan of the shop, for a user only where it is offered to them. Raises `PlanNotFound`."""
        plan = self.store.plan(plan_id)
        if plan is None or not (user_id is None or offered(plan, user_id)):
            raise PlanNotFound
        return plan

    def payments(self, held: Subscription, moment: Moment) -> list[Payment]:
        """What paid for its running period, as far as it is not erased; one read each, one as a rule."""
        return self.those(paid_with(held, moment))

    def those(self, payment_ids: Iterable[str]) -> list[Payment]:
        """Payments by their ids, but for erased ones; one read each."""
        found = (self.store.payment(each) for each in payment_ids)
        return [each for each in found if each is not None]

    def moment(self, by: str) -> Moment:
        """Now, decided by this caller."""
        return Moment(now=self.clock.now(), by=by)
