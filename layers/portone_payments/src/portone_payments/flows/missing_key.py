"""A billing key that PortOne does not find for a charge: gone, or an error of ours (money rule 10).

Every key of ours was read at PortOne before it was charged, and one that is deleted is known as deleted. Not
to be found is first a sign of another store or another merchant's secret, which ends nobody's method.
"""

from enum import StrEnum

from portone_payments.domain.billing_reading import KeyStatus
from portone_payments.domain.errors import PortOneError
from portone_payments.domain.records import Payment
from portone_payments.ports import Deadline
from portone_payments.ports_billing import BillingPortOne
from portone_payments.ports_portone import PortOne
from portone_payments.ports_store import Store


class Missing(StrEnum):
    """DELETED: PortOne says so. ALONE: it shows what was paid here before. OURS: nothing shows it gone."""

    DELETED = "deleted"
    ALONE = "alone"
    OURS = "ours"


def missing(
    billing_key: str,
    before: str | None,
    *,
    keys: BillingPortOne,
    payments: PortOne,
    deadline: Deadline,
) -> Missing:
    """What became of it, by readings; `before`: a payment with it or its like that PortOne has to know."""
    try:
        reading = keys.get_billing_key(billing_key, deadline=deadline)
        if reading is not None:
            return Missing.DELETED if reading.status is KeyStatus.DELETED else Missing.OURS
        shown = before is not None and payments.get_payment(before, deadline=deadline) is not None
    except PortOneError:
        return Missing.OURS
    return Missing.ALONE if shown else Missing.OURS


def paid_before(payment: Payment, store: Store) -> Payment | None:
    """The last payment that paid for the same subscription. Raises `StorageUnavailable`."""
    subscription = store.subscription(payment.subscription_id or "") if payment.subscription_id else None
    paid = [each for each in subscription.invoices.values() if each.paid_by] if subscription else []
    last = max(paid, key=lambda each: each.settled_at or 0.0, default=None)
    return store.payment(last.paid_by) if last and last.paid_by else None
