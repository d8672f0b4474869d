"""Chargebacks and refunds outside, seen in a reading that settles nothing: they call staff (I16).

A payment may lag, or be in doubt, until staff decides; a charge-back would wait as long. Each of them
calls once: `called_for` stores it until a believed reading shows it.
"""

from collections.abc import Mapping
from dataclasses import replace

from portone_payments.domain.payments.known import completed, seen_from
from portone_payments.domain.readings.payment import RemoteStatus, Snapshot
from portone_payments.domain.records.booked import KEPT, short
from portone_payments.domain.records.history import Moment, clear_attention, has_attention, raise_attention
from portone_payments.domain.records.payments import AttentionKind, Payment, Seen
from portone_payments.domain.refunds.undone import UNPAID_BY_BANK

DISPUTE = "dispute"
_REFUND = "refund:"


def heard_meanwhile(payment: Payment, snapshot: Snapshot | None, moment: Moment) -> Payment:
    """The payment after a reading that is not believed, with staff called for money it shows as gone."""
    if snapshot is None:
        return payment
    shown = _things(seen_from(completed(snapshot, payment.seen), payment.seen))
    for kind, known in _things(payment.seen).items():
        held = {*known, *payment.called_for}
        fresh = tuple(each for each in shown[kind] if each not in held)[: KEPT - len(payment.called_for)]
        if fresh:
            called = raise_attention(payment, kind, at=moment.now)
            payment = replace(called, called_for=(*payment.called_for, *fresh))
    return payment


def called_once(before: Payment, after: Payment) -> Payment:
    """The payment after a believed reading, without a second call about the same event."""
    if not before.called_for:
        return after
    for kind, things in _things(after.seen).items():
        fresh = {*things} - {*_things(before.seen)[kind]}
        if fresh and fresh <= {*before.called_for} and not has_attention(before, kind, "payment"):
            after = clear_attention(after, kind, subject="payment")
    return replace(after, called_for=_still_unseen(after))


def _still_unseen(payment: Payment) -> tuple[str, ...]:
    """The entries of `called_for` not in a believed reading yet; a reading of PAID includes disputes."""
    seen = payment.seen
    told = {each for things in _things(seen).values() for each in things}
    if seen is not None and seen.status is RemoteStatus.PAID:
        told.add(DISPUTE)
    left = (each for each in payment.called_for if each not in told)
    return tuple(each for each in left if not each.startswith(_REFUND))


def _things(seen: Seen | None) -> Mapping[AttentionKind, tuple[str, ...]]:
    """What a reading shows that calls staff, by the kind of attention."""
    if seen is None:
        return {AttentionKind.CHARGEBACK: (), AttentionKind.REFUND_STUCK: ()}
    dispute = (DISPUTE,) if seen.disputed else ()
    refund = seen.method.refund if seen.method is not None else None
    return {
        AttentionKind.CHARGEBACK: (*map(short, seen.charged_back), *dispute),
        AttentionKind.REFUND_STUCK: (f"{_REFUND}{refund}",) if refund in UNPAID_BY_BANK else (),
    }
