"""Who buys, for the window of a PG that asks: handed to that window, sealed at rest, dropped afterwards."""

import json
from dataclasses import asdict, dataclass, field, replace

from portone_payments.domain.records.payments import Order, Payment, Status
from portone_payments.domain.shared.sealing import Sealing, bound_to

BUYER_KEPT = 30 * 24 * 3600
# its window has done its work
_USED = frozenset({Status.PAID, Status.PARTIAL_CANCELLED, Status.CANCELLED, Status.MISMATCH})
_HELD = frozenset({Status.PAID, Status.PARTIAL_CANCELLED, Status.MISMATCH})


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """Name, e-mail, phone and day of birth (yyyy-mm-dd), each only where the order gives it.

    Personal data: never logged.
    """

    name: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    birth_date: str | None = field(default=None, repr=False)

    def __bool__(self) -> bool:
        """Whether anything is known of them."""
        return any(asdict(self).values())

    def text(self) -> str:
        """What is sealed."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def parse(cls, text: str) -> "Buyer":
        """From what was sealed."""
        return cls(**json.loads(text))


NOBODY = Buyer()


def buyer_context(order_id: str) -> dict[str, str]:
    """The encryption context of a buyer: it opens for no other order."""
    return bound_to(Sealing.BUYER, order=order_id)


def kept_until(order: Order, now: float) -> int:
    """When a buyer nobody took over is dropped, epoch seconds UTC: at the order's end, else after a while."""
    latest = int(now) + BUYER_KEPT
    return latest if order.expires_at is None else min(order.expires_at, latest)


def order_without_buyer(order: Order) -> Order:
    """The order once nobody waits to take its buyer over; what is given again starts anew."""
    return replace(order, buyer_sealed=order.buyer_sealed and "", due_at=None, tries=0)


def without_buyer(payment: Payment) -> Payment:
    """The payment once no window is opened for it any more: paid, back, withdrawn, or nothing is expected."""
    over = payment.status in _USED or payment.withdrawn or payment.due_at is None
    return replace(payment, buyer_sealed=None) if payment.buyer_sealed is not None and over else payment


def is_over(payment: Payment) -> bool:
    """Whether its order is not offered again, so that nobody needs its buyer: not refunded, not expired."""
    return payment.status in _HELD or payment.withdrawn
