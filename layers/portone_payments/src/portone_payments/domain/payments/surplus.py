"""Payments of one order that took money, or may have: one settles it, the rest is surplus (rule 1.4)."""

from dataclasses import replace

from portone_payments.domain.payments.schedule import next_due
from portone_payments.domain.records.history import Fact, Moment, clear_attention, raise_attention, record
from portone_payments.domain.records.payments import AttentionKind, Order, Payment
from portone_payments.domain.refunds.automatic import SURPLUS
from portone_payments.domain.refunds.reserve import known

DOUBTED_KEPT = 10


def suspected(payment: Payment, moment: Moment) -> Payment:
    """The payment as a possible surplus, while a reading is in doubt: staff is called, nothing refunded."""
    told = record(replace(payment, surplus=True), Fact.SURPLUS, moment, total=payment.total)
    return raise_attention(told, AttentionKind.SURPLUS, at=moment.now)


def is_suspected(payment: Payment) -> bool:
    """Whether staff was called for it already, and no refund was stored yet."""
    return payment.surplus and not known(payment, SURPLUS)


def kept(payment: Payment) -> Payment:
    """The payment that settles its order, without the suspicion of being a surplus."""
    if not payment.surplus:
        return payment
    return clear_attention(replace(payment, surplus=False), AttentionKind.SURPLUS)


def settled_by(order: Order, payment: Payment) -> Order:
    """The order with the payment that settles it."""
    past = (*order.earlier, *filter(None, [order.payment_id]))
    earlier = tuple(other for other in past if other != payment.payment_id)
    return replace(order, settled_by=payment.payment_id, payment_id=payment.payment_id, earlier=earlier)


def doubtful(order: Order, payment: Payment) -> Order:
    """The order that this payment may have paid: the write that settles the order makes this payment due."""
    return replace(order, quarantined=(*order.quarantined, payment.payment_id)[-DOUBTED_KEPT:])


def part_ended(payment: Payment, invoice_id: str, moment: Moment) -> Payment:
    """The payment of a part that was refunded elsewhere: staff decides whether the order goes on."""
    called = raise_attention(payment, AttentionKind.PART_ENDED, f"invoice:{invoice_id}", at=moment.now)
    return replace(called, due_at=next_due(called, moment.now))
