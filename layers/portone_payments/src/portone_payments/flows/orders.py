"""The shop's backend stores what it wants paid; the price comes from here and never from an app."""

from dataclasses import dataclass, replace

from portone_payments.domain.errors import Busy
from portone_payments.domain.payment_errors import OrderHasPayment, OrderNotFound, OrderWithdrawn
from portone_payments.domain.records import Order, Payment
from portone_payments.domain.subscription_records import InvoiceState, Subscription
from portone_payments.ports_store import Conflict, Store

ATTEMPTS = 4
_OWED = frozenset({InvoiceState.OPEN, InvoiceState.WITHHELD, InvoiceState.UNPAID})
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
)


def put_order(wanted: Order, *, store: Store) -> Order:
    """Store or change an order; the same body again is the same answer.

    Raises `OrderHasPayment` for another body once a payment or a schedule exists, also in a race with prepare
    (both write under the order's version); `OrderWithdrawn` for any body once it was withdrawn.
    """
    for _ in range(ATTEMPTS):
        held = store.order(wanted.order_id)
        if held is not None and held.withdrawn_at is not None:
            raise OrderWithdrawn
        if held is not None and _same(held, wanted):
            return held
        if held is not None and (held.payment_id is not None or held.subscription_id is not None):
            raise OrderHasPayment
        try:
            return _write(held, wanted, store)
        except Conflict:
            continue
    raise Busy


@dataclass(frozen=True, slots=True)
class OrderWithPayment:
    """An order and the payment that settled it or may still do so; `schedule` collects its parts."""

    order: Order
    payment: Payment | None
    schedule: Subscription | None = None

    def of_parts(self) -> tuple[int, int]:
        """What the parts of an order brought, and what is still asked for or was given up on."""
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
    changed = wanted if held is None else replace(held, **{name: getattr(wanted, name) for name in _FIXED})
    store.save(changed)
    return changed
