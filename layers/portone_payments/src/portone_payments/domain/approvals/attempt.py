"""Manual approval (수동 승인) and charges: one attempt at a time, stored before it is sent (rule 3)."""

from dataclasses import replace

from portone_payments.domain.approvals.attempts import (
    WAITED,
    digest,
    forgotten,
    is_ours,
    newest_of,
    next_attempt,
    next_number,
    open_approval,
    since,
    waits,
    withdrawn,
)
from portone_payments.domain.readings.outcome import KEY_WINDOW, OUR_FAULTS
from portone_payments.domain.records.history import Fact, Moment, record
from portone_payments.domain.records.instructions import Approval, ApprovalState
from portone_payments.domain.records.payments import Payment, Status

KEPT = 30
OUT_OF_STOCK, OFFER_OVER = "out_of_stock", "offer_over"


def intend(
    payment: Payment,
    token_hash: str,
    sealed: str,
    moment: Moment,
    *,
    asks_stock: bool,
    test: bool = False,
) -> Payment:
    """The payment with a new attempt stored and frozen; sends nothing. Raises as `next_attempt`."""
    approval = replace(
        _frozen(payment, token_hash, moment),
        token=sealed,
        test=test,
        state=ApprovalState.ASKED if asks_stock else ApprovalState.RESERVED,
        sent_at=None if asks_stock else moment.now,
    )
    return _reserved(payment, approval, Fact.APPROVAL_RESERVED, moment)


def intend_charge(
    payment: Payment,
    token_hash: str,
    billing_key_id: str,
    moment: Moment,
    *,
    channel_key: str | None = None,
    notice_urls: tuple[str, ...] = (),
    product_type: str | None = None,
) -> Payment:
    """The payment with a charge of a saved payment method stored and frozen. Raises as `next_attempt`."""
    approval = replace(
        _frozen(payment, token_hash, moment),
        billing_key_id=billing_key_id,
        channel_key=channel_key,
        notice_urls=notice_urls,
        product_type=product_type,
        state=ApprovalState.RESERVED,
        sent_at=moment.now,
    )
    known = forgotten(payment, approval, moment.now)
    if known is not None:
        # however long PortOne refuses us, the attempts never outnumber the keys it may still know
        approval = replace(
            approval,
            attempt=known.attempt,
            key=known.key,
            created_at=known.created_at,
            sent_at=known.sent_at,
            resent_at=moment.now,
        )
        payment = replace(payment, approvals=tuple(each for each in payment.approvals if each != known))
    return _reserved(payment, approval, Fact.CHARGE_RESERVED, moment)


def _frozen(payment: Payment, token_hash: str, moment: Moment) -> Approval:
    failed = payment.seen is not None and payment.status is Status.FAILED
    return Approval(
        attempt=next_attempt(payment, moment.now),
        token_hash=token_hash,
        key=digest(payment.payment_id, token_hash, _send(payment, token_hash)),
        created_at=moment.now,
        failed_before=payment.seen.transaction_id if payment.seen and failed else None,
    )


def _send(payment: Payment, token_hash: str) -> str:
    """A new key after a withdrawn attempt: PortOne may replay the refusal under the old one (facts 1.5)."""
    return "key" if newest_of(payment, token_hash) is None else f"key {next_number(payment)}"


def _reserved(payment: Payment, approval: Approval, fact: Fact, moment: Moment) -> Payment:
    told = record(payment, fact, moment, attempt=approval.attempt)
    return replace(told, approvals=(*_remembered(told.approvals), approval))


def _remembered(approvals: tuple[Approval, ...]) -> tuple[Approval, ...]:
    """The attempts that stay stored beside a new one: a withdrawn attempt never displaces a decline."""
    surplus = max(0, len(approvals) + 1 - KEPT)
    gone = sorted(approvals, key=lambda each: (not withdrawn(each), since(each)))[:surplus]
    return tuple(each for each in approvals if each not in gone)


def stock_answered(payment: Payment, attempt: int, moment: Moment, *, reserved: bool) -> Payment:
    """The payment with the stock hook's answer: yes makes the attempt ready to be sent, no ends it."""
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
    """PortOne confirmed the attempt, or answered that the payment is paid: no lagging reading undoes it."""
    approval = _sent(payment, attempt)
    if approval is None:
        return payment
    return with_approval(payment, replace(approval, state=ApprovalState.CONFIRMED, token=None))


def refused(payment: Payment, attempt: int, code: str, moment: Moment) -> Payment:
    """PortOne refused the only send without effect; `code` is PortOne's in our spelling."""
    approval = _sent(payment, attempt)
    return payment if approval is None else released(payment, approval, code, moment)


def answered(payment: Payment, attempt: int, code: str, pg_code: str | None = None) -> Payment:
    """A refusal that leaves the outcome open: two readings without a trace of it decide (rule 3.4)."""
    approval = _sent(payment, attempt)
    if approval is None:
        return payment
    return with_approval(payment, replace(approval, answered=code, pg_code=pg_code or approval.pg_code))


def stopped(payment: Payment, attempt: int, code: str, until: float) -> Payment:
    """PortOne refuses us but may have accepted an earlier send: if no reading shows it, it was no decline."""
    approval = _sent(payment, attempt)
    return (
        payment
        if approval is None
        else with_approval(payment, replace(approval, code=code, stopped_until=until))
    )


def taken_back(payment: Payment, attempt: int, code: str, until: float, moment: Moment) -> Payment:
    """PortOne refused us and charged nothing: a renewal is charged anew, at `until` (epoch seconds UTC).

    An attempt that a customer requested stays due; where PortOne refuses it alone, for a day.
    """
    approval = _sent(payment, attempt)
    if approval is None:
        return payment
    held = replace(approval, code=code, stopped_until=until)
    waits = code in OUR_FAULTS or moment.now - approval.created_at < WAITED
    if payment.subscription_id is None and waits:
        return with_approval(payment, replace(held, sent_at=None))
    return released(payment, held, code, moment)


def given_way(payment: Payment, moment: Moment) -> Payment:
    """Ends a waiting attempt of which PortOne charged nothing, so that the customer may start another."""
    waiting = open_approval(payment)
    if waiting is None or not waits(waiting):
        return payment
    return released(payment, waiting, waiting.code or "", moment)


def sent(payment: Payment, approval: Approval, now: float) -> Payment:
    """The payment with an attempt about to be sent, for the first time or after only refused sends."""
    return with_approval(payment, replace(approval, sent_at=approval.created_at, resent_at=now, code=None))


def sendable(approval: Approval, now: float) -> bool:
    """Whether the same request may be sent, or sent again under its key."""
    fresh = approval.sent_at is None or now - since(approval) < KEY_WINDOW
    held = approval.sent_at is None and now < (approval.stopped_until or 0.0)
    return approval.state is ApprovalState.RESERVED and fresh and approval.answered is None and not held


def released(payment: Payment, approval: Approval, code: str, moment: Moment) -> Payment:
    """The attempt failed: the shop may release what it reserved for it."""
    failed = with_approval(payment, settled(approval, ApprovalState.FAILED, code, moment))
    fact = Fact.APPROVAL_RELEASED if approval.billing_key_id is None else Fact.CHARGE_FAILED
    if approval.billing_key_id is not None and is_ours(approval, code):
        fact = Fact.CHARGE_WITHDRAWN
    return record(failed, fact, moment, attempt=approval.attempt, code=code, pg_code=approval.pg_code)


def settled(approval: Approval, state: ApprovalState, code: str | None, moment: Moment) -> Approval:
    """The attempt with its outcome; the contents of its request are dropped.

    A withdrawn charge keeps them: its key may send nothing else (facts 1.5).
    """
    done = replace(approval, state=state, code=code, token=None, settled_at=moment.now, test=False)
    if done.billing_key_id is not None and withdrawn(done):
        return done
    return replace(done, channel_key=None, notice_urls=(), product_type=None)


def with_approval(payment: Payment, approval: Approval) -> Payment:
    """The payment with one attempt replaced."""
    others = (approval if each.attempt == approval.attempt else each for each in payment.approvals)
    return replace(payment, approvals=tuple(others))


def _asked(payment: Payment, attempt: int) -> Approval | None:
    return _in(payment, attempt, ApprovalState.ASKED)


def _sent(payment: Payment, attempt: int) -> Approval | None:
    return _in(payment, attempt, ApprovalState.RESERVED)


def _in(payment: Payment, attempt: int, state: ApprovalState) -> Approval | None:
    return next((each for each in payment.approvals if (each.attempt, each.state) == (attempt, state)), None)
