"""Refunds whose record is lost, as after a restore: recognised by the token PortOne stores (rule 5.2)."""

from dataclasses import replace

from portone_payments.domain.readings.payment import Cancellation, CancellationStatus, Snapshot
from portone_payments.domain.records.history import Moment, raise_attention
from portone_payments.domain.records.instructions import Refund, RefundState
from portone_payments.domain.records.payments import AttentionKind, Payment
from portone_payments.domain.records.refund_traces import left
from portone_payments.domain.refunds.automatic import CALLS, SURPLUS, numbered
from portone_payments.domain.refunds.reserve import lost_id, token_of, with_refund

SKEW = 60
BY_STAFF = "decided_by_staff"
_API = frozenset({None, "API"})
# automatic ids are known by their numbers; no series waits for so many accounts
_SYSTEM = [numbered(reason, number) for reason in CALLS for number in range(1, 40)]
_UNDECIDED = frozenset({RefundState.RESERVED, RefundState.AMBIGUOUS})


def adopt(payment: Payment, snapshot: Snapshot, moment: Moment) -> Payment:
    """The payment with a record for each cancellation that carries a token of ours and has none.

    The token does not reveal the refund's id, so the record stays under the token until a request names the
    id again. It is never sent: PortOne has executed it.
    """
    for each in snapshot.shown:
        token = _token(each)
        if token is None or _known(payment, each, token) or perhaps_another(payment, each):
            continue
        payment = _adopted(payment, each, token, moment)
    return payment


def perhaps_another(payment: Payment, cancellation: Cancellation) -> bool:
    """Whether this may be a refund of ours without a trace: a PG may have changed its reason."""
    return any(_untraced(refund) and _could_be(refund, cancellation) for refund in payment.refunds.values())


def _could_be(refund: Refund, cancellation: Cancellation) -> bool:
    """Whether this cancellation can be that refund, by amount and time."""
    sent_at = ((refund.sent_at or 0) - SKEW) * 1_000_000
    return cancellation.total == refund.amount and cancellation.requested_at >= sent_at


def _untraced(refund: Refund) -> bool:
    if refund.cancellation_id is not None or refund.sent_at is None:
        return False
    return refund.state in _UNDECIDED or done_by_word(refund)


def done_by_word(refund: Refund) -> bool:
    """Whether it is done because staff decided so."""
    return refund.state is RefundState.SUCCEEDED and refund.code == BY_STAFF


def _token(cancellation: Cancellation) -> str | None:
    if cancellation.status is CancellationStatus.UNRECOGNISED or cancellation.trigger not in _API:
        return None
    return cancellation.token


def _known(payment: Payment, cancellation: Cancellation, token: str) -> bool:
    held = payment.refunds.values()
    known = any(each.cancellation_id == cancellation.id or each.token == token for each in held)
    return known or left(payment, cancellation)


def _adopted(payment: Payment, cancellation: Cancellation, token: str, moment: Moment) -> Payment:
    tokens = {token_of(payment.payment_id, each): each for each in _SYSTEM}
    at = cancellation.requested_at / 1_000_000
    refund = Refund(
        id=tokens.get(token, lost_id(token)),
        amount=cancellation.total,
        tax_free=cancellation.tax_free,
        vat=cancellation.vat,
        balance=cancellation.total,
        requester="ADMIN",
        by="unknown",
        body_hash="",
        key="",
        token=token,
        created_at=at,
        sent_at=at,
        cancellation_id=cancellation.id,
        pg_answered=True,
    )
    if refund.id.startswith(SURPLUS):
        payment = raise_attention(replace(payment, surplus=True), AttentionKind.SURPLUS, at=moment.now)
    return with_refund(payment, refund)
