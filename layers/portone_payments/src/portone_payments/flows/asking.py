"""Who asks, and whose a payment is (I6)."""

from dataclasses import dataclass

from portone_payments.domain.payment_errors import PaymentNotFound
from portone_payments.domain.records import Payment
from portone_payments.ports_store import Store

OWNER, STAFF = "owner", "staff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks: an owner by user id, or staff by name. Their refund ids are separate name spaces."""

    name: str
    owner: bool

    @property
    def space(self) -> str:
        """The name space of this asker's refund ids."""
        return OWNER if self.owner else STAFF

    @property
    def by(self) -> str:
        """How the history names them."""
        return OWNER if self.owner else f"staff:{self.name}"


def owned(payment_id: str, user_id: str, *, store: Store) -> Payment:
    """The caller's payment. Raises `PaymentNotFound` for absent and foreign ids alike (I6)."""
    payment = store.payment(payment_id)
    if payment is None or payment.user_id != user_id:
        raise PaymentNotFound
    return payment
