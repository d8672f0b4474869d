"""The one place where a payment's state changes: what we held + what PortOne says now -> what we hold next.

Pure, and never increments: totals come from the snapshot, so duplicates, replays and reordering change
nothing. A reading behind what we hold or were promised changes nothing either and stays due.
"""

from dataclasses import dataclass, field, replace

from portone_payments.domain.approval import open_approval
from portone_payments.domain.approval_settle import contradicts_confirmation, settle_approval
from portone_payments.domain.cash_receipts import self_issue_at
from portone_payments.domain.check import Findings, compare
from portone_payments.domain.expiry import closed_in_time, expire, lapsed
from portone_payments.domain.facts import (
    Fact,
    Moment,
    clear_attention,
    has_attention,
    raise_attention,
    record,
)
from portone_payments.domain.hints import borne_out
from portone_payments.domain.instruction_records import RefundState
from portone_payments.domain.ladder import (
    BY_KIND,
    LAGGING_LIMIT,
    REQUESTED_FOR,
    UNKNOWN_AFTER,
    after_silence,
    next_due,
    unfinished,
)
from portone_payments.domain.moves import behind
from portone_payments.domain.policy import CheckPolicy
from portone_payments.domain.records import AttentionKind, Payment, Status
from portone_payments.domain.refund_settle import about, in_flight, promised, settle_refunds
from portone_payments.domain.send_back import send_back
from portone_payments.domain.snapshot import RemoteStatus, Snapshot
from portone_payments.domain.tell import seen_in, tell_cancellations, tell_status
from portone_payments.domain.webhook_records import Hint, HintState

MOST_OPEN_HINTS = 100


@dataclass(frozen=True, slots=True)
class Absorbed:
    """The payment to save, whether the reading was lagging, and differences that only get counted."""

    payment: Payment
    lagging: bool = False
    findings: Findings = field(default_factory=Findings)


def absorb(payment: Payment, snapshot: Snapshot | None, moment: Moment, policy: CheckPolicy) -> Absorbed:
    """What to save after PortOne answered; `snapshot` None means it knows no such payment."""
    if not isinstance(payment.status, Status):
        # of a newer version: what it means is decided there
        return Absorbed(replace(payment, tries=0, due_at=next_due(payment, moment.now)))
    missing = [hint for hint in _open_hints(payment) if not borne_out(hint, snapshot)]
    if _lags(payment, snapshot):
        return Absorbed(_stay(payment, moment), lagging=True)
    if missing and payment.lagging + 1 < LAGGING_LIMIT:
        return Absorbed(_stay(payment, moment), lagging=True)
    payment = _give_up(payment, missing, moment)
    if snapshot is None:
        return Absorbed(_finish(payment, settle_approval(payment, None, moment), moment))
    findings = compare(payment, snapshot, policy)
    believed = settle_refunds(_believe(payment, snapshot, findings, moment), snapshot, moment)
    believed = settle_approval(send_back(believed, snapshot, moment), snapshot, moment)
    if policy.self_issue_receipts:
        believed = replace(believed, receipt_due=self_issue_at(believed))
    return Absorbed(_finish(payment, believed, moment), findings=findings)


def silence(payment: Payment, moment: Moment) -> Payment:
    """What to save when PortOne did not answer: hints stay open, the payment stays due."""
    due_at = _sooner(payment.due_at, after_silence(moment.now, moment.jitter), moment.now)
    return _age(replace(payment, due_at=due_at, tries=0), moment)


def with_hint(payment: Payment, hint: Hint) -> Payment:
    """The payment with a delivery it did not know; an open one is not replaced.

    Beyond a hundred open ones another adds nothing: they keep the payment due, and content decides.
    """
    if hint.id in payment.hints or len(_open_hints(payment)) >= MOST_OPEN_HINTS:
        return payment
    return replace(payment, hints={**payment.hints, hint.id: hint})


def _open_hints(payment: Payment) -> list[Hint]:
    return [hint for hint in payment.hints.values() if hint.state is HintState.OPEN]


def _lags(payment: Payment, snapshot: Snapshot | None) -> bool:
    if contradicts_confirmation(payment, snapshot):
        return True
    if snapshot is None:
        return payment.seen is not None
    shown = {cancellation.id for cancellation in snapshot.cancellations}
    return not promised(payment) <= shown or behind(payment.status, payment.seen, snapshot)


def _stay(payment: Payment, moment: Moment) -> Payment:
    """A lagging reading changes nothing but the count of such readings and the due mark."""
    lagging = payment.lagging + 1
    held = replace(payment, lagging=lagging, rung=_climb(payment), tries=0)
    if lagging == LAGGING_LIMIT:
        held = raise_attention(held, AttentionKind.LAGGING, at=moment.now)
    return _age(replace(held, due_at=next_due(held, moment.now)), moment)


def _climb(payment: Payment) -> int:
    """The next rung; the first lagging reading starts the climb."""
    return min(payment.rung + 1, BY_KIND) if payment.lagging else 0


def _give_up(payment: Payment, missing: list[Hint], moment: Moment) -> Payment:
    for hint in missing:
        ignored = replace(hint, state=HintState.QUARANTINED)
        payment = replace(payment, hints={**payment.hints, hint.id: ignored})
        payment = record(payment, Fact.HINT_GIVEN_UP, moment, hint=hint.id, type=hint.type)
        payment = raise_attention(payment, AttentionKind.LAGGING, at=moment.now)
    return payment


def _believe(payment: Payment, snapshot: Snapshot, findings: Findings, moment: Moment) -> Payment:
    status = _status(payment, snapshot, findings, moment.now)
    if status is None:
        return _doubt(payment, snapshot, findings, moment)
    told = replace(
        payment,
        status=status,
        status_at=payment.status_at if status is payment.status else moment.now,
        seen=seen_in(snapshot),
        doubted=False,
        late=_late(payment, status),
    )
    told = clear_attention(told, AttentionKind.QUARANTINED)
    told = tell_status(payment, told, snapshot, findings, moment)
    return tell_cancellations(payment, told, snapshot, moment)


def _status(payment: Payment, snapshot: Snapshot, findings: Findings, now: float) -> Status | None:
    """Our status after this reading; None where the reading can neither be believed nor refuted."""
    if snapshot.status is RemoteStatus.UNRECOGNISED:
        return None
    if findings.proven:
        return Status.MISMATCH
    if findings.doubts and not payment.accepted:
        return None
    claimed = Status(snapshot.status.value)
    if claimed is Status.FAILED and closed_in_time(payment, snapshot, now):
        return Status.EXPIRED
    if payment.status is Status.EXPIRED and (claimed is Status.READY or lapsed(snapshot, now)):
        return Status.EXPIRED
    return claimed


def _doubt(payment: Payment, snapshot: Snapshot, findings: Findings, moment: Moment) -> Payment:
    doubted = raise_attention(replace(payment, doubted=True), AttentionKind.QUARANTINED, at=moment.now)
    if payment.doubted:
        return doubted
    doubts = ",".join(findings.doubts) or "status"
    return record(replace(doubted, rung=0), Fact.QUARANTINED, moment, doubts=doubts, status=snapshot.status)


def _late(payment: Payment, status: Status) -> bool:
    """Money that came after the offer had ended; the shop's policy keeps or refunds it."""
    arrived = status is Status.PAID and payment.status is not Status.PAID
    return payment.late or (arrived and payment.status is Status.EXPIRED)


def _finish(before: Payment, after: Payment, moment: Moment) -> Payment:
    """Close what the reading bore out, expire what nobody paid, and decide when to look again."""
    hints = after.hints if after.doubted else {key: _closed(hint) for key, hint in after.hints.items()}
    after = expire(replace(after, hints=hints, lagging=0, tries=0, read_at=moment.now), moment)
    changed = after.next_seq != before.next_seq
    restart = unfinished(after) if changed else moment.eager and after.rung == BY_KIND
    rung = 0 if restart else min(after.rung + 1, BY_KIND)
    after = _age(replace(after, rung=rung), moment)
    return replace(after, due_at=next_due(after, moment.now))


def _closed(hint: Hint) -> Hint:
    return replace(hint, state=HintState.DONE) if hint.state is HintState.OPEN else hint


def _age(payment: Payment, moment: Moment) -> Payment:
    """What is unknown for half an hour calls a person; the payment stays due all the same (I10)."""
    waiting = _unknown_since(payment)
    for held in payment.attentions:
        if held.kind is AttentionKind.UNKNOWN and held.subject not in waiting:
            payment = clear_attention(payment, AttentionKind.UNKNOWN, subject=held.subject)
    for subject, since in waiting.items():
        young = moment.now - since < UNKNOWN_AFTER
        if young:
            payment = clear_attention(payment, AttentionKind.UNKNOWN, subject=subject)
        elif not has_attention(payment, AttentionKind.UNKNOWN, subject):
            payment = raise_attention(payment, AttentionKind.UNKNOWN, subject, at=moment.now)
            payment = record(payment, Fact.UNKNOWN, moment, subject=subject)
    return payment


def _unknown_since(payment: Payment) -> dict[str, float]:
    """What waits for an outcome, and since when: the oldest open hint, the refund, the approval."""
    waiting: dict[str, float] = {}
    hints = [hint.received_at for hint in _open_hints(payment)]
    if hints:
        waiting["payment"] = min(hints)
    approval = open_approval(payment)
    if approval is not None:
        waiting[f"approval:{approval.attempt}"] = approval.created_at
    refund = in_flight(payment)
    if refund is not None and refund.sent_at is not None:
        patience = REQUESTED_FOR - UNKNOWN_AFTER if refund.state is RefundState.REQUESTED else 0
        waiting[about(refund)] = refund.sent_at + patience
    return waiting


def _sooner(held: int | None, wanted: int, now: float) -> int:
    """A due mark that already lies earlier, and not in the past, is left alone."""
    return held if held is not None and now < held < wanted else wanted
