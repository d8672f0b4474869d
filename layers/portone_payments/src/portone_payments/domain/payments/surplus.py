"""Several payments of one order that hold money, or may: which settles it, which is too much (rule 1.4)."""

from dataclasses import replace

from portone_payments.domain.records.history import Fact, Moment, clear_attention, raise_attention, record
from portone_payments.domain.records.payments import AttentionKind, Order, Payment
from portone_payments.domain.refunds.automatic import SURPLUS
from portone_payments.domain.refunds.reserve import known

DOUBTED_KEPT = 10


def suspected(payment: Payment, moment: Moment) -> Payment:
    """What is paid too much, or is if a reading in doubt is right: a person is told, nothing is sent."""
    told = record(replace(payment, surplus=True), Fact.SURPLUS, moment, total=payment.total)
    return raise_attention(told, AttentionKind.SURPLUS, at=moment.now)


def is_suspected(payment: Payment) -> bool:
    """Whether a person was told so already, and nothing was sent back yet."""
    return payment.surplus and not known(payment, SURPLUS)


def kept(payment: Payment) -> Payment:
    """The payment that settles its order, whether or not it was suspected of being too much."""
    if not payment.surplus:
        return payment
    return clear_attention(replace(payment, surplus=False), AttentionKind.SURPLUS)


def settled_by(order: Order, payment: Payment) -> Order:
    """The order with the payment that settles it."""
    past = (*order.earlier, *filter(None, [order.payment_id]))
    earlier = tuple(other for other in past if other != payment.payment_id)
    return replace(order, settled_by=payment.payment_id, payment_id=payment.payment_id, earlier=earlier)


def doubtful(order: Order, payment: Payment) -> Order:
    """The order that this payment may have paid: whoever settles it has this one looked at again."""
    return replace(order, quarantined=(*order.quarantined, payment.payment_id)[-DOUBTED_KEPT:])
