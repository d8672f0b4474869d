"""Money that must not stay goes back in the write that sees it: a proven mismatch, a surplus (rules 1, 6)."""

from dataclasses import replace

from portone_payments.domain.errors import BundleError
from portone_payments.domain.facts import Moment, clear_attention
from portone_payments.domain.instruction_records import RefundState
from portone_payments.domain.records import AttentionKind, Payment, Status
from portone_payments.domain.refunds import RefundWish, open_refund, reserve_back
from portone_payments.domain.snapshot import Method, PayMethod, RemoteStatus, Snapshot

MISMATCH, SURPLUS, LATE = "auto:mismatch", "auto:surplus", "auto:late"
_TAKEN = frozenset({RemoteStatus.PAID, RemoteStatus.PARTIAL_CANCELLED})
# the PG pays these back to a bank account the buyer has to name (facts 5.2)
_TO_ACCOUNT = frozenset({PayMethod.VIRTUAL_ACCOUNT})


def send_back(payment: Payment, snapshot: Snapshot, moment: Moment) -> Payment:
    """The payment with a refund of all that was wrongly taken, if it was; calm again once it is back."""
    if snapshot.status is RemoteStatus.CANCELLED and payment.status is not Status.MISMATCH:
        return clear_attention(payment, AttentionKind.MISMATCH, AttentionKind.SURPLUS)
    waiting = snapshot.status is RemoteStatus.VIRTUAL_ACCOUNT_ISSUED
    payment = replace(payment, closing=waiting and payment.status is Status.MISMATCH)
    if payment.status is not Status.MISMATCH or snapshot.status not in _TAKEN:
        return payment
    return return_all(payment, MISMATCH, moment)


def return_all(payment: Payment, refund_id: str, moment: Moment) -> Payment:
    """The payment with a full refund reserved, once; it waits for an account where one is needed."""
    if refund_id in payment.refunds or open_refund(payment) is not None:
        return payment
    state = RefundState.AWAITING_ACCOUNT if needs_account(payment) else RefundState.RESERVED
    wish = RefundWish(
        id=refund_id,
        by="system",
        requester="ADMIN",
        reason="automatic refund",
        body_hash="",
        full=True,
        tax_free=None,
        state=state,
    )
    try:
        reserved = reserve_back(payment, wish, moment)
    except BundleError:
        # nothing is left to refund: somebody in PortOne's console was faster
        return payment
    return replace(reserved, rung=0)


def needs_account(payment: Payment) -> bool:
    """Whether a refund of this payment needs a bank account."""
    method: Method | None = payment.seen.method if payment.seen else None
    return method is not None and method.kind in _TO_ACCOUNT
