"""The buyer, for the window of a PG that requires one: passed to it, sealed at rest, dropped afterwards."""

import json
from dataclasses import asdict, dataclass, field, replace

from portone_payments.domain.records.payments import Order, Payment, Status
from portone_payments.domain.shared.sealing import Sealing, bound_to

BUYER_KEPT = 30 * 24 * 3600
# no window opens for a payment in these statuses
_USED = frozenset({Status.PAID, Status.PARTIAL_CANCELLED, Status.CANCELLED, Status.MISMATCH})
_HELD = frozenset({Status.PAID, Status.PARTIAL_CANCELLED, Status.MISMATCH})


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """Name, e-mail, phone and day of birth (yyyy-mm-dd), each only where the order contains it.

    Personal data: never logged.
    """

    name: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    birth_date: str | None = field(default=None, repr=False)

    def __bool__(self) -> bool:
        """Whether any field is known."""
        return any(asdict(self).values())

    def text(self) -> str:
        """The plaintext to seal."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def parse(cls, text: str) -> "Buyer":
        """The buyer in an opened text."""
        return cls(**json.loads(text))


NOBODY = Buyer()


def buyer_context(order_id: str) -> dict[str, str]:
    """The encryption context of a buyer: it opens for no other order."""
    return bound_to(Sealing.BUYER, order=order_id)


def kept_until(order: Order, now: float) -> int:
    """When a buyer that no payment took over is dropped, epoch seconds UTC: with the order, or in 30 days."""
    latest = int(now) + BUYER_KEPT
    return latest if order.expires_at is None else min(order.expires_at, latest)


def order_without_buyer(order: Order) -> Order:
    """The order without its buyer, once no payment will take it over; a buyer given again starts anew."""
    return replace(order, buyer_sealed=order.buyer_sealed and "", due_at=None, tries=0)


def without_buyer(payment: Payment) -> Payment:
    """The payment without its buyer, once no window opens for it: paid, refunded, withdrawn, or settled."""
    over = payment.status in _USED or payment.withdrawn or payment.due_at is None
    return replace(payment, buyer_sealed=None) if payment.buyer_sealed is not None and over else payment


def is_over(payment: Payment) -> bool:
    """Whether its order is not offered again and needs no buyer; after a refund or expiry it may be."""
    return payment.status in _HELD or payment.withdrawn
