"""I9, I10 and I11: how a payment got where it is, and who is to look at it next."""

from collections.abc import Iterator
from itertools import pairwise

from portone_local.oracle.evidence import Evidence, Finding
from portone_payments.domain.approvals.attempts import OPEN as TRYING
from portone_payments.domain.payments.moves import MOVES
from portone_payments.domain.payments.schedule import ACCOUNT_GRACE, unfinished
from portone_payments.domain.records.instructions import RefundState
from portone_payments.domain.records.payments import Payment, Status
from portone_payments.domain.records.webhooks import HintState
from portone_payments.domain.refunds.reserve import OPEN
from portone_payments.domain.shared.times import DAY, UNKNOWN_AFTER

TELLS = {
    "prepared": Status.READY,
    "reopened": Status.READY,
    "ready": Status.READY,
    "pay_pending": Status.PAY_PENDING,
    "virtual_account_issued": Status.VIRTUAL_ACCOUNT_ISSUED,
    "paid": Status.PAID,
    "failed": Status.FAILED,
    "expired": Status.EXPIRED,
    "virtual_account_expired": Status.EXPIRED,
    "mismatch": Status.MISMATCH,
}
LATE_WORK = 600
WATCHED_AFTER_EXPIRY = 3 * DAY
_ASKING = frozenset({Status.READY, Status.PAY_PENDING, Status.VIRTUAL_ACCOUNT_ISSUED})
_OFFERED = frozenset({Status.FAILED, Status.EXPIRED})


def history_has_no_gap(evidence: Evidence) -> Iterator[Finding]:
    """I11: every fact is there once, numbered from 1, so that each can be published again."""
    for payment in evidence.payments.values():
        found = [entry.seq for entry in evidence.history(payment)]
        if found != list(range(1, payment.next_seq)):
            told = f"its history is numbered {found}, the next number is {payment.next_seq}"
            yield Finding("I11", payment.payment_id, told)


def status_never_regresses(evidence: Evidence) -> Iterator[Finding]:
    """I9: each status in the history follows from the one before."""
    for payment in evidence.payments.values():
        told = [TELLS[entry.fact] for entry in evidence.history(payment) if entry.fact in TELLS]
        for before, after in pairwise(told):
            if before is not after and after not in MOVES[before]:
                yield Finding("I9", payment.payment_id, f"went from {before} back to {after}")


def age_raises_alarms(evidence: Evidence) -> Iterator[Finding]:
    """I10: a webhook, a refund or an approval without an outcome for half an hour has called staff."""
    for payment in evidence.payments.values():
        opened = [hint.received_at for hint in payment.hints.values() if hint.state is HintState.OPEN]
        unknown = [each for each in payment.refunds.values() if each.state is RefundState.RESERVED]
        opened += [each.sent_at or each.created_at for each in unknown]
        opened += [each.sent_at or each.created_at for each in payment.approvals if each.state in TRYING]
        old = opened and evidence.now - min(opened) > UNKNOWN_AFTER + LATE_WORK
        if old and not payment.attentions:
            yield Finding("I10", payment.payment_id, "its outcome is unknown for long and nobody was told")


def unfinished_is_due(evidence: Evidence) -> Iterator[Finding]:
    """I10: what is unfinished has a due mark, and what is due was looked at."""
    for payment in evidence.payments.values():
        why = _waits_for(payment, evidence.now)
        if why and payment.due_at is None:
            yield Finding("I10", payment.payment_id, f"{why}, and it is not due")
        elif payment.due_at is not None and evidence.now - payment.due_at > LATE_WORK:
            overdue = int(evidence.now - payment.due_at)
            yield Finding("I10", payment.payment_id, f"is overdue for {overdue} s")
    for unmatched in evidence.unmatched.values():
        if unmatched.state is HintState.OPEN and unmatched.due_at is None:
            yield Finding(
                "I10", unmatched.payment_id, f"webhook {unmatched.webhook_id} is open, and it is not due"
            )


def doubt_calls_a_person(evidence: Evidence) -> Iterator[Finding]:
    """I10: what can neither be believed nor refuted, and what must be refunded, has called staff."""
    for payment in evidence.payments.values():
        resolved = any(entry.fact == "resolved" for entry in evidence.history(payment))
        gone_back = payment.status is Status.CANCELLED
        doubtful = payment.quarantined or payment.surplus or payment.status is Status.MISMATCH
        if doubtful and not gone_back and not payment.attentions and not resolved:
            yield Finding("I10", payment.payment_id, "is in doubt and nobody was told")


def _waits_for(payment: Payment, now: float) -> str | None:
    if unfinished(payment):
        return "a webhook, a lagging reading or a doubt is open"
    waiting = next((each for each in payment.refunds.values() if each.state in OPEN), None)
    if waiting is not None:
        return f"its refund {waiting.id} is {waiting.state}"
    if payment.attentions:
        return f"a person is called ({', '.join(each.kind for each in payment.attentions)})"
    if payment.status in _ASKING:
        return f"it is {payment.status}"
    # a charge is only ours to make: nobody else pays it later
    watched = WATCHED_AFTER_EXPIRY if payment.subscription_id is None else DAY
    if payment.status in _OFFERED and now < payment.expires_at + watched - ACCOUNT_GRACE:
        return f"it is {payment.status} and may still be paid"
    return None
