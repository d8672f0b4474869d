"""What was sent or promised and has no outcome yet, each by itself: refunds, attempts, receipts, webhooks."""

from collections.abc import Iterator

from portone_local.oracle.evidence import Evidence
from portone_local.oracle.kinds import COUNTED_AS, DAY, HOUR, Trouble
from portone_payments.domain.approvals.attempts import OPEN as TRYING
from portone_payments.domain.receipts.rules import MOVING
from portone_payments.domain.records.instructions import Refund, RefundState
from portone_payments.domain.records.payments import Payment, Status
from portone_payments.domain.records.webhooks import HintState

DOUBT = frozenset({"quarantined", "lagging"})


def unanswered(evidence: Evidence) -> Iterator[Trouble]:
    """Every outcome that somebody waits for, since it was sent."""
    for payment in evidence.payments.values():
        id_ = payment.payment_id
        for hint in payment.hints.values():
            if hint.state is HintState.OPEN:
                yield Trouble(id_, "unknown", hint.received_at, f"webhook {hint.id} is open", DOUBT)
        for refund in payment.refunds.values():
            yield from _refund(payment, refund)
        for each in payment.approvals:
            if each.state in TRYING:
                told = f"try {each.attempt} is {each.state}"
                since, subject = each.sent_at or each.created_at, f"approval:{each.attempt}"
                yield Trouble(id_, "unknown", since, told, DOUBT, subject=subject)
        for receipt in payment.receipts:
            if receipt.state in MOVING:
                told, also = f"cash receipt {receipt.number} is {receipt.state}", frozenset({"unknown"})
                yield Trouble(id_, "receipt", receipt.sent_at, told, also, HOUR)
        if payment.status is Status.PAY_PENDING:
            told, also = "a PG has been deciding about it for days", frozenset(COUNTED_AS)
            yield Trouble(id_, "pending", payment.status_at, told, also, DAY)


def _refund(payment: Payment, refund: Refund) -> Iterator[Trouble]:
    id_, subject = payment.payment_id, f"refund:{refund.id}"
    told, since = f"refund {refund.id} is {refund.state}", refund.sent_at or refund.created_at
    if refund.state is RefundState.RESERVED and refund.sent_at is not None:
        yield Trouble(id_, "unknown", since, told, subject=subject)
    elif refund.state is RefundState.AMBIGUOUS:
        # counted at every reading: the first hour of it shows whether anybody counts
        yield Trouble(id_, "ambiguous", since, told, slack=DAY, subject=subject)
    elif refund.state is RefundState.REQUESTED:
        also = frozenset({"unknown", "refund-stuck"})
        yield Trouble(id_, "requested", since, told, also, DAY, subject)
