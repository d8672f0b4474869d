"""Reserving a refund: who may, how much, of what; all of it before anything is sent (rule 5)."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.domain.errors.payments import (
    NotRefundable,
    RefundAboveBalance,
    RefundIdReused,
    RefundInProgress,
)
from portone_payments.domain.readings.payment import CancellationStatus
from portone_payments.domain.records.booked import booked
from portone_payments.domain.records.history import Fact, Moment, record
from portone_payments.domain.records.instructions import Refund, RefundState
from portone_payments.domain.records.payments import Payment, Seen, Status
from portone_payments.domain.records.refund_traces import SETTLED, space_of, traces
from portone_payments.domain.refunds.tax import Left, split

TOKEN_LENGTH = 12
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
OPEN = frozenset(
    {
        RefundState.AWAITING_APPROVAL,
        RefundState.AWAITING_ACCOUNT,
        RefundState.RESERVED,
        RefundState.REQUESTED,
        RefundState.AMBIGUOUS,
    }
)
_REFUNDABLE = frozenset({Status.PAID, Status.PARTIAL_CANCELLED})
# staff may also refund what nobody should have paid
_REFUNDABLE_BY_STAFF = _REFUNDABLE | {Status.MISMATCH}
_GIVEN_BACK = frozenset({Status.PARTIAL_CANCELLED, Status.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRequest:
    """A requested refund. `id` is in the requester's own namespace (owner:, staff:, auto:).

    `amount` None with `full` requests all that is left; minor units. `reason` is a code of ours, never the
    requester's text, which is sealed apart. `ends_subscription`: what it was charged
    for ends.
    """

    id: str
    by: str
    requester: str
    body_hash: str
    reason: str = ""
    door: str = ""
    person: str = ""
    full: bool = False
    amount: int | None = None
    tax_free: int | None = None
    vat: int | None = None
    ends_subscription: bool = False
    state: RefundState = RefundState.RESERVED


def same_request(held: Refund, requested: RefundRequest) -> Refund:
    """The stored refund, if `requested` has the same body. Raises `RefundIdReused` for another one."""
    lost = not held.body_hash
    if requested.amount not in {None, held.amount} if lost else held.body_hash != requested.body_hash:
        raise RefundIdReused
    return held


def refund_of(payment: Payment, refund_id: str) -> Refund | None:
    """The refund of this id, also where its record was lost and a cancellation was adopted instead."""
    held = payment.refunds.get(refund_id)
    lost = payment.refunds.get(lost_id(token_of(payment.payment_id, refund_id)))
    return held or (replace(lost, id=refund_id) if lost else None)


def known(payment: Payment, refund_id: str) -> bool:
    """Whether there is or was a refund of this id."""
    gone = token_of(payment.payment_id, refund_id) in payment.settled
    return gone or refund_of(payment, refund_id) is not None


def lost_id(token: str) -> str:
    """The id of a refund known only by its token."""
    return f"lost:{token}"


def open_refund(payment: Payment) -> Refund | None:
    """The one refund that is not settled, if any."""
    return next((refund for refund in payment.refunds.values() if refund.state not in SETTLED), None)


def in_progress(payment: Payment) -> bool:
    """Whether a refund is not settled, or an answer showed one that no reading has shown yet."""
    return open_refund(payment) is not None or _unread(payment)


def given_back(payment: Payment) -> bool:
    """Whether any of its money was or may be refunded: by us, or by a cancel or chargeback outside."""
    outside = payment.seen.cancellations.values() if payment.seen else ()
    return (
        payment.status in _GIVEN_BACK
        or any(state != CancellationStatus.FAILED for state in outside)
        or any(each.state != RefundState.FAILED for each in traces(payment))
    )


def cancellable(payment: Payment, *, base: str = "total") -> int:
    """What PortOne will still refund, in minor units; `base` is total or paid (facts 3.2, 16.4)."""
    seen = payment.seen
    if seen is None:
        return 0
    return (seen.charged if base == "paid" else seen.total) - seen.cancelled


def reserve(payment: Payment, requested: RefundRequest, moment: Moment, *, base: str = "total") -> Payment:
    """The payment with the refund stored, frozen and due; sends nothing.

    Raises `NotRefundable`, `RefundInProgress`, `RefundAboveBalance`, `InvalidRequest`.
    """
    staff = space_of(requested.id) == "staff"
    if payment.status not in (_REFUNDABLE_BY_STAFF if staff else _REFUNDABLE):
        raise NotRefundable(status=payment.status.value)
    return reserve_back(payment, requested, moment, base=base)


def reserve_back(
    payment: Payment, requested: RefundRequest, moment: Moment, *, base: str = "total"
) -> Payment:
    """As `reserve`, for money that must not stay, whatever the status: a mismatch or a surplus."""
    if in_progress(payment):
        raise RefundInProgress(retry_after=10)
    balance = cancellable(payment, base=base)
    amount = _amount(requested, balance)
    parts = split(amount, _left(payment, balance), tax_free=requested.tax_free, vat=requested.vat)
    refund = Refund(
        id=requested.id,
        state=requested.state,
        amount=amount,
        tax_free=parts.tax_free,
        vat=parts.vat,
        full=requested.full,
        balance=balance + payment.by_hand,
        reason=requested.reason,
        requester=requested.requester,
        by=requested.by,
        door=requested.door,
        person=requested.person,
        ends_subscription=requested.ends_subscription,
        body_hash=requested.body_hash,
        key=_digest(payment.payment_id, requested.id, "key"),
        token=token_of(payment.payment_id, requested.id),
        created_at=moment.now,
    )
    told = record(
        payment, Fact.REFUND_RESERVED, moment, refund=refund.id, amount=amount, state=requested.state
    )
    return with_refund(told, refund)


def with_refund(payment: Payment, refund: Refund) -> Payment:
    """The payment with one refund replaced."""
    return replace(payment, refunds={**payment.refunds, refund.id: refund})


def token_of(payment_id: str, refund_id: str) -> str:
    """Twelve characters that identify this refund among PortOne's cancellations."""
    number = int(_digest(payment_id, refund_id, "token"), 16)
    letters = []
    for _ in range(TOKEN_LENGTH):
        number, letter = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[letter])
    return "".join(letters)


def sent_reason(refund: Refund, said: str = "") -> str:
    """The reason as PortOne gets it: it begins with the token, because a PG may cut the end."""
    return f"{refund.token} {said or refund.reason}"


def _amount(requested: RefundRequest, balance: int) -> int:
    if requested.full == (requested.amount is not None):
        raise InvalidRequest(field="amount", reason="either_full_or_amount")
    amount = balance if requested.amount is None else requested.amount
    if amount < 1:
        raise InvalidRequest(field="amount", reason="out_of_range")
    if amount > balance:
        raise RefundAboveBalance(balance=balance)
    return amount


def _unread(payment: Payment) -> bool:
    """Whether an answer showed a cancellation that no reading has shown yet: the balance is outdated."""
    done = (each for each in payment.refunds.values() if each.state is RefundState.SUCCEEDED)
    shown = (refund.cancellation_id for refund in done if refund.cancellation_id)
    return any(booked(payment.seen, each) is None for each in shown)


def _left(payment: Payment, balance: int) -> Left:
    seen = payment.seen
    if seen is None:
        return Left(total=balance, tax_free=0)
    tax_free = min(balance, max(0, _tax_free(payment, seen) - seen.cancelled_tax_free))
    if seen.vat is None:
        return Left(total=balance, tax_free=tax_free)
    # PortOne does not know the refund by hand, whose share of the VAT it still counts as refundable
    taxable = balance - tax_free
    by_hand = payment.by_hand - payment.by_hand_tax_free
    vat = max(0, seen.vat - seen.cancelled_vat)
    vat -= vat * by_hand // (taxable + by_hand) if by_hand else 0
    return Left(total=balance, tax_free=tax_free, vat=min(taxable, vat))


def _tax_free(payment: Payment, seen: Seen) -> int:
    """The tax-free part as PortOne booked it; a tampered payment has another one than was prepared."""
    return payment.tax_free if seen.tax_free is None else seen.tax_free


def _digest(*parts: str) -> str:
    joined: Iterable[bytes] = (part.encode() for part in parts)
    return hashlib.sha256(b"\x00".join(joined)).hexdigest()
