"""What a customer or the shop does with a subscription; the first charge follows at once (rules 8.1, 8.8)."""

from dataclasses import dataclass, replace

from portone_payments.domain.billing_keys.wallet import chargeable, check_open, key_of_issue
from portone_payments.domain.errors.billing import NoBillingKey, PriceChanged
from portone_payments.domain.errors.common import Busy, IdempotencyKeyReused
from portone_payments.domain.errors.payments import OrderExpired, OrderNotFound, OrderWithdrawn
from portone_payments.domain.records.billing_keys import Wallet
from portone_payments.domain.records.bounds import as_saved
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.kept import AnyRecord
from portone_payments.domain.records.payments import ClientRequest, Order
from portone_payments.domain.records.subscriptions import Discount, Plan, Subscription
from portone_payments.domain.shared.allowances import SUBSCRIPTIONS, spend
from portone_payments.domain.subscriptions.agreement import ever_paid
from portone_payments.domain.subscriptions.announcing import announced
from portone_payments.domain.subscriptions.collection import next_due
from portone_payments.domain.subscriptions.discounts import checked_discount
from portone_payments.domain.subscriptions.lifecycle import in_parts, subscribe
from portone_payments.domain.subscriptions.offers import check_offered, check_start, group_of, trial_of
from portone_payments.domain.subscriptions.seats import gives_way, replaced, seated
from portone_payments.flows.charges.collect import Collector
from portone_payments.flows.shared.optimistic import retried
from portone_payments.flows.subscriptions.manage import Subscriptions
from portone_payments.flows.subscriptions.seats import Place
from portone_payments.ports.store import Conflict, Store
from portone_payments.ports.world import Clock, Deadline, Ids, Meter, Metric, Secrets

REQUEST_KEPT = 7 * 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscountAsked:
    """Either so many percent or an amount in minor units off, for so many periods."""

    percent: int | None = None
    amount: int | None = None
    periods: int

    def checked(self, price: int) -> Discount:
        """What it is of a price in minor units. Raises `InvalidRequest`."""
        return checked_discount(self.percent, self.amount, self.periods, price)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscribeRequest:
    """What the app or the shop requests; `shown` is the price its user saw (minor units), `start` a KST day.

    `trial` False: without the plan's free trial. The shop says how long it is (`trial_days`) and what is off,
    and is bound by no offer; `by` names it in the history.
    """

    user_id: str
    body_hash: str
    request_key: str
    plan_id: str = ""
    order_id: str = ""
    shown: int | None = None
    consented: bool = False
    start: str | None = None
    anchor_day: int | None = None
    billing_key_id: str | None = None
    trial: bool | None = None
    trial_days: int | None = None
    discount: DiscountAsked | None = None
    by: str = "app"

    @property
    def route(self) -> str:
        """What the client's Idempotency-Key is scoped to, besides the user."""
        if self.order_id:
            return "schedule"
        return "subscribe" if self.by_app else "subscribe-user"

    @property
    def by_app(self) -> bool:
        """Whether its user asks."""
        return self.by == "app"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """Stores what was agreed, then collects it."""

    collector: Collector
    subscriptions: Subscriptions
    store: Store
    secrets: Secrets
    clock: Clock
    ids: Ids
    meter: Meter

    def start(self, wanted: SubscribeRequest, deadline: Deadline) -> Subscription:
        """A new subscription, or the one this request made before.

        While the first charge of one in the plan's group has no outcome, its user gets that one. Raises
        `PlanNotFound`, `PlanNotOnSale`, `AlreadySubscribed`, `TrialUsed`, `PriceChanged`, `OrderNotFound`,
        `NoBillingKey`, `BillingKeyNotFound`, `IdempotencyKeyReused`, `TooManyRequests`, `Busy` and what the
        domain refuses.
        """
        # what is asked for before midnight begins on that day
        moment = self.subscriptions.moment(wanted.by)

        def write() -> tuple[Subscription, bool]:
            known = self.store.request(wanted.user_id, wanted.route, wanted.request_key)
            if known is not None:
                return self._known(known, wanted), False
            if wanted.order_id:
                return self._stored(wanted, *self._in_parts(wanted, moment)), True
            plan = self.subscriptions.plan(wanted.plan_id)
            place = self.subscriptions.seats.place(wanted.user_id, group_of(plan))
            if place.holder is not None and _first_open(place.holder, plan):
                return place.holder, False
            return self._stored(wanted, *self._of_plan(wanted, plan, place, moment)), True

        subscription, is_new = retried(write, meter=self.meter)
        return self.collected(subscription, deadline) if is_new else subscription

    def _stored(self, wanted: SubscribeRequest, fresh: Subscription, *others: AnyRecord) -> Subscription:
        self.store.save(fresh, self._request(wanted, fresh.subscription_id), *others)
        return as_saved(fresh)

    def collected(self, subscription: Subscription, deadline: Deadline) -> Subscription:
        """The subscription after its due charge was attempted; unchanged where another worker has it."""
        moment = self.subscriptions.moment("app")
        if subscription.due_at is None or subscription.due_at > moment.now:
            return subscription
        try:
            self.collector.collect(subscription, moment, deadline)
        except (Busy, Conflict):
            self.meter.count(Metric.CONFLICT)
        return self.subscriptions.of(subscription.subscription_id, None)

    def _known(self, known: ClientRequest, wanted: SubscribeRequest) -> Subscription:
        if known.body_hash != wanted.body_hash:
            raise IdempotencyKeyReused
        return self.subscriptions.of(known.resource_id, wanted.user_id)

    def _of_plan(
        self, wanted: SubscribeRequest, plan: Plan, place: Place, moment: Moment
    ) -> tuple[Subscription, *tuple[AnyRecord, ...]]:
        """The subscription, its seat, its user's wallet, and the one that gives way to it."""
        wallet, pays_with = self._wallet(wanted, free=plan.amount == 0)
        if wanted.by_app:
            check_offered(plan, wanted.user_id)
            check_start(plan, wanted.start, moment.now)
        self.subscriptions.seats.check_free(place)
        if wanted.shown is not None and wanted.shown != plan.amount:
            raise PriceChanged(amount=plan.amount)
        fresh = replace(self._begun(wanted, plan, place, moment), pays_with=pays_with)
        trial = fresh.trial_ends is not None
        seat = seated(place.seat, fresh, group_of(plan), moment, trial=trial)
        if wanted.by_app:
            wallet = replace(wallet, spent=spend(wallet.spent, SUBSCRIPTIONS, now=moment.now))
        return fresh, seat, *((wallet,) if wanted.by_app else ()), *self._replaced(place, fresh, moment)

    def _begun(self, wanted: SubscribeRequest, plan: Plan, place: Place, moment: Moment) -> Subscription:
        once = self.subscriptions.policy.one_trial
        days = plan.trial_days if wanted.trial_days is None else wanted.trial_days
        days = trial_of(days, place.seat, once=once, wanted=wanted.trial)
        asked = wanted.discount
        fresh = subscribe(
            replace(plan, trial_days=days),
            self.ids.payment_id(),
            wanted.user_id,
            moment,
            start=wanted.start,
            anchor_day=wanted.anchor_day,
            consented=wanted.consented,
        )
        fresh = replace(
            fresh,
            group=group_of(plan),
            discount=None if asked is None else asked.checked(plan.amount),
            billing_key_id=wanted.billing_key_id,
            hash_version=max(self.secrets.charge_keys()),
        )
        fresh = announced(fresh, moment, self.subscriptions.policy)
        # a start today requests a charge: it is made now, not at the next allowed hour
        if fresh.due_at is not None:
            return fresh
        return replace(fresh, due_at=next_due(fresh, moment.now, self.subscriptions.policy))

    def _replaced(self, place: Place, fresh: Subscription, moment: Moment) -> tuple[Subscription, ...]:
        """What was given up in this group: written with what begins, so that both cannot go on."""
        holder = place.holder
        if holder is None or not gives_way(holder) or not self.subscriptions.policy.one_subscription:
            return ()
        return (replaced(holder, fresh.subscription_id, moment),)

    def _in_parts(
        self, wanted: SubscribeRequest, moment: Moment
    ) -> tuple[Subscription, *tuple[AnyRecord, ...]]:
        order = self._order(wanted)
        _, pays_with = self._wallet(wanted)
        parts = in_parts(order, self.ids.payment_id(), moment, self.subscriptions.policy)
        version = max(self.secrets.charge_keys())
        parts = replace(
            parts, billing_key_id=wanted.billing_key_id, pays_with=pays_with, hash_version=version
        )
        due_at = next_due(parts, moment.now, self.subscriptions.policy)
        return replace(parts, due_at=due_at), replace(order, subscription_id=parts.subscription_id)

    def _wallet(self, wanted: SubscribeRequest, *, free: bool = False) -> tuple[Wallet, str | None]:
        """The wallet, and which method in it is to pay; none is needed where nothing is ever charged.

        Raises `NoBillingKey`, `BillingKeyNotFound`.
        """
        wallet = self.store.wallet(wanted.user_id)
        check_open(wallet)
        if wanted.billing_key_id is not None:
            key_of_issue(wallet, wanted.billing_key_id)
        key = chargeable(wallet, wanted.billing_key_id)
        if wallet is None or key is None:
            if not free:
                raise NoBillingKey
            return wallet or Wallet(user_id=wanted.user_id), None
        return wallet, key.id

    def _order(self, wanted: SubscribeRequest) -> Order:
        order = self.store.order(wanted.order_id)
        if order is None or order.user_id != wanted.user_id:
            raise OrderNotFound
        if order.withdrawn_at is not None:
            raise OrderWithdrawn
        if order.expires_at is not None and order.expires_at <= self.clock.now():
            raise OrderExpired
        return order

    def _request(self, wanted: SubscribeRequest, subscription_id: str) -> ClientRequest:
        now = self.clock.now()
        return ClientRequest(
            user_id=wanted.user_id,
            route=wanted.route,
            key=wanted.request_key,
            body_hash=wanted.body_hash,
            resource_id=subscription_id,
            created_at=now,
            expires_at=int(now) + REQUEST_KEPT,
        )


def _first_open(held: Subscription, plan: Plan) -> bool:
    """Whether it is to this plan, its first charge is under way, and nothing of it was ever paid."""
    return held.plan_id == plan.plan_id and held.in_flight is not None and not ever_paid(held)
