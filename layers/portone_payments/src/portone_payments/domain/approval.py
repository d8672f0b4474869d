"""Manual approval (수동 승인) and charges: one try at a time, and what a reading says of it (rule 3)."""

import hashlib
from dataclasses import replace

from portone_payments.domain.facts import Fact, Moment, record
from portone_payments.domain.instruction_records import Approval, ApprovalState
from portone_payments.domain.moves import PAYABLE
from portone_payments.domain.payment_errors import ApprovalInProgress, NotApprovable
from portone_payments.domain.records import Payment, Status
from portone_payments.domain.refund_settle import FORGOTTEN, KEY_WINDOW, QUIET
from portone_payments.domain.snapshot import RemoteStatus, Snapshot

KEPT = 20
OPEN = frozenset({ApprovalState.ASKED, ApprovalState.RESERVED, ApprovalState.CONFIRMED})
# nobody is declined and authenticates anew within so few seconds; clocks differ by less
_SKEW = 10
_TAKEN = frozenset(
    {
        RemoteStatus.PAID,
        RemoteStatus.PARTIAL_CANCELLED,
        RemoteStatus.CANCELLED,
        RemoteStatus.VIRTUAL_ACCOUNT_ISSUED,
    }
)
_NOTHING_YET = frozenset({RemoteStatus.READY, RemoteStatus.FAILED})
OUT_OF_STOCK, OFFER_OVER = "out_of_stock", "offer_over"


def token_hash_of(payment_id: str, token: str) -> str:
    """By which the same paymentToken is known again; drawn at random by the PG, it needs no keyed hash."""
    return _digest(payment_id, token, "token")


def known_approval(payment: Payment, token_hash: str) -> Approval | None:
    """The try this token was used for, if any: the same token is the same try."""
    return next((each for each in payment.approvals if each.token_hash == token_hash), None)


def open_approval(payment: Payment) -> Approval | None:
    """The one try that is not settled, if any."""
    return next((each for each in payment.approvals if each.state in OPEN), None)


def next_attempt(payment: Payment, now: float) -> int:
    """The number of a new try. Raises `ApprovalInProgress`, `NotApprovable`."""
    if open_approval(payment) is not None:
        raise ApprovalInProgress(retry_after=10)
    if payment.status not in PAYABLE or payment.doubted:
        raise NotApprovable(status=payment.status.value)
    if now >= payment.expires_at:
        raise NotApprovable(status=Status.EXPIRED.value)
    return payment.approvals[-1].attempt + 1 if payment.approvals else 1


def intend(payment: Payment, token_hash: str, sealed: str, moment: Moment, *, asks_stock: bool) -> Payment:
    """The payment with a new try stored and frozen; nothing is sent by this. Raises as `next_attempt`."""
    approval = replace(
        _frozen(payment, token_hash, moment),
        token=sealed,
        state=ApprovalState.ASKED if asks_stock else ApprovalState.RESERVED,
        sent_at=None if asks_stock else moment.now,
    )
    return _reserved(payment, approval, Fact.APPROVAL_RESERVED, moment)


def intend_charge(payment: Payment, token_hash: str, issue_id: str, moment: Moment) -> Payment:
    """The payment with a charge of a saved payment method stored and frozen. Raises as `next_attempt`."""
    approval = replace(
        _frozen(payment, token_hash, moment),
        issue_id=issue_id,
        state=ApprovalState.RESERVED,
        sent_at=moment.now,
    )
    return _reserved(payment, approval, Fact.CHARGE_RESERVED, moment)


def _frozen(payment: Payment, token_hash: str, moment: Moment) -> Approval:
    failed = payment.seen is not None and payment.status is Status.FAILED
    return Approval(
        attempt=next_attempt(payment, moment.now),
        token_hash=token_hash,
        key=_digest(payment.payment_id, token_hash, "key"),
        created_at=moment.now,
        failed_before=payment.seen.transaction_id if payment.seen and failed else None,
    )


def _reserved(payment: Payment, approval: Approval, fact: Fact, moment: Moment) -> Payment:
    told = record(payment, fact, moment, attempt=approval.attempt)
    return replace(told, approvals=(*told.approvals, approval)[-KEPT:])


def stock_answered(payment: Payment, attempt: int, moment: Moment, *, reserved: bool) -> Payment:
    """The payment with the stock hook's answer: yes makes the try ready to be sent, no ends it."""
    approval = _asked(payment, attempt)
    if approval is None:
        return payment
    if reserved and moment.now < payment.expires_at:
        return _with(payment, replace(approval, state=ApprovalState.RESERVED, sent_at=moment.now))
    if reserved:
        return _released(payment, approval, OFFER_OVER, moment)
    told = record(payment, Fact.STOCK_REFUSED, moment, attempt=attempt)
    return _released(told, approval, OUT_OF_STOCK, moment)


def confirmed(payment: Payment, attempt: int) -> Payment:
    """PortOne's own yes, or its word that the payment is paid: a lagging reading does not undo it."""
    approval = _sent(payment, attempt)
    if approval is None:
        return payment
    return _with(payment, replace(approval, state=ApprovalState.CONFIRMED, token=None))


def refused(payment: Payment, attempt: int, code: str, moment: Moment) -> Payment:
    """A definite no without effect to the only send there was; `code` is PortOne's in our spelling."""
    approval = _sent(payment, attempt)
    return payment if approval is None else _released(payment, approval, code, moment)


def answered(payment: Payment, attempt: int, code: str, pg_code: str | None = None) -> Payment:
    """A no that does not say what became of the try: two quiet readings decide (money rule 3)."""
    approval = _sent(payment, attempt)
    if approval is None:
        return payment
    return _with(payment, replace(approval, answered=code, pg_code=pg_code or approval.pg_code))


def sendable(approval: Approval, now: float) -> bool:
    """Whether the same request may be sent again under its key."""
    fresh = approval.sent_at is not None and now - approval.sent_at < KEY_WINDOW
    return approval.state is ApprovalState.RESERVED and fresh and approval.answered is None


def contradicts_confirmation(payment: Payment, snapshot: Snapshot | None) -> bool:
    """Whether a reading is behind PortOne's own yes."""
    approval = open_approval(payment)
    if approval is None or approval.state is not ApprovalState.CONFIRMED:
        return False
    return snapshot is None or snapshot.status in _NOTHING_YET


def settle_approval(payment: Payment, snapshot: Snapshot | None, moment: Moment) -> Payment:
    """The payment with its open try as the reading shows it."""
    approval = open_approval(payment)
    if approval is None:
        return payment
    if snapshot is not None and snapshot.status in _TAKEN:
        done = _settled(approval, ApprovalState.APPROVED, None, moment)
        return _with(payment, replace(done, transaction_id=snapshot.transaction_id))
    if approval.state is not ApprovalState.RESERVED:
        return payment
    if snapshot is not None and _declined(payment, approval, snapshot):
        return _released(
            payment, _refused_by_pg(approval, snapshot), approval.answered or "pg_provider", moment
        )
    if snapshot is not None and snapshot.status not in _NOTHING_YET:
        return payment
    return _quiet(payment, approval, moment)


def _quiet(payment: Payment, approval: Approval, moment: Moment) -> Payment:
    """Sent, and the reading has no trace of it."""
    forgotten = moment.now - (approval.sent_at or moment.now) >= FORGOTTEN
    if approval.answered is None and not forgotten:
        return payment
    if approval.quiet_at is None:
        return _with(payment, replace(approval, quiet_at=moment.now))
    if moment.now - approval.quiet_at < QUIET:
        return payment
    return _released(payment, approval, approval.answered or "not_executed", moment)


def _declined(payment: Payment, approval: Approval, snapshot: Snapshot) -> bool:
    """FAILED by this try: not by one that settled an earlier try, nor before this one was sent."""
    if snapshot.status is not RemoteStatus.FAILED:
        return False
    known = {approval.failed_before, *(each.transaction_id for each in payment.approvals)}
    failed_at = snapshot.updated_at if snapshot.failed_at is None else snapshot.failed_at
    since = ((approval.sent_at or 0) - _SKEW) * 1_000_000
    return snapshot.transaction_id not in known and failed_at >= since


def _refused_by_pg(approval: Approval, snapshot: Snapshot) -> Approval:
    return replace(
        approval,
        transaction_id=snapshot.transaction_id,
        pg_provider=snapshot.channel.pg_provider if snapshot.channel else None,
        pg_code=snapshot.pg_code or approval.pg_code,
    )


def _released(payment: Payment, approval: Approval, code: str, moment: Moment) -> Payment:
    """The try failed: whatever the shop held for it is free again."""
    failed = _with(payment, _settled(approval, ApprovalState.FAILED, code, moment))
    fact = Fact.APPROVAL_RELEASED if approval.issue_id is None else Fact.CHARGE_FAILED
    return record(failed, fact, moment, attempt=approval.attempt, code=code, pg_code=approval.pg_code)


def _settled(approval: Approval, state: ApprovalState, code: str | None, moment: Moment) -> Approval:
    return replace(approval, state=state, code=code, token=None, settled_at=moment.now)


def _with(payment: Payment, approval: Approval) -> Payment:
    others = (approval if each.attempt == approval.attempt else each for each in payment.approvals)
    return replace(payment, approvals=tuple(others))


def _asked(payment: Payment, attempt: int) -> Approval | None:
    return _in(payment, attempt, ApprovalState.ASKED)


def _sent(payment: Payment, attempt: int) -> Approval | None:
    return _in(payment, attempt, ApprovalState.RESERVED)


def _in(payment: Payment, attempt: int, state: ApprovalState) -> Approval | None:
    return next((each for each in payment.approvals if (each.attempt, each.state) == (attempt, state)), None)


def _digest(*parts: str) -> str:
    return hashlib.sha256(b"\x00".join(part.encode() for part in parts)).hexdigest()
