"""After prepare: fix the amount at PortOne, so that a checkout with another one is refused (facts 2)."""

from portone_payments.domain.errors import PortOneError, ProviderRefused, ProviderUnavailable
from portone_payments.domain.facts import Moment
from portone_payments.domain.moves import PAYABLE
from portone_payments.domain.outcomes import Outcome
from portone_payments.domain.payment_errors import OrderAlreadyPaid
from portone_payments.domain.records import Payment
from portone_payments.flows.admission import check_gate
from portone_payments.flows.catch_up import Reader
from portone_payments.flows.gate import Operation
from portone_payments.ports import Clock, Deadline, Ids, Metric

_OURS_TO_FIX = frozenset({Outcome.REFUSED, Outcome.NO_EFFECT})


def open_checkout(payment: Payment, *, reader: Reader, ids: Ids, clock: Clock, deadline: Deadline) -> None:
    """Pre-register; repeatable, so a fresh key per send. The paymentId stays the same after any error.

    Raises `ProviderUnavailable` when the outcome is unknown, `ProviderRefused` when PortOne rejects our
    credential or request, `OrderAlreadyPaid` when somebody paid meanwhile.
    """
    if payment.status not in PAYABLE:
        return
    gate = reader.gate_of(payment)
    check_gate(gate, Operation.PRE_REGISTER)
    try:
        with gate.sending(Operation.PRE_REGISTER):
            reader.at(payment).pre_register(
                payment.payment_id,
                total=payment.total,
                tax_free=payment.tax_free,
                currency=payment.currency,
                key=ids.token(),
                deadline=deadline,
            )
    except PortOneError as error:
        if error.outcome is Outcome.ALREADY_DONE:
            reader.catch_up(payment.payment_id, Moment(now=clock.now(), by="prepare"), deadline=deadline)
            raise OrderAlreadyPaid(payment_id=payment.payment_id) from None
        if error.outcome in _OURS_TO_FIX:
            reader.meter.count(Metric.CREDENTIAL_REFUSED)
            raise ProviderRefused(retry_after=30) from None
        raise ProviderUnavailable(retry_after=2) from None
