"""What a customer or the shop does with a subscription; the first charge follows at once (rules 8.1, 8.8)."""

from dataclasses import dataclass, replace

from portone_payments.domain.approvals.attempts import open_approval
from portone_payments.domain.billing_keys.wallet import chargeable, key_of_issue
from portone_payments.domain.errors.billing import NoBillingKey, PriceChanged
from portone_payments.domain.errors.common import Busy, IdempotencyKeyReused
from portone_payments.domain.errors.payments import OrderExpired, OrderNotFound, OrderWithdrawn
from portone_payments.domain.records.billing_keys import SavedKey, Wallet
from portone_payments.domain.records.bounds import as_saved
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.kept import AnyRecord
from portone_payments.domain.records.payments import ClientRequest, Order
from portone_payments.domain.records.subscriptions import Subscription
from portone_payments.domain.shared.allowances import SUBSCRIPTIONS, spend
from portone_payments.domain.subscriptions.agreement import ever_paid
from portone_payments.domain.subscriptions.collection import next_due
from portone_payments.domain.subscriptions.lifecycle import in_parts, subscribe
from portone_payments.flows.billing_keys.claims import MANY
from portone_payments.flows.charges.collect import Collector
from portone_payments.flows.shared.optimistic import retried
from portone_payments.flows.subscriptions.manage import Subscriptions
from portone_payments.ports.store import Conflict, Store
from portone_payments.ports.world import Clock, Deadline, Ids, Meter, Metric, Secrets

REQUEST_KEPT = 7 * 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscribeRequest:
    """What the app requests; `shown` is the price its user saw, in minor units; `start` a KST day."""

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

    @property
    def route(self) -> str:
        """What the client's Idempotency-Key is scoped to, besides the user."""
        return "schedule" if self.order_id else "subscribe"


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

        Raises `PlanNotFound`, `PriceChanged`, `OrderNotFound`, `NoBillingKey`, `BillingKeyNotFound`,
        `IdempotencyKeyReused`, `TooManyRequests`, `Busy` and what the domain refuses.
        """

        def write() -> tuple[Subscription, bool]:
            known = self.store.request(wanted.user_id, wanted.route, wanted.request_key)
            if known is not None:
                return self._known(known, wanted), False
            wallet = self.store.wallet(wanted.user_id)
            begun = self._begun(wanted, wallet)
            if begun is not None:
                return begun, False
            fresh, *others = self._fresh(wanted, wallet, self.subscriptions.moment("app"))
            request = self._request(wanted, fresh.subscription_id)
            self.store.save(fresh, request, *others, *self._counted(wanted, wallet))
            return as_saved(fresh), True

        subscription, is_new = retried(write, meter=self.meter)
        return self.collected(subscription, deadline) if is_new else subscription

    def _counted(self, wanted: SubscribeRequest, wallet: Wallet | None) -> tuple[Wallet, ...]:
        """The wallet with one more subscription; an order is paid in parts but once."""
        if wallet is None or not wanted.plan_id:
            return ()
        return (replace(wallet, spent=spend(wallet.spent, SUBSCRIPTIONS, now=self.clock.now())),)

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

    def _begun(self, wanted: SubscribeRequest, wallet: Wallet | None) -> Subscription | None:
        """The subscription to this plan whose first charge has no outcome yet.

        Its user gets the same answer instead of a second charge under another key of the app.
        """
        keys = wallet.keys.values() if wallet and wanted.plan_id else ()
        for claim in {claim for key in keys for claim in key.claims[-MANY:]}:
            payment = self.store.payment(claim)
            if payment is None or payment.subscription_id is None or open_approval(payment) is None:
                continue
            held = self.store.subscription(payment.subscription_id)
            if held is not None and held.plan_id == wanted.plan_id and _first_open(held):
                return held
        return None

    def _fresh(
        self, wanted: SubscribeRequest, wallet: Wallet | None, moment: Moment
    ) -> tuple[Subscription, *tuple[AnyRecord, ...]]:
        pays_with = self._check_key(wanted, wallet).id
        version = max(self.secrets.charge_keys())
        if wanted.order_id:
            order = self._order(wanted)
            parts = in_parts(order, self.ids.payment_id(), moment, self.subscriptions.policy)
            parts = replace(
                parts, billing_key_id=wanted.billing_key_id, pays_with=pays_with, hash_version=version
            )
            due_at = next_due(parts, moment.now, self.subscriptions.policy)
            return replace(parts, due_at=due_at), replace(order, subscription_id=parts.subscription_id)
        plan = self.subscriptions.plan(wanted.plan_id)
        if wanted.shown is not None and wanted.shown != plan.amount:
            raise PriceChanged(amount=plan.amount)
        fresh = subscribe(
            plan,
            self.ids.payment_id(),
            wanted.user_id,
            moment,
            start=wanted.start,
            anchor_day=wanted.anchor_day,
            consented=wanted.consented,
        )
        fresh = replace(
            fresh, billing_key_id=wanted.billing_key_id, pays_with=pays_with, hash_version=version
        )
        # a start today requests a charge: it is made now, not at the next allowed hour
        due_at = (
            fresh.due_at
            if fresh.due_at is not None
            else next_due(fresh, moment.now, self.subscriptions.policy)
        )
        return (replace(fresh, due_at=due_at),)

    def _check_key(self, wanted: SubscribeRequest, wallet: Wallet | None) -> SavedKey:
        if wanted.billing_key_id is not None:
            key_of_issue(wallet, wanted.billing_key_id)
        key = chargeable(wallet, wanted.billing_key_id)
        if key is None:
            raise NoBillingKey
        return key

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


def _first_open(held: Subscription) -> bool:
    """Whether nothing of it was ever paid and its first charge is under way."""
    return held.in_flight is not None and not ever_paid(held)
