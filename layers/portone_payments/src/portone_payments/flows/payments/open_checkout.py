"""After prepare: fix the amount at PortOne, so that PortOne refuses a checkout with another one (facts 2)."""

import hashlib
from contextlib import suppress
from dataclasses import replace

from portone_payments.domain.errors.common import PortOneError, ProviderRefused, ProviderUnavailable
from portone_payments.domain.errors.payments import OrderAlreadyPaid
from portone_payments.domain.readings.outcome import Outcome
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.payments import PAYABLE, Payment
from portone_payments.domain.shared.allowances import PREPARES, check, with_one
from portone_payments.flows.payments.catch_up import Reader
from portone_payments.flows.payments.prepare import Prepared
from portone_payments.flows.shared.admission import check_gate
from portone_payments.flows.shared.gate import Operation
from portone_payments.ports.store import Conflict
from portone_payments.ports.world import Clock, Deadline, Ids, Metric

_OURS_TO_FIX = frozenset({Outcome.REFUSED, Outcome.NO_EFFECT})


def open_checkout(prepared: Prepared, *, reader: Reader, ids: Ids, clock: Clock, deadline: Deadline) -> None:
    """Pre-register; repeatable, so a fresh key per send. The paymentId stays the same after any error.

    A repeated prepare registers once more, as the first may have died before it did, and then only
    where something changed. Raises `ProviderUnavailable` when the outcome is unknown, `ProviderRefused` when
    PortOne rejects our credential or request, `OrderAlreadyPaid` when it was paid meanwhile,
    `TooManyRequests` after too many repeats without success.
    """
    payment, moment = prepared.payment, Moment(now=clock.now(), by="prepare")
    fixed = _digest(payment)
    if payment.status not in PAYABLE or payment.fixed == fixed:
        return
    check(payment.spent, PREPARES, now=moment.now)
    check_gate(reader.gate_of(payment), Operation.PRE_REGISTER)
    try:
        _pre_register(payment, reader, ids.token(), deadline)
    except PortOneError as error:
        if error.outcome is Outcome.ALREADY_DONE:
            reader.catch_up(payment.payment_id, moment, deadline=deadline, told=_asked)
            raise OrderAlreadyPaid(payment_id=payment.payment_id) from None
        _note(_asked(payment, moment), reader)
        if error.outcome in _OURS_TO_FIX:
            reader.meter.count(Metric.CREDENTIAL_REFUSED)
            raise ProviderRefused(retry_after=30) from None
        raise ProviderUnavailable(retry_after=2) from None
    if not prepared.fresh:
        _note(replace(_asked(payment, moment), fixed=fixed), reader)


def _pre_register(payment: Payment, reader: Reader, key: str, deadline: Deadline) -> None:
    with reader.gate_of(payment).sending(Operation.PRE_REGISTER):
        reader.at(payment).pre_register(
            payment.payment_id,
            total=payment.total,
            tax_free=payment.tax_free,
            currency=payment.currency,
            key=key,
            deadline=deadline,
        )


def _asked(payment: Payment, moment: Moment) -> Payment:
    """The payment after one more pre-registration."""
    return replace(payment, spent=with_one(payment.spent, PREPARES, now=moment.now))


def _note(payment: Payment, reader: Reader) -> None:
    """Saved unless another write came first: then a repeated prepare may register again."""
    with suppress(Conflict):
        reader.store.save(payment)


def _digest(payment: Payment) -> str:
    """What PortOne checks the windows against: sum, end, and the terms they are offered under."""
    terms = payment.terms
    offered = (terms.store, terms.live, *terms.channels, *terms.merchants) if terms else ()
    asked = (payment.total, payment.tax_free, payment.currency, payment.expires_at, *offered)
    return hashlib.sha256(repr(asked).encode()).hexdigest()[:16]
