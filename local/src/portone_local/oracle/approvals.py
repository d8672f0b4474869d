"""I1, I10, I11 and I14 of manual approvals: charged once, after a stored yes, and released when it failed."""

from collections.abc import Iterator

from portone_local.oracle.evidence import Evidence, Finding
from portone_payments.domain.approvals.attempts import OPEN
from portone_payments.domain.records.instructions import Approval, ApprovalState
from portone_payments.domain.records.payments import Payment


def nothing_is_charged_unasked(evidence: Evidence) -> Iterator[Finding]:
    """I10: whatever was sent was stored before, and where a shop has a stock hook it had said yes."""
    for sent in evidence.confirms:
        payment = evidence.payments.get(sent.payment_id)
        tries = payment.approvals if payment else ()
        approval = next((each for each in tries if each.key == sent.key), None)
        if approval is None or approval.sent_at is None:
            yield Finding("I10", sent.payment_id, "an approval was sent and not stored before")
        elif evidence.agreed is not None and (sent.payment_id, approval.attempt) not in evidence.agreed:
            told = f"try {approval.attempt} was sent though the stock hook did not say yes"
            yield Finding("I10", sent.payment_id, told)


def approvals_happen_once(evidence: Evidence) -> Iterator[Finding]:
    """I1: one attempt at most is APPROVED, only of a payment PortOne charged; APPROVED is never FAILED."""
    for payment, approval in _manual(evidence):
        book = evidence.books.get(payment.payment_id)
        issued = any(entry.fact == "virtual_account_issued" for entry in evidence.history(payment))
        charged = book is not None and (book.times_paid > 0 or issued)
        name = f"try {approval.attempt}"
        if approval.state is ApprovalState.APPROVED and not charged:
            yield Finding("I1", payment.payment_id, f"{name} is APPROVED, PortOne charged nothing")
        answers = [sent.status for sent in evidence.confirms if sent.key == approval.key]
        if approval.state is ApprovalState.FAILED and 200 in answers:  # noqa: PLR2004 - PortOne's one success
            yield Finding("I1", payment.payment_id, f"{name} is FAILED, PortOne said yes to it")
    for payment in evidence.payments.values():
        done = [each for each in payment.approvals if each.state is ApprovalState.APPROVED]
        if len(done) > 1:
            yield Finding("I1", payment.payment_id, f"{len(done)} tries are APPROVED")


def failed_tries_are_released(evidence: Evidence) -> Iterator[Finding]:
    """I11: the shop was notified of each failed attempt, once, and of no other."""
    for payment, approval in _manual(evidence):
        told = [
            entry
            for entry in evidence.history(payment)
            if entry.fact == "approval_released" and entry.data.get("attempt") == approval.attempt
        ]
        expected = 1 if approval.state is ApprovalState.FAILED else 0
        if len(told) != expected:
            sentence = f"try {approval.attempt} is {approval.state}, and was released {len(told)} times"
            yield Finding("I11", payment.payment_id, sentence)


def settled_tries_keep_no_token(evidence: Evidence) -> Iterator[Finding]:
    """I14: what the buyer authenticated with is gone once it is known what became of it."""
    for payment, approval in _manual(evidence):
        if approval.state not in OPEN and approval.token is not None:
            told = f"try {approval.attempt} is settled and still has its token"
            yield Finding("I14", payment.payment_id, told)


def _manual(evidence: Evidence) -> Iterator[tuple[Payment, Approval]]:
    """Every attempt of an authenticated payment; charges of saved payment methods never call the hook."""
    for payment in evidence.payments.values():
        yield from ((payment, each) for each in payment.approvals if each.billing_key_id is None)
