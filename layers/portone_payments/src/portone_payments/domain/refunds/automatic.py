"""Money that must not stay is refunded: in the write that sees it, and again after a refusal (rules 6, 10).

A series of numbered refunds; before each one its reason is checked anew. It ends when the money is refunded,
when staff resolved it or the customer keeps the paid goods, or with staff called.
"""

from dataclasses import replace

from portone_payments.domain.errors.common import BundleError
from portone_payments.domain.errors.payments import RefundInProgress
from portone_payments.domain.readings.methods import PayMethod
from portone_payments.domain.readings.payment import Method, RemoteStatus, Snapshot
from portone_payments.domain.records.history import Fact, Moment, clear_attention, raise_attention, record
from portone_payments.domain.records.instructions import Refund, RefundState, Returning
from portone_payments.domain.records.payments import AttentionKind, Payment, Status
from portone_payments.domain.refunds.reserve import (
    RefundRequest,
    cancellable,
    known,
    open_refund,
    reserve_back,
    with_refund,
)

MISMATCH, SURPLUS, LATE = "auto:mismatch", "auto:surplus", "auto:late"
WITHDRAWN = "auto:withdrawn"
HOUR = 3600
DAY = 24 * HOUR
# seconds from one refused attempt to the next
AGAIN = (600, HOUR, 6 * HOUR, DAY, DAY, DAY, DAY)
TRIES = len(AGAIN) + 1
CALLS = {
    MISMATCH: AttentionKind.MISMATCH,
    SURPLUS: AttentionKind.SURPLUS,
    LATE: AttentionKind.LATE,
    WITHDRAWN: AttentionKind.LATE,
}
_SOON = 60
_KEPT = frozenset({Status.PAID, Status.PARTIAL_CANCELLED})
_TAKEN = frozenset({RemoteStatus.PAID, RemoteStatus.PARTIAL_CANCELLED})
# the PG refunds these to a bank account the buyer has to name (facts 5.2)
_TO_ACCOUNT = frozenset({PayMethod.VIRTUAL_ACCOUNT})
# a phone bill of an earlier month does, and a method PortOne does not name may be a deposit
MAY_NEED_ACCOUNT = frozenset({PayMethod.MOBILE, PayMethod.UNRECOGNISED, None})


def numbered(reason: str, number: int) -> str:
    """The id of the refund with this number in its series."""
    return reason if number == 1 else f"{reason}:{number}"


def send_back(payment: Payment, snapshot: Snapshot, moment: Moment, *, base: str = "total") -> Payment:
    """The payment with a refund of all money wrongly taken; attentions are cleared once it is refunded."""
    waiting = snapshot.status is RemoteStatus.VIRTUAL_ACCOUNT_ISSUED
    unwanted = payment.withdrawn or payment.status is Status.MISMATCH
    payment = replace(payment, close_wanted=waiting and unwanted)
    if snapshot.status is RemoteStatus.CANCELLED and payment.status is not Status.MISMATCH:
        return _calm(payment, moment)
    if snapshot.status not in _TAKEN:
        return payment
    if payment.status is Status.MISMATCH:
        return return_all(payment, MISMATCH, moment, base=base)
    series = payment.returning
    if series is None or series.reason == LATE:
        return payment
    return go_on(payment, moment, base=base, holds=series.reason != MISMATCH)


def return_all(payment: Payment, reason: str, moment: Moment, *, base: str = "total") -> Payment:
    """The payment with its series begun or continued; it waits for an account where one is needed."""
    held = payment.returning
    if held is None or held.reason != reason:
        payment = replace(payment, returning=Returning(reason=reason, next_at=int(moment.now)))
    return go_on(payment, moment, base=base)


def go_on(payment: Payment, moment: Moment, *, base: str = "total", holds: bool = True) -> Payment:
    """The payment with the next refund reserved, where one is due; `holds` False: the reason is gone."""
    series = payment.returning
    if series is None or series.ended:
        return payment
    if not holds:
        return end(payment, "kept", moment)
    waiting = open_refund(payment)
    if waiting is not None:
        return _waited_enough(payment, series, waiting, moment, base)
    payment = _scheduled(payment, series, moment)
    series = payment.returning
    if series is None or series.ended or moment.now < (series.next_at or 0):
        return payment
    return _tried(payment, series, moment, base)


def awaits_word(payment: Payment) -> bool:
    """Whether a late charge is being refunded: each attempt first checks that its customer still leaves."""
    series = payment.returning
    late = series is not None and series.reason == LATE and not series.ended
    waiting = open_refund(payment)
    idle = waiting is None or waiting.state is RefundState.AWAITING_ACCOUNT
    return late and payment.status in _KEPT and idle


def try_due(payment: Payment, now: float) -> bool:
    """Whether the next refund of the series is due."""
    series = payment.returning
    return series is not None and series.next_at is not None and series.next_at <= now


def end(payment: Payment, why: str, moment: Moment) -> Payment:
    """The payment whose series is over; a refund that still waits for an account is closed with it."""
    series = payment.returning
    if series is None:
        return payment
    waiting = open_refund(payment)
    if waiting is not None and waiting.state is RefundState.AWAITING_ACCOUNT and _ours(waiting, series):
        payment = _closed(payment, waiting, f"closed_{why}", moment)
    return replace(payment, returning=replace(series, ended=why, next_at=None))


def _closed(payment: Payment, waiting: Refund, code: str, moment: Moment) -> Payment:
    closed = replace(waiting, state=RefundState.FAILED, code=code, settled_at=moment.now)
    told = record(payment, Fact.REFUND_FAILED, moment, refund=waiting.id, code=code)
    return with_refund(told, closed)


def stuck_subject(series: Returning) -> str:
    """The subject of the attention about a series without attempts left."""
    return f"refund:{series.reason}"


def closed_meanwhile(payment: Payment, refund: Refund) -> bool:
    """Whether staff resolved the reason of a series while this last refund of it was under way."""
    series = payment.returning
    return series is not None and series.ended == "resolved" and _ours(refund, series)


def needs_account(payment: Payment) -> bool:
    """Whether a refund of this payment needs a bank account."""
    return _kind(payment) in _TO_ACCOUNT


def takes_account(payment: Payment, refund: Refund) -> bool:
    """Whether an account may be named for this refund now: it waits for one, or may need one, unsent."""
    if refund.state is RefundState.AWAITING_ACCOUNT:
        return True
    unsent = refund.state is RefundState.RESERVED and refund.sent_at is None and refund.account is None
    return unsent and refund.by == "system" and _kind(payment) in MAY_NEED_ACCOUNT


def account_named(payment: Payment, refund: Refund) -> Payment:
    """The payment that does not send this refund without its account; after a refusal the next is due."""
    series = payment.returning
    if series is None or not _ours(refund, series):
        return payment
    return replace(payment, returning=replace(series, next_at=None))


def _kind(payment: Payment) -> PayMethod | None:
    method: Method | None = payment.seen.method if payment.seen else None
    return method.kind if method else None


def _awaits_account(payment: Payment, series: Returning) -> bool:
    """Whether the next refund waits for an account: it needs one, or may and was refused without."""
    may = _kind(payment) in MAY_NEED_ACCOUNT and series.tries > 0
    return may or needs_account(payment)


def _without_account_at(payment: Payment, series: Returning, now: float) -> int | None:
    """When a waiting refund is sent without an account all the same; None: never, or it does not wait."""
    if needs_account(payment) or not _awaits_account(payment, series) or series.tries >= TRIES:
        return None
    return int(now) + AGAIN[series.tries - 1]


def _calm(payment: Payment, moment: Moment) -> Payment:
    """The payment once everything is refunded: its attentions are cleared, its series is over.

    The customer who paid for a withdrawn order has yet to be informed: that attention stays.
    """
    series = payment.returning
    if series is not None and series.ended != "back":
        payment = clear_attention(payment, AttentionKind.REFUND_STUCK, subject=stuck_subject(series))
        payment = end(payment, "back", moment)
    return clear_attention(payment, *CALLS.values(), subject="payment")


def _ours(refund: Refund, series: Returning) -> bool:
    return refund.id == numbered(series.reason, series.tries)


def _scheduled(payment: Payment, series: Returning, moment: Moment) -> Payment:
    """The payment after a refused refund: with the time of the next one, or without one and staff called.

    Where the PG may have refused the account, the series waits for another one however often that happens.
    """
    if series.next_at is not None:
        return payment
    again = _awaits_account(payment, series)
    if series.tries >= TRIES:
        subject = stuck_subject(series)
        payment = raise_attention(payment, AttentionKind.REFUND_STUCK, subject, at=moment.now)
        if not again:
            return end(payment, "stuck", moment)
    wait = 0 if again else AGAIN[series.tries - 1]
    return replace(payment, returning=replace(series, next_at=int(moment.now) + wait))


def _waited_enough(
    payment: Payment, series: Returning, waiting: Refund, moment: Moment, base: str
) -> Payment:
    """The payment whose refund is sent although nobody has named an account: it may need none."""
    ours = waiting.state is RefundState.AWAITING_ACCOUNT and _ours(waiting, series)
    if not ours or needs_account(payment) or not try_due(payment, moment.now):
        return payment
    balance = cancellable(payment, base=base)
    if balance != waiting.amount:
        # somebody refunded a part meanwhile: the next number refunds the rest
        return _tried(_closed(payment, waiting, "closed_balance_changed", moment), series, moment, base)
    sent = with_refund(
        payment, replace(waiting, state=RefundState.RESERVED, balance=balance + payment.by_hand)
    )
    return replace(sent, poll_step=0, returning=replace(series, next_at=None))


def _tried(payment: Payment, series: Returning, moment: Moment, base: str) -> Payment:
    if cancellable(payment, base=base) < 1:
        # nothing is left to refund: somebody in PortOne's console was faster
        return end(payment, "back", moment)
    number = _next_number(payment, series)
    try:
        reserved = reserve_back(payment, _request(payment, series, number), moment, base=base)
    except RefundInProgress:
        return replace(payment, returning=replace(series, next_at=int(moment.now) + _SOON))
    except BundleError:
        stuck = raise_attention(payment, AttentionKind.REFUND_STUCK, stuck_subject(series), at=moment.now)
        return end(stuck, "stuck", moment)
    next_at = _without_account_at(payment, series, moment.now)
    return replace(reserved, poll_step=0, returning=replace(series, tries=number, next_at=next_at))


def _next_number(payment: Payment, series: Returning) -> int:
    """The number after the last refund, also where a restore has lost how many there were."""
    number = series.tries + 1
    while known(payment, numbered(series.reason, number)):
        number += 1
    return number


def _request(payment: Payment, series: Returning, number: int) -> RefundRequest:
    return RefundRequest(
        id=numbered(series.reason, number),
        by="system",
        requester="ADMIN",
        reason="automatic refund",
        body_hash="",
        full=True,
        tax_free=None,
        state=RefundState.AWAITING_ACCOUNT if _awaits_account(payment, series) else RefundState.RESERVED,
    )
