"""I3: what was refunded is what was requested, each refund once, and never more than was paid."""

from collections.abc import Iterator

from portone_local.oracle.evidence import Evidence, Finding
from portone_local.portone import CancellationStatus, PaymentBook
from portone_payments.domain.records.instructions import Refund, RefundState
from portone_payments.domain.records.payments import Payment


def refunds_happen_once(evidence: Evidence) -> Iterator[Finding]:
    """No refund has two cancellations at PortOne; one that succeeded has one, one that failed none."""
    for payment, book, refund in _refunds(evidence):
        effects = [each for each in book.cancellations if each.reason.startswith(refund.token)]
        done = [each for each in effects if each.status is CancellationStatus.SUCCEEDED]
        under_way = [each for each in effects if each.status is CancellationStatus.REQUESTED]
        times = len(done) + len(under_way)
        if times > 1:
            yield Finding("I3", payment.payment_id, f"{refund.id} was executed {times} times")
        if refund.state is RefundState.SUCCEEDED and not done and not _by_staff(refund):
            yield Finding("I3", payment.payment_id, f"{refund.id} is SUCCEEDED, PortOne has no trace of it")
        if refund.state is RefundState.FAILED and done:
            yield Finding("I3", payment.payment_id, f"{refund.id} is FAILED, PortOne refunded it")
        if any(each.amount != refund.amount for each in done):
            yield Finding("I3", payment.payment_id, f"{refund.id} moved another amount than was reserved")


def never_more_than_paid(evidence: Evidence) -> Iterator[Finding]:
    """Succeeded and in-flight refunds stay within what was paid, those of ours with all that came before.

    What console or issuer take while a refund of ours is under way is theirs: PortOne then lets ours fail.
    """
    for payment_id in evidence.payments:
        book = evidence.books.get(payment_id)
        if book is None:
            continue
        limit = max(book.total, book.refundable)
        if book.cancelled > limit:
            yield Finding("I3", payment_id, f"{book.cancelled} of {limit} went back")
        taken = 0
        for each in book.cancellations:
            taken += 0 if each.status is CancellationStatus.FAILED else each.amount
            if each.trigger == "API" and taken > limit:
                yield Finding("I3", payment_id, f"{taken} of {limit} were on their way back")


def settled_refunds_keep_no_account(evidence: Evidence) -> Iterator[Finding]:
    """I14: the bank account of a settled refund is gone."""
    for payment in evidence.payments.values():
        for refund in payment.refunds.values():
            if refund.state in {RefundState.SUCCEEDED, RefundState.FAILED} and refund.account is not None:
                yield Finding("I14", payment.payment_id, f"{refund.id} is settled and still has its account")


def _refunds(evidence: Evidence) -> Iterator[tuple[Payment, PaymentBook, Refund]]:
    for payment in evidence.payments.values():
        book = evidence.books.get(payment.payment_id)
        if book is not None:
            yield from ((payment, book, refund) for refund in payment.refunds.values())


def _by_staff(refund: Refund) -> bool:
    return refund.code == "decided_by_staff"
