"""One order, one payment: every prepare answers the same paymentId while it can still be paid (rule 1.1)."""

from dataclasses import dataclass, replace

from portone_payments.domain.approvals.attempts import is_spent
from portone_payments.domain.errors.billing import OrderHasPlan
from portone_payments.domain.errors.common import IdempotencyKeyReused
from portone_payments.domain.errors.payments import (
    NoPayMethod,
    OrderAlreadyPaid,
    OrderExpired,
    OrderNotFound,
    OrderWithdrawn,
)
from portone_payments.domain.payments.doubts import mismatch_is_back
from portone_payments.domain.payments.nothing import costs_nothing, paid_with_nothing
from portone_payments.domain.payments.policy import PAGE, CheckPolicy, MethodRule, allowed_methods
from portone_payments.domain.payments.schedule import account_due_at, next_due
from portone_payments.domain.payments.terms import offered_under, terms_under
from portone_payments.domain.records.bounds import as_saved
from portone_payments.domain.records.history import Fact, Moment, record
from portone_payments.domain.records.kept import AnyRecord
from portone_payments.domain.records.payments import PAYABLE, ClientRequest, Order, Payment, Status
from portone_payments.domain.shared.allowances import KEYS, PAYMENTS, PREPARES, check, spend, with_one
from portone_payments.domain.shared.times import BY_KIND
from portone_payments.domain.windows.buyer import NOBODY, Buyer, buyer_context, order_without_buyer
from portone_payments.domain.windows.given import Given, given_by
from portone_payments.domain.windows.table import Windows
from portone_payments.flows.shared.customers import Customers
from portone_payments.flows.shared.optimistic import retried
from portone_payments.ports.store import Store
from portone_payments.ports.world import Clock, Ids, Meter, Metric, Vault

ROUTE = "prepare"
REQUEST_KEPT = 7 * 24 * 3600
# each payment names its order itself: what an order forgets is not lost
EARLIER_KEPT = 50
_SETTLED = frozenset({Status.PAID, Status.PARTIAL_CANCELLED, Status.MISMATCH})


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepareRequest:
    """What the app requests; `body_hash` tells a repeated request from another one under the same key."""

    user_id: str
    order_id: str
    platform: str
    body_hash: str
    idempotency_key: str | None = None

    @property
    def in_app(self) -> bool:
        """Whether the checkout opens in an app, so on a phone."""
        return self.platform != PAGE


@dataclass(frozen=True, slots=True)
class Prepared:
    """The payment to open a checkout for, the pay methods offered here, and the data of their windows.

    `fresh`: stored for the first time by this very call.
    """

    payment: Payment
    methods: tuple[str, ...]
    given: Given
    fresh: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparer:
    """Stores the intent to be paid, before PortOne or the app know of it."""

    store: Store
    clock: Clock
    ids: Ids
    meter: Meter
    rules: tuple[MethodRule, ...]
    windows: Windows
    vault: Vault
    policy: CheckPolicy
    ready_seconds: int
    customers: Customers

    def prepare(self, requested: PrepareRequest) -> Prepared:
        """The payment of an order, stored. Raises the errors of its helpers; `Busy` after lost races.

        `TooManyRequests` above the limits of what costs: client keys, payments, decryption of a buyer's data.
        """
        return retried(lambda: self._once(requested), meter=self.meter)

    def _once(self, requested: PrepareRequest) -> Prepared:
        request = self._known_request(requested)
        order = self._order(requested)
        held = self._payment(order)
        allowed = self._allowed(order, requested)
        buyer = self._buyer(order, held)
        methods = self._methods(order, buyer, requested, allowed)
        if held is not None and not replaceable(held):
            fresh, payment = False, self._reuse(order, held, requested, methods, request)
        else:
            fresh, payment = True, self._create(order, held, requested, methods, request)
        until = payment.expires_at
        given = given_by(
            order, buyer, customer_id=payment.customer_id, offered_until=until, in_app=requested.in_app
        )
        return Prepared(payment, methods, given, fresh)

    def _buyer(self, order: Order, held: Payment | None) -> Buyer:
        sealed = order.buyer_sealed or (held and held.buyer_sealed)
        if not sealed:
            return NOBODY
        if held is not None:
            check(held.spent, PREPARES, now=self.clock.now())
        return Buyer.parse(self.vault.decrypt(sealed, context=buyer_context(order.order_id)))

    def _known_request(self, requested: PrepareRequest) -> ClientRequest | None:
        if requested.idempotency_key is None:
            return None
        request = self.store.request(requested.user_id, ROUTE, requested.idempotency_key)
        if request is not None and request.body_hash != requested.body_hash:
            raise IdempotencyKeyReused
        return request

    def _order(self, requested: PrepareRequest) -> Order:
        order = self.store.order(requested.order_id)
        if order is None or order.user_id != requested.user_id:
            raise OrderNotFound
        if order.withdrawn_at is not None:
            raise OrderWithdrawn
        if order.parts:
            raise OrderHasPlan
        return order

    def _payment(self, order: Order) -> Payment | None:
        held = self.store.payment(order.payment_id) if order.payment_id else None
        if held is not None and held.withdrawn:
            raise OrderWithdrawn
        if held is not None and held.status in _SETTLED and not mismatch_is_back(held):
            raise OrderAlreadyPaid(payment_id=held.payment_id)
        if order.expires_at is not None and order.expires_at <= self.clock.now():
            raise OrderExpired
        return held

    def _allowed(self, order: Order, requested: PrepareRequest) -> tuple[str, ...]:
        """Those offered here that go through a channel. Raises `NoPayMethod`."""
        allowed = allowed_methods(
            order.pay_methods,
            self.rules,
            amount=order.total,
            platform=requested.platform,
            item_kind=order.item_kind,
        )
        through = tuple(filter(self.windows.channel, allowed))
        if not through:
            raise NoPayMethod
        return through

    def _methods(
        self, order: Order, buyer: Buyer, requested: PrepareRequest, allowed: tuple[str, ...]
    ) -> tuple[str, ...]:
        """Those whose window has all it needs, which a setting may have changed since."""
        given = given_by(order, buyer, in_app=requested.in_app)
        open_here = tuple(method for method in allowed if not self.windows.missing(method, given))
        if not open_here:
            raise NoPayMethod
        return open_here

    def _reuse(
        self,
        order: Order,
        held: Payment,
        requested: PrepareRequest,
        methods: tuple[str, ...],
        request: ClientRequest | None,
    ) -> Payment:
        now = self.clock.now()
        offered = offered_under(
            replace(held, offers={**held.offers, requested.platform: methods}), self.policy
        )
        if held.status in PAYABLE and now >= held.expires_at:
            offered = reopened(offered, self._expiry(order, now), Moment(now=now, by=ROUTE))
        if held.buyer_sealed:
            offered = replace(offered, spent=with_one(offered.spent, PREPARES, now=now))
        others: list[AnyRecord] = []
        if request is None and requested.idempotency_key:
            offered = replace(offered, spent=spend(offered.spent, KEYS, now=now))
            others.append(self._request(requested, held.payment_id, now))
        if offered == held:
            return held
        self.store.save(offered, *others)
        return as_saved(offered)

    def _create(
        self,
        order: Order,
        held: Payment | None,
        requested: PrepareRequest,
        methods: tuple[str, ...],
        request: ClientRequest | None,
    ) -> Payment:
        """A new payment; a client's key that made the one before leads to this one from now on."""
        now = self.clock.now()
        fresh = self._fresh(order, held, requested, methods, now)
        earlier = (*order.earlier, held.payment_id)[-EARLIER_KEPT:] if held else order.earlier
        spent = spend(order.spent, PAYMENTS, now=now) if held else order.spent
        changes: list[AnyRecord] = [
            replace(
                order_without_buyer(order),
                payment_id=fresh.payment_id,
                earlier=earlier,
                spent=spent,
                settled_by=fresh.payment_id if costs_nothing(fresh) else None,
            ),
            fresh,
        ]
        if held is not None:
            changes.append(replace(held, has_other_payments=True, buyer_sealed=None))
        if requested.idempotency_key:
            known = self._request(requested, fresh.payment_id, now)
            changes.append(known if request is None else replace(known, version=request.version))
        self.store.save(*changes)
        self.meter.count(Metric.PREPARED)
        return as_saved(fresh)

    def _fresh(
        self,
        order: Order,
        held: Payment | None,
        requested: PrepareRequest,
        methods: tuple[str, ...],
        now: float,
    ) -> Payment:
        payment = Payment(
            payment_id=self.ids.payment_id(),
            order_id=order.order_id,
            user_id=order.user_id,
            total=order.total,
            tax_free=order.tax_free,
            currency=order.currency,
            order_name=order.name,
            created_at=now,
            status_at=now,
            expires_at=self._expiry(order, now),
            customer_id=self.customers.name_of(order.user_id),
            buyer_sealed=order.buyer_sealed or (held.buyer_sealed if held else None),
            offers={requested.platform: methods},
            terms=terms_under(self.policy),
            has_other_payments=held is not None,
            poll_step=BY_KIND,
        )
        told = record(payment, Fact.PREPARED, Moment(now=now, by=ROUTE), platform=requested.platform)
        if costs_nothing(told):
            return paid_with_nothing(told, Moment(now=now, by=ROUTE))
        return replace(told, due_at=next_due(told, now))

    def _expiry(self, order: Order, now: float) -> int:
        offered_until = int(now) + self.ready_seconds
        return offered_until if order.expires_at is None else min(offered_until, order.expires_at)

    def _request(self, requested: PrepareRequest, payment_id: str, now: float) -> ClientRequest:
        return ClientRequest(
            user_id=requested.user_id,
            route=ROUTE,
            key=requested.idempotency_key or "",
            body_hash=requested.body_hash,
            resource_id=payment_id,
            created_at=now,
            expires_at=int(now) + REQUEST_KEPT,
        )


def replaceable(held: Payment) -> bool:
    """A new id only where a reading showed the old one can no longer be paid (rule 1.3)."""
    lapsed_account = (
        held.status is Status.EXPIRED and account_due_at(held) is not None and not held.quarantined
    )
    back = held.status is Status.CANCELLED or mismatch_is_back(held)
    return back or lapsed_account or is_spent(held)


def reopened(payment: Payment, expires_at: int, moment: Moment) -> Payment:
    """Offered for another while; what was due earlier stays so."""
    status = Status.READY if payment.status is Status.EXPIRED else payment.status
    status_at = moment.now if status is not payment.status else payment.status_at
    reopened = replace(
        payment, status=status, status_at=status_at, expires_at=expires_at, poll_step=BY_KIND, late=False
    )
    told = record(reopened, Fact.REOPENED, moment)
    marks = (payment.due_at, next_due(told, moment.now))
    return replace(told, due_at=min(mark for mark in marks if mark is not None))
