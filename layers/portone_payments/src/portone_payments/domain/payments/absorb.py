"""The one place where a payment's state changes: stored record + PortOne's reading now -> record to store.

Pure, and never increments: totals come from the snapshot, so duplicates, replays and reordering change
nothing. A reading behind the record, or behind a hint's promise, changes nothing: the payment stays due.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from portone_payments.domain.approvals.attempts import open_approval
from portone_payments.domain.approvals.settlement import contradicts_confirmation, settle_approval
from portone_payments.domain.payments.check import Findings, compare
from portone_payments.domain.payments.deposits import taken_back
from portone_payments.domain.payments.doubts import UNPAID, doubt, judged, seen_of, strange, undoubted
from portone_payments.domain.payments.expiry import came_late, expire
from portone_payments.domain.payments.facts import tell_cancellations, tell_status
from portone_payments.domain.payments.hints import borne_out
from portone_payments.domain.payments.known import completed
from portone_payments.domain.payments.meanwhile import called_once, heard_meanwhile
from portone_payments.domain.payments.moves import behind, outdated, withdraws
from portone_payments.domain.payments.policy import CheckPolicy
from portone_payments.domain.payments.schedule import (
    LAGGING_FOR,
    LAGGING_LIMIT,
    PENDING_FOR,
    REQUESTED_FOR,
    after_silence,
    next_due,
    unfinished,
)
from portone_payments.domain.readings.payment import Snapshot
from portone_payments.domain.receipts.rules import self_issue_at
from portone_payments.domain.records.history import (
    Fact,
    Moment,
    clear_attention,
    has_attention,
    raise_attention,
    record,
)
from portone_payments.domain.records.instructions import RefundState
from portone_payments.domain.records.payments import AttentionKind, Payment, Seen, Status, holds_money
from portone_payments.domain.records.webhooks import Hint, HintState
from portone_payments.domain.refunds.automatic import send_back
from portone_payments.domain.refunds.paid_twice import paid_twice
from portone_payments.domain.refunds.reversals import as_judged
from portone_payments.domain.refunds.settlement import (
    about,
    answered,
    in_flight,
    keeps_promises,
    misses_promised,
    settle_refunds,
)
from portone_payments.domain.refunds.undone import refund_watched
from portone_payments.domain.shared.times import BY_KIND, UNKNOWN_AFTER

MOST_OPEN_HINTS = 100


@dataclass(frozen=True, slots=True)
class Absorbed:
    """The payment to save, whether the reading was lagging, and differences that are only counted."""

    payment: Payment
    lagging: bool = False
    findings: Findings = field(default_factory=Findings)


def absorb(payment: Payment, snapshot: Snapshot | None, moment: Moment, policy: CheckPolicy) -> Absorbed:
    """What to save after PortOne answered; `snapshot` None means it knows no such payment."""
    if not isinstance(payment.status, Status):
        # a newer version wrote it and decides what it means
        return Absorbed(replace(payment, tries=0, due_at=next_due(payment, moment.now)))
    payment, snapshot = as_judged(payment, snapshot, moment)
    known = partial(borne_out, snapshot=snapshot, seen=payment.seen, answered=answered(payment))
    missing = [hint for hint in _open_hints(payment) if not known(hint)]
    if _lags(payment, snapshot) or (_looks_older(payment, snapshot) and not _patience_over(payment, moment)):
        return Absorbed(_stay(payment, snapshot, moment), lagging=True)
    if missing and not _patience_over(payment, moment, missing):
        return Absorbed(_stay(payment, snapshot, moment), lagging=True)
    payment = _give_up(payment, missing, moment)
    if snapshot is None:
        return Absorbed(_finish(payment, settle_approval(payment, None, moment), moment))
    reading = completed(snapshot, payment.seen)
    findings = compare(payment, reading, policy)
    status = judged(payment, reading, findings, moment.now)
    if status is None:
        quarantined = heard_meanwhile(doubt(payment, reading, findings, moment), reading, moment)
        return Absorbed(_finish(payment, quarantined, moment), findings=findings)
    believed = _believe(payment, reading, status, findings, moment)
    believed = _settled(believed, reading, moment, policy, before=payment.seen)
    if policy.self_issue_receipts:
        believed = replace(believed, receipt_due=self_issue_at(believed))
    return Absorbed(_finish(payment, believed, moment), findings=findings)


def _settled(
    payment: Payment, reading: Snapshot, moment: Moment, policy: CheckPolicy, *, before: Seen | None
) -> Payment:
    """What a believed reading settles besides the status: refunds, money that must not stay, the approval."""
    payment = settle_refunds(payment, reading, moment, before=before)
    payment = send_back(payment, reading, moment, base=policy.refund_base)
    return settle_approval(payment, reading, moment)


def silence(payment: Payment, moment: Moment) -> Payment:
    """What to save when PortOne did not answer: hints stay open, the payment stays due."""
    due_at = _sooner(payment.due_at, after_silence(moment.now, moment.jitter), moment.now)
    return _age(replace(payment, due_at=due_at, tries=0, unanswered=True), moment)


def with_hint(payment: Payment, hint: Hint) -> Payment:
    """The payment with a new webhook delivery; an open hint is not replaced.

    Beyond a hundred open hints another adds nothing: they keep the payment due, and readings decide.
    """
    if hint.id in payment.hints or len(_open_hints(payment)) >= MOST_OPEN_HINTS:
        return payment
    return replace(payment, hints={**payment.hints, hint.id: hint})


def _open_hints(payment: Payment) -> list[Hint]:
    return [hint for hint in payment.hints.values() if hint.state is HintState.OPEN]


def _lags(payment: Payment, snapshot: Snapshot | None) -> bool:
    """Whether a reading is behind what a hint promised or a reading showed, however long that lasts."""
    if contradicts_confirmation(payment, snapshot):
        return True
    taken = payment.quarantined_paid or holds_money(payment.status)
    if snapshot is None:
        return taken
    if payment.quarantined_paid and snapshot.status in UNPAID:
        return True
    return not keeps_promises(payment, snapshot) or behind(payment.status, payment.seen, snapshot)


def _looks_older(payment: Payment, snapshot: Snapshot | None) -> bool:
    if snapshot is None:
        return payment.seen is not None
    if misses_promised(payment, snapshot) or withdraws(payment.seen, snapshot):
        return True
    return outdated(payment.status, payment.seen, snapshot)


def _patience_over(payment: Payment, moment: Moment, missing: Sequence[Hint] = ()) -> bool:
    """Whether readings lag too often and too long to be a replica's delay (rule 2.4)."""
    since = payment.lagging_since if payment.lagging_since is not None else moment.now
    since = max((hint.received_at for hint in missing), default=since)
    return payment.lagging + 1 >= LAGGING_LIMIT and moment.now - since >= LAGGING_FOR


def _stay(payment: Payment, snapshot: Snapshot | None, moment: Moment) -> Payment:
    """A lagging reading changes only the count of such readings and the due time."""
    since = moment.now if payment.lagging == 0 else payment.lagging_since
    poll_step = payment.poll_step if payment.lagging and moment.eager else _back_off(payment)
    held = replace(payment, lagging=payment.lagging + 1, lagging_since=since, poll_step=poll_step, tries=0)
    held = heard_meanwhile(taken_back(held, snapshot, moment), snapshot, moment)
    if not held.taken_back and _patience_over(payment, moment):
        held = raise_attention(held, AttentionKind.LAGGING, at=moment.now)
    return _age(replace(held, due_at=next_due(held, moment.now)), moment)


def _back_off(payment: Payment) -> int:
    """The next `poll_step`; the first lagging reading starts the polling schedule."""
    return min(payment.poll_step + 1, BY_KIND) if payment.lagging else 0


def _give_up(payment: Payment, missing: list[Hint], moment: Moment) -> Payment:
    if not missing:
        return payment
    ignored = {hint.id: replace(hint, state=HintState.QUARANTINED) for hint in missing}
    payment = replace(payment, hints={**payment.hints, **ignored})
    # one line however many there are: a sender that repeats itself does not fill the history
    first, count = missing[0], len(missing)
    payment = record(payment, Fact.HINT_GIVEN_UP, moment, hint=first.id, type=first.type, count=count)
    return raise_attention(payment, AttentionKind.LAGGING, at=moment.now)


def _believe(
    payment: Payment, reading: Snapshot, status: Status, findings: Findings, moment: Moment
) -> Payment:
    told = replace(
        payment,
        status=status,
        status_at=payment.status_at if status is payment.status else moment.now,
        seen=seen_of(payment, reading, findings),
        quarantined=False,
        quarantined_paid=False,
        late=payment.late or came_late(payment, reading, status),
        close_asked=payment.close_asked and _same_attempt(payment, reading),
    )
    told = undoubted(payment, told)
    told = refund_watched(payment, strange(payment, told, moment), moment)
    told = tell_status(payment, told, reading, findings, moment)
    told = paid_twice(payment, told, reading, moment)
    return called_once(payment, tell_cancellations(payment, told, reading, moment))


def _same_attempt(payment: Payment, reading: Snapshot) -> bool:
    """Whether the reading shows the same attempt: another has another account, which was not closed yet."""
    return payment.seen is not None and payment.seen.transaction_id == reading.transaction_id


def _finish(before: Payment, after: Payment, moment: Moment) -> Payment:
    """Close the hints the reading bears out, expire an unpaid offer, and set when the payment is due."""
    hints = after.hints if after.quarantined else {key: _closed(hint) for key, hint in after.hints.items()}
    read = replace(after, hints=hints, tries=0, read_at=moment.now, unanswered=False)
    after = expire(replace(read, lagging=0, lagging_since=None, taken_back=0), moment)
    changed = after.next_seq != before.next_seq
    restart = unfinished(after) if changed else moment.eager and after.poll_step == BY_KIND
    poll_step = 0 if restart else min(after.poll_step + 1, BY_KIND)
    after = _age(replace(after, poll_step=poll_step), moment)
    return replace(after, due_at=next_due(after, moment.now))


def _closed(hint: Hint) -> Hint:
    return replace(hint, state=HintState.DONE) if hint.state is HintState.OPEN else hint


def _age(payment: Payment, moment: Moment) -> Payment:
    """An outcome unknown for half an hour raises an attention; the payment stays due all the same (I10)."""
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
    if payment.status is Status.PAY_PENDING and not _decided_on(payment):
        pending = payment.status_at + PENDING_FOR - UNKNOWN_AFTER
        waiting["payment"] = min(pending, waiting.get("payment", pending))
    refund = in_flight(payment)
    if refund is not None and refund.sent_at is not None:
        patience = REQUESTED_FOR - UNKNOWN_AFTER if refund.state is RefundState.REQUESTED else 0
        waiting[about(refund)] = refund.sent_at + patience
    return waiting


def _decided_on(payment: Payment) -> bool:
    """Whether staff has decided since it became pending: a PG may take weeks, so one call is enough."""
    return any(line.fact == Fact.RESOLVED and line.at >= payment.status_at for line in payment.history)


def _sooner(held: int | None, wanted: int, now: float) -> int:
    """The earlier of both due times; a stored one in the past does not count."""
    return held if held is not None and now < held < wanted else wanted
