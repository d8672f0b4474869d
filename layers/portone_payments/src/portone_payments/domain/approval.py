"""Manual approval (수동 승인) and charges: one try at a time, stored before it is sent (rule 3)."""

import hashlib
import math
from dataclasses import replace

from portone_payments.domain.facts import Fact, Moment, record
from portone_payments.domain.instruction_records import Approval, ApprovalState
from portone_payments.domain.moves import PAYABLE
from portone_payments.domain.outcomes import CHARGE_FAULTS, OUR_FAULTS
from portone_payments.domain.payment_errors import ApprovalInProgress, NotApprovable, TooManyTries
from portone_payments.domain.records import Payment, Status
from portone_payments.domain.refund_settle import FORGOTTEN, KEY_WINDOW

KEPT = 30
MOST_TRIES = 20
WAITED = 24 * 3600
OPEN = frozenset({ApprovalState.ASKED, ApprovalState.RESERVED, ApprovalState.CONFIRMED})
SETTLED = frozenset({ApprovalState.APPROVED, ApprovalState.FAILED})
# PortOne takes no more tries under a paymentId (PortOne facts 6.3)
SPENT = "max_transaction_count_reached"
_UNPAID = frozenset({Status.READY, Status.FAILED, Status.EXPIRED})
OUT_OF_STOCK, OFFER_OVER = "out_of_stock", "offer_over"


def token_hash_of(payment_id: str, token: str) -> str:
    """By which the same paymentToken is known again; drawn at random by the PG, it needs no keyed hash."""
    return _digest(payment_id, token, "token")


def known_approval(payment: Payment, token_hash: str) -> Approval | None:
    """The try this token was used for, if any: the same token is the same try.

    One that was withdrawn, because PortOne refused us and nobody declined anything, was no try.
    """
    known = newest_of(payment, token_hash)
    return None if known is None or withdrawn(known) else known


def newest_of(payment: Payment, token_hash: str) -> Approval | None:
    """The last try of this token, withdrawn or not."""
    found = (each for each in reversed(payment.approvals) if each.token_hash == token_hash)
    return next(found, None)


def withdrawn(approval: Approval) -> bool:
    """Whether it ended by an error of ours: neither a try nor a decline (money rule 10)."""
    return approval.state is ApprovalState.FAILED and is_ours(approval, approval.code)


def is_ours(approval: Approval, code: str | None) -> bool:
    """Whether a code is an error of ours: a buyer can send a wrong paymentToken, nobody a wrong charge."""
    return code in (OUR_FAULTS if approval.issue_id is None else CHARGE_FAULTS)


def is_spent(payment: Payment) -> bool:
    """Whether PortOne takes no more tries under this id, and a reading since then shows nothing taken."""
    refused_at = [each.settled_at or 0.0 for each in payment.approvals if each.code == SPENT]
    read = payment.read_at is not None and payment.read_at >= max(refused_at, default=math.inf)
    idle = payment.status in _UNPAID and open_approval(payment) is None
    return read and idle and not (payment.unanswered or payment.doubted or payment.lagging)


def open_approval(payment: Payment) -> Approval | None:
    """The one try that is not settled, if any."""
    return next((each for each in payment.approvals if each.state not in SETTLED), None)


def waited_for(payment: Payment, now: float) -> bool:
    """Whether a try has been in doubt, or pending at the PG, for so long that nobody is kept by it (rule 10).

    It stays open: what turns out to have been paid is judged then.
    """
    approval = open_approval(payment)
    if approval is None or not (payment.doubted or payment.status is Status.PAY_PENDING):
        return False
    return now - (approval.sent_at or approval.created_at) >= WAITED


def check_tries(payment: Payment, now: float) -> None:
    """Raises `TooManyTries`: a try of the last day stays known, so that its command never charges again.

    What was withdrawn by an error of ours was no try. Renewals are not asked for by anybody.
    """
    asked = [each.created_at for each in payment.approvals if not withdrawn(each)]
    young = [at for at in asked if now - at < WAITED]
    if len(young) >= MOST_TRIES:
        raise TooManyTries(retry_after=int(young[0] + WAITED - now) + 1)


def next_attempt(payment: Payment, now: float) -> int:
    """The number of a new try. Raises `ApprovalInProgress`, `NotApprovable`."""
    if open_approval(payment) is not None:
        raise ApprovalInProgress(retry_after=10)
    if payment.status not in PAYABLE or payment.doubted:
        raise NotApprovable(status=payment.status.value)
    if now >= payment.expires_at:
        raise NotApprovable(status=Status.EXPIRED.value)
    return _next(payment)


def _next(payment: Payment) -> int:
    return max((each.attempt for each in payment.approvals), default=0) + 1


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
    forgotten = _forgotten(payment, moment.now)
    if forgotten is not None:
        # however long PortOne refuses us, there are no more tries than keys it may still know
        approval = replace(
            approval,
            attempt=forgotten.attempt,
            key=forgotten.key,
            created_at=forgotten.created_at,
            sent_at=forgotten.sent_at,
            resent_at=moment.now,
        )
        payment = replace(payment, approvals=tuple(each for each in payment.approvals if each != forgotten))
    return _reserved(payment, approval, Fact.CHARGE_RESERVED, moment)


def _frozen(payment: Payment, token_hash: str, moment: Moment) -> Approval:
    failed = payment.seen is not None and payment.status is Status.FAILED
    return Approval(
        attempt=next_attempt(payment, moment.now),
        token_hash=token_hash,
        key=_digest(payment.payment_id, token_hash, _send(payment, token_hash)),
        created_at=moment.now,
        failed_before=payment.seen.transaction_id if payment.seen and failed else None,
    )


def _send(payment: Payment, token_hash: str) -> str:
    """A new key after a try that was withdrawn: under the old one its refusal may be replayed (facts 1.5)."""
    return "key" if newest_of(payment, token_hash) is None else f"key {_next(payment)}"


def _forgotten(payment: Payment, now: float) -> Approval | None:
    """A withdrawn charge whose key PortOne has forgotten: it may be used again."""
    found = (each for each in payment.approvals if withdrawn(each) and each.issue_id is not None)
    return next((each for each in found if now - since(each) >= FORGOTTEN), None)


def since(approval: Approval) -> float:
    """When it was first sent, as far as PortOne can know (epoch seconds UTC)."""
    sent_at = approval.sent_at if approval.resent_at is None else approval.resent_at
    return approval.created_at if sent_at is None else sent_at


def _reserved(payment: Payment, approval: Approval, fact: Fact, moment: Moment) -> Payment:
    told = record(payment, fact, moment, attempt=approval.attempt)
    return replace(told, approvals=(*told.approvals, approval)[-KEPT:])


def stock_answered(payment: Payment, attempt: int, moment: Moment, *, reserved: bool) -> Payment:
    """The payment with the stock hook's answer: yes makes the try ready to be sent, no ends it."""
    approval = _asked(payment, attempt)
    if approval is None:
        return payment
    if reserved and moment.now < payment.expires_at:
        return with_approval(payment, replace(approval, state=ApprovalState.RESERVED, sent_at=moment.now))
    if reserved:
        return released(payment, approval, OFFER_OVER, moment)
    told = record(payment, Fact.STOCK_REFUSED, moment, attempt=attempt)
    return released(told, approval, OUT_OF_STOCK, moment)


def confirmed(payment: Payment, attempt: int) -> Payment:
    """PortOne's own yes, or its word that the payment is paid: a lagging reading does not undo it."""
    approval = _sent(payment, attempt)
    if approval is None:
        return payment
    return with_approval(payment, replace(approval, state=ApprovalState.CONFIRMED, token=None))


def refused(payment: Payment, attempt: int, code: str, moment: Moment) -> Payment:
    """A definite no without effect to the only send there was; `code` is PortOne's in our spelling."""
    approval = _sent(payment, attempt)
    return payment if approval is None else released(payment, approval, code, moment)


def answered(payment: Payment, attempt: int, code: str, pg_code: str | None = None) -> Payment:
    """A no that does not say what became of the try: two quiet readings decide (money rule 3)."""
    approval = _sent(payment, attempt)
    if approval is None:
        return payment
    return with_approval(payment, replace(approval, answered=code, pg_code=pg_code or approval.pg_code))


def stopped(payment: Payment, attempt: int, code: str, until: float) -> Payment:
    """PortOne refuses us, and an earlier send may have been taken: should none show, it was no decline."""
    approval = _sent(payment, attempt)
    return (
        payment
        if approval is None
        else with_approval(payment, replace(approval, code=code, stopped_until=until))
    )


def taken_back(payment: Payment, attempt: int, code: str, until: float, moment: Moment) -> Payment:
    """PortOne refused us and took nothing: a renewal is charged anew, at `until` (epoch seconds UTC).

    What a customer asked for stays due while sending is stopped; what alone was refused is theirs to repeat.
    """
    approval = _sent(payment, attempt)
    if approval is None:
        return payment
    held = replace(approval, code=code, stopped_until=until)
    if payment.subscription_id is None and code in OUR_FAULTS:
        return with_approval(payment, replace(held, sent_at=None))
    return released(payment, held, code, moment)


def sent(payment: Payment, approval: Approval, now: float) -> Payment:
    """The payment with a try about to be sent that nobody has sent before, or only in vain."""
    return with_approval(payment, replace(approval, sent_at=approval.created_at, resent_at=now, code=None))


def sendable(approval: Approval, now: float) -> bool:
    """Whether the same request may be sent, or sent again under its key."""
    fresh = approval.sent_at is None or now - since(approval) < KEY_WINDOW
    return approval.state is ApprovalState.RESERVED and fresh and approval.answered is None


def released(payment: Payment, approval: Approval, code: str, moment: Moment) -> Payment:
    """The try failed: whatever the shop held for it is free again."""
    failed = with_approval(payment, settled(approval, ApprovalState.FAILED, code, moment))
    fact = Fact.APPROVAL_RELEASED if approval.issue_id is None else Fact.CHARGE_FAILED
    if approval.issue_id is not None and is_ours(approval, code):
        fact = Fact.CHARGE_WITHDRAWN
    return record(failed, fact, moment, attempt=approval.attempt, code=code, pg_code=approval.pg_code)


def settled(approval: Approval, state: ApprovalState, code: str | None, moment: Moment) -> Approval:
    """The try with its outcome; what it was sent with is dropped."""
    return replace(approval, state=state, code=code, token=None, settled_at=moment.now)


def with_approval(payment: Payment, approval: Approval) -> Payment:
    """The payment with one try as it is now."""
    others = (approval if each.attempt == approval.attempt else each for each in payment.approvals)
    return replace(payment, approvals=tuple(others))


def _asked(payment: Payment, attempt: int) -> Approval | None:
    return _in(payment, attempt, ApprovalState.ASKED)


def _sent(payment: Payment, attempt: int) -> Approval | None:
    return _in(payment, attempt, ApprovalState.RESERVED)


def _in(payment: Payment, attempt: int, state: ApprovalState) -> Approval | None:
    return next((each for each in payment.approvals if (each.attempt, each.state) == (attempt, state)), None)


def _digest(*parts: str) -> str:
    # 160 bits are known again as surely as 256, and stand in every payment
    return hashlib.sha256(b"\x00".join(part.encode() for part in parts)).hexdigest()[:40]
