"""`Transaction.Confirm` requests an approval: a 2xx approves (PortOne facts 4.3). The default is no."""

from dataclasses import dataclass

from portone_payments.domain.errors.payments import ApprovalRefused
from portone_payments.domain.payments.hints import EventType
from portone_payments.domain.readings.webhook import Delivery
from portone_payments.domain.records.payments import PAYABLE, Order, Payment, by_window
from portone_payments.flows.approvals.attempt import invoice_awaits
from portone_payments.flows.payments.catch_up import Reader
from portone_payments.ports.world import Clock, Metric


@dataclass(frozen=True, slots=True)
class ConfirmPolicy:
    """Whether the shop uses PortOne's confirm process; off unless the settings say otherwise."""

    enabled: bool = False


def answer_confirm(delivery: Delivery, *, policy: ConfirmPolicy, reader: Reader, clock: Clock) -> str:
    """Approve only what is ours, unpaid, on offer, of the right amount and of the order's user.

    Raises `ApprovalRefused`.
    """
    asked = policy.enabled and delivery.type == EventType.CONFIRM
    if not (asked and delivery.fresh and _checks_out(delivery, reader, clock.now())):
        reader.meter.count(Metric.CONFIRM_REFUSED)
        raise ApprovalRefused
    reader.meter.count(Metric.CONFIRM_APPROVED)
    return "approved"


def _checks_out(delivery: Delivery, reader: Reader, now: float) -> bool:
    payment = reader.store.payment(delivery.payment_id) if delivery.payment_id else None
    if payment is None or delivery.total_amount != payment.total:
        return False
    if by_window(payment):
        return _open(payment, now) and invoice_awaits(payment, reader.store)
    order = reader.store.order(payment.order_id)
    return order is not None and _on_offer(payment, order, now)


def _on_offer(payment: Payment, order: Order, now: float) -> bool:
    return (
        _open(payment, now)
        and order.payment_id == payment.payment_id
        and order.settled_by is None
        and order.withdrawn_at is None
        and order.user_id == payment.user_id
    )


def _open(payment: Payment, now: float) -> bool:
    return payment.status in PAYABLE and now < payment.expires_at
