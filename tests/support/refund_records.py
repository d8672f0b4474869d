"""Refunds for tests: payments of 1,000 won that were paid, requests, and what PortOne books of a refund."""

from dataclasses import replace
from typing import Any

from portone_payments.domain.readings.payment import Cancellation, CancellationStatus, RemoteStatus, Snapshot
from portone_payments.domain.records.instructions import Refund, RefundState
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.refunds.reserve import (
    RefundRequest,
    refund_of,
    reserve,
    same_request,
    sent_reason,
    with_refund,
)
from portone_payments.domain.refunds.settlement import settle_refunds
from tests.support.records import a_payment
from tests.support.snapshots import a_snapshot, after_reading, micros, moment

REFUND = "owner:refund-1"
SENT = 100.0


def paid(**reading: Any) -> Payment:
    """A payment that a reading showed as paid; the reading's interesting fields."""
    return after_reading(a_payment(), a_snapshot(**reading))


def a_request(refund_id: str = REFUND, **interesting: Any) -> RefundRequest:
    """300 won back to the owner."""
    ordinary: dict[str, Any] = {
        "by": "owner",
        "requester": "CUSTOMER",
        "body_hash": "0" * 64,
        "amount": None if interesting.get("full") else 300,
    }
    return RefundRequest(id=refund_id, **ordinary | interesting)


def known_refund(payment: Payment, requested: RefundRequest) -> Refund | None:
    """The refund in the payment with this request. Raises `RefundIdReused`."""
    held = refund_of(payment, requested.id)
    return None if held is None else same_request(held, requested)


def reserved(payment: Payment | None = None, refund_id: str = REFUND, **requested: Any) -> Payment:
    """A payment with a refund stored and, unless it waits, about to be sent, SENT seconds after NOW."""
    stored = reserve(payment or paid(), a_request(refund_id, **requested), moment(SENT))
    waits = stored.refunds[refund_id].state is not RefundState.RESERVED
    return stored if waits else changed(stored, refund_id, sent_at=moment(SENT).now)


def changed(payment: Payment, refund_id: str = REFUND, **fields: Any) -> Payment:
    """The payment with some fields of a refund replaced."""
    return with_refund(payment, replace(payment.refunds[refund_id], **fields))


def booked(
    refund: Refund, status: CancellationStatus = CancellationStatus.SUCCEEDED, **fields: Any
) -> Cancellation:
    """What PortOne books of a refund that was sent."""
    ordinary: dict[str, Any] = {
        "id": "cancellation-1",
        "total": refund.amount,
        "tax_free": refund.tax_free,
        "reason": sent_reason(refund),
        "requested_at": micros(SENT + 1),
        "trigger": "API",
    }
    return Cancellation(status=status, **ordinary | fields)


def showing(*cancellations: Cancellation, after: float = SENT + 1) -> Snapshot:
    """A reading of the payment with these cancellations."""
    done = sum(each.total for each in cancellations if each.status is CancellationStatus.SUCCEEDED)
    status = RemoteStatus.PARTIAL_CANCELLED if done else RemoteStatus.PAID
    return a_snapshot(status, after=after, cancelled=done, cancellations=cancellations)


def settled(payment: Payment, *cancellations: Cancellation, at: float = SENT + 60) -> Payment:
    """The payment after its refunds were settled by a reading with these cancellations."""
    return settle_refunds(payment, showing(*cancellations), moment(at), before=payment.seen)


def the_refund(payment: Payment, refund_id: str = REFUND) -> Refund:
    """Its refund."""
    return payment.refunds[refund_id]


SUCCEEDED, REQUESTED, FAILED = (
    CancellationStatus.SUCCEEDED,
    CancellationStatus.REQUESTED,
    CancellationStatus.FAILED,
)


def state(payment: Payment) -> RefundState:
    """What the refund is."""
    return the_refund(payment).state
