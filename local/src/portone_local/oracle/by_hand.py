"""What staff says was paid back outside PortOne, which PortOne's books never show (rules 5.6 and 10.6)."""

from collections.abc import Iterator
from dataclasses import replace

from portone_local.oracle.evidence import Evidence, Finding
from portone_local.oracle.kinds import Trouble
from portone_local.portone import CancellationStatus, PaymentBook
from portone_payments.domain.records.payments import Payment

TAKEN = frozenset({"PAID", "PARTIAL_CANCELLED"})
_BY_HAND = "refunded"


def with_returns(payment: Payment, book: PaymentBook) -> PaymentBook:
    """PortOne's book with what staff paid back by hand: what is true of the money."""
    if not payment.by_hand or book.state not in TAKEN:
        return book
    cancelled = min(book.total, book.cancelled + payment.by_hand)
    whole = cancelled == book.total
    return replace(book, cancelled=cancelled, state="CANCELLED" if whole else "PARTIAL_CANCELLED")


def returns_by_hand_are_said(evidence: Evidence) -> Iterator[Finding]:
    """I3: money counts as refunded by hand where staff said so, and is not refunded once more."""
    for payment in evidence.payments.values():
        if not payment.by_hand:
            continue
        said = _said(evidence, payment)
        book = evidence.books.get(payment.payment_id)
        if not said or payment.by_hand < 0:
            told = f"{payment.by_hand} is called paid back by hand, and nobody said so"
            yield Finding("I3", payment.payment_id, told)
        elif book is not None:
            yield from _sent_once_more(payment, book, said[0])


def _sent_once_more(payment: Payment, book: PaymentBook, said_at: float) -> Iterator[Finding]:
    """A cancel of ours, sent after somebody paid by hand, that takes the sum above what was paid."""
    limit, back = max(book.total, book.refundable), payment.by_hand
    for each in book.cancellations:
        back += 0 if each.status is CancellationStatus.FAILED else each.amount
        if each.trigger == "API" and each.requested_at >= said_at and back > limit:
            told = f"{back} of {limit} went back, {payment.by_hand} of it by hand"
            yield Finding("I3", payment.payment_id, told)


def paid_beside(evidence: Evidence) -> Iterator[tuple[float, Trouble]]:
    """Console, issuer or bank refund too what was refunded by hand: together more than was paid, since when.

    No code could stop it, and only staff can claim it from the customer (I16).
    """
    for payment in evidence.payments.values():
        book, said = evidence.books.get(payment.payment_id), _said(evidence, payment)
        if not payment.by_hand or book is None or not said:
            continue
        done = [each for each in book.cancellations if each.status is CancellationStatus.SUCCEEDED]
        back, limit = payment.by_hand, max(book.total, book.refundable)
        for each in sorted(done, key=lambda each: each.cancelled_at or 0.0):
            back += each.amount
            if back > limit:
                told = f"{back} of {limit} went back, {payment.by_hand} of it by hand"
                yield (
                    max(each.cancelled_at or 0.0, said[-1]),
                    Trouble(payment.payment_id, "ambiguous", 0, told),
                )
                break


def _said(evidence: Evidence, payment: Payment) -> list[float]:
    """When somebody said of this payment that money was paid back by hand."""
    return [
        entry.at
        for entry in evidence.history(payment)
        if entry.fact == "resolved" and entry.data.get("decision") == _BY_HAND
    ]
