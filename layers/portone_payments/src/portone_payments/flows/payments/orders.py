"""The shop's backend stores orders; the price comes from here and never from an app."""

from dataclasses import dataclass, replace

from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.domain.errors.payments import (
    OrderHasPayment,
    OrderIncomplete,
    OrderNotFound,
    OrderWithdrawn,
)
from portone_payments.domain.payments.policy import PAGE, MethodRule, allowed_methods
from portone_payments.domain.records.payments import Order, Payment
from portone_payments.domain.records.subscriptions import InvoiceState, Subscription
from portone_payments.domain.subscriptions.owed import PAYABLE
from portone_payments.domain.windows.buyer import NOBODY, Buyer, buyer_context, is_over, kept_until
from portone_payments.domain.windows.given import given_by
from portone_payments.domain.windows.table import Windows
from portone_payments.flows.shared.optimistic import retried
from portone_payments.ports.store import Store
from portone_payments.ports.world import Meter, Vault

ATTEMPTS = 4
_OWED = PAYABLE | {InvoiceState.ENDED}
_FIXED = (
    "user_id",
    "name",
    "total",
    "tax_free",
    "currency",
    "pay_methods",
    "item_kind",
    "expires_at",
    "parts",
    "product_type",
    "products",
    "last_day_of_use",
    "country",
    "gift_certificate_type",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderKeeper:
    """Orders as the shop puts them, each with all that the windows of its pay methods need."""

    store: Store
    meter: Meter
    vault: Vault
    windows: Windows
    rules: tuple[MethodRule, ...] = ()

    def put(self, wanted: Order, buyer: Buyer) -> Order:
        """Store or change an order; the same body again is the same answer.

        Raises `OrderHasPayment` for another body once a payment or a schedule exists, also in a race with
        prepare (both write under the order's version); `OrderWithdrawn` for any body once it was withdrawn;
        `OrderIncomplete`, `InvalidRequest` for one that no window could be opened for.
        """
        return retried(lambda: self._once(wanted, buyer), meter=self.meter, attempts=ATTEMPTS)

    def _once(self, wanted: Order, buyer: Buyer) -> Order:
        held = self.store.order(wanted.order_id)
        if held is not None and held.withdrawn_at is not None:
            raise OrderWithdrawn
        if held is not None and _same(held, wanted) and self._known(held, buyer, wanted.created_at):
            return held
        if held is not None and (held.payment_id is not None or held.subscription_id is not None):
            raise OrderHasPayment
        self._check(wanted, buyer)
        sealed = self._sealed(buyer, wanted.order_id)
        until = kept_until(wanted, wanted.created_at) if sealed else None
        return _write(held, replace(wanted, buyer_sealed=sealed, due_at=until), self.store)

    def _check(self, wanted: Order, buyer: Buyer) -> None:
        """Refuse an order that lacks data before its buyer finds out. Parts are charged to a saved method."""
        for method in () if wanted.parts else wanted.pay_methods:
            if self.windows.channel(method) is None:
                raise InvalidRequest(field="payMethods", reason="no_channel")
            given = given_by(wanted, buyer, in_app=not self._on_pages(wanted, method))
            missing = self.windows.missing(method, given)
            if missing:
                raise OrderIncomplete(pay_method=method, missing=missing)

    def _on_pages(self, wanted: Order, method: str) -> bool:
        """Whether the method is offered elsewhere than in apps."""
        return bool(
            allowed_methods(
                (method,), self.rules, amount=wanted.total, platform=PAGE, item_kind=wanted.item_kind
            )
        )

    def _known(self, held: Order, buyer: Buyer, now: float) -> bool:
        """Whether an order has this buyer; one that was dropped since is stored again where it is of use."""
        if held.buyer_sealed is None or held.buyer_sealed:
            return self._opened(held.buyer_sealed, held.order_id) == buyer
        payment = self.store.payment(held.payment_id) if held.payment_id else None
        if payment is None:
            return not buyer
        if payment.buyer_sealed:
            return self._opened(payment.buyer_sealed, held.order_id) == buyer
        if buyer and not is_over(payment):
            # due once more, so that it is dropped again
            due_at = payment.due_at or kept_until(held, now)
            self.store.save(replace(payment, buyer_sealed=self._sealed(buyer, held.order_id), due_at=due_at))
        return True

    def _sealed(self, buyer: Buyer, order_id: str) -> str | None:
        return self.vault.encrypt(buyer.text(), context=buyer_context(order_id)) if buyer else None

    def _opened(self, sealed: str | None, order_id: str) -> Buyer:
        if not sealed:
            return NOBODY
        return Buyer.parse(self.vault.decrypt(sealed, context=buyer_context(order_id)))


@dataclass(frozen=True, slots=True)
class OrderWithPayment:
    """An order and the payment that settled it or may still do so; `schedule` collects its parts."""

    order: Order
    payment: Payment | None
    schedule: Subscription | None = None

    def of_parts(self) -> tuple[int, int]:
        """What the parts of an order collected, and what is still owed or was given up."""
        if self.schedule is None:
            return 0, self.order.total
        invoices = self.schedule.invoices.values()
        paid = sum(each.amount for each in invoices if each.state is InvoiceState.PAID)
        return paid, sum(each.amount for each in invoices if each.state in _OWED)


def get_order(order_id: str, *, store: Store) -> OrderWithPayment:
    """An order as it stands. Raises `OrderNotFound`."""
    order = store.order(order_id)
    if order is None:
        raise OrderNotFound
    if order.subscription_id is not None:
        return OrderWithPayment(order, None, store.subscription(order.subscription_id))
    payment_id = order.settled_by or order.payment_id
    return OrderWithPayment(order, store.payment(payment_id) if payment_id else None)


def _same(held: Order, wanted: Order) -> bool:
    return all(getattr(held, name) == getattr(wanted, name) for name in _FIXED)


def _write(held: Order | None, wanted: Order, store: Store) -> Order:
    fixed = {name: getattr(wanted, name) for name in (*_FIXED, "buyer_sealed", "due_at")}
    changed = wanted if held is None else replace(held, **fixed)
    store.save(changed)
    return changed
