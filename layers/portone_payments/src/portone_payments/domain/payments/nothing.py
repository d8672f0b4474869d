"""An order of 0 is paid by being prepared: PortOne never hears of it."""

from dataclasses import replace

from portone_payments.domain.records.history import Fact, Moment, record
from portone_payments.domain.records.payments import Payment, Status


def costs_nothing(payment: Payment) -> bool:
    """Whether nothing is ever asked of PortOne about it."""
    return payment.total == 0


def paid_with_nothing(payment: Payment, moment: Moment) -> Payment:
    """The payment, paid at once and never due."""
    paid = replace(payment, status=Status.PAID, status_at=moment.now, buyer_sealed=None, due_at=None)
    return record(paid, Fact.PAID, moment, total=0, paid=0)
