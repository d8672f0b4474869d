"""The requester, and whose a payment is (I6)."""

from dataclasses import dataclass, replace

from portone_payments.domain.errors.payments import PaymentNotFound
from portone_payments.domain.records.instructions import Refund
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.refunds.reserve import refund_of, token_of
from portone_payments.ports.store import Store

OWNER, STAFF, AUTO = "owner", "staff", "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """The requester: an owner by user id, or staff by name. Their refund ids are separate namespaces.

    `door` and `person` tell members of staff apart: by which routes they came, and as whom.
    """

    name: str
    owner: bool
    door: str = ""
    person: str = ""

    @property
    def namespace(self) -> str:
        """The namespace of this requester's refund ids."""
        return OWNER if self.owner else STAFF

    def refund_id(self, shown: str) -> str:
        """The id its refund is stored under: equal ids of an owner and of staff are two refunds."""
        return _stored(self.namespace, shown)

    @property
    def by(self) -> str:
        """How the history names them."""
        return OWNER if self.owner else f"staff:{self.name}"


def stored_payment(payment_id: str, *, store: Store) -> Payment:
    """A payment, whosever it is. Raises `PaymentNotFound`."""
    payment = store.payment(payment_id)
    if payment is None:
        raise PaymentNotFound
    return payment


def owned(payment_id: str, user_id: str, *, store: Store) -> Payment:
    """The caller's payment. Raises `PaymentNotFound` for absent and foreign ids alike (I6)."""
    payment = stored_payment(payment_id, store=store)
    if payment.user_id != user_id:
        raise PaymentNotFound
    return payment


def seen_by(requester: Requester, payment_id: str, *, store: Store) -> Payment:
    """A payment that its owner or staff may see. Raises `PaymentNotFound` as `owned`."""
    payment = stored_payment(payment_id, store=store)
    check_may_see(requester, payment)
    return payment


def check_may_see(requester: Requester, payment: Payment) -> None:
    """Passes a payment that its owner or staff asks about. Raises `PaymentNotFound` as `owned`."""
    if requester.owner and payment.user_id != requester.name:
        raise PaymentNotFound


def asked_refunds(payment: Payment, shown: str, requester: Requester, *, store: Store) -> list[Refund]:
    """What this requester may mean by an id without its namespace: their own first, then the system's.

    Staff may mean an owner's too.
    """
    namespaces = (requester.namespace, AUTO) if requester.owner else (STAFF, AUTO, OWNER)
    found = (find_refund(payment, _stored(namespace, shown), store=store) for namespace in namespaces)
    return [refund for refund in found if refund is not None]


def shown_id(refund: Refund) -> str:
    """The id as its requester knows it, without the namespace."""
    return refund.id.partition(":")[2]


def find_refund(payment: Payment, refund_id: str, *, store: Store) -> Refund | None:
    """The refund of this id, wherever it lies; None where it was never requested."""
    held = refund_of(payment, refund_id)
    token = token_of(payment.payment_id, refund_id)
    if held is not None or token not in payment.settled:
        return held
    part = store.settled_refund(payment.payment_id, token)
    return replace(part.refund, id=refund_id) if part else None


def _stored(namespace: str, shown: str) -> str:
    return f"{namespace}:{shown}"
