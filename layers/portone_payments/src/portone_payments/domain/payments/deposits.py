"""Deposits that a bank reversed after they were paid (rule 10.4)."""

from dataclasses import replace

from portone_payments.domain.readings.methods import PayMethod
from portone_payments.domain.readings.payment import RemoteStatus, Snapshot
from portone_payments.domain.records.history import Fact, Moment, raise_attention, record
from portone_payments.domain.records.payments import AttentionKind, Payment, Status

READINGS = 3
AT_LEAST = 15 * 60
_PAID = frozenset({Status.PAID, Status.PARTIAL_CANCELLED})


def taken_back(payment: Payment, snapshot: Snapshot | None, moment: Moment) -> Payment:
    """The payment after a lagging reading: staff decides once three in a quarter of an hour agree.

    The status stays: a replica may show an old one, and only staff can learn the bank's reason.
    """
    if snapshot is None or payment.status not in _PAID:
        return payment
    if not _undeposited(payment, snapshot) or payment.taken_back >= READINGS:
        return payment
    age = moment.now - (payment.lagging_since or moment.now)
    if payment.taken_back < READINGS - 1:
        return replace(payment, taken_back=payment.taken_back + 1)
    if age < AT_LEAST:
        return payment
    called = raise_attention(
        replace(payment, taken_back=READINGS), AttentionKind.DEPOSIT_TAKEN_BACK, at=moment.now
    )
    return record(called, Fact.DEPOSIT_TAKEN_BACK, moment, total=payment.total)


def _undeposited(payment: Payment, snapshot: Snapshot) -> bool:
    """Whether the account awaits a deposit again, or has expired, although its deposit was paid."""
    if snapshot.status is RemoteStatus.VIRTUAL_ACCOUNT_ISSUED:
        return True
    method = payment.seen.method if payment.seen else None
    by_deposit = method is not None and method.kind is PayMethod.VIRTUAL_ACCOUNT
    return by_deposit and snapshot.status is RemoteStatus.FAILED
