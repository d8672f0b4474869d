"""I20: what an operator does in the ordinary course moves no money by itself."""

import re
from collections.abc import Iterator, Mapping

from portone_local.oracle.by_hand import TAKEN
from portone_local.oracle.evidence import Evidence, Finding, Operation
from portone_local.oracle.takings import difference
from portone_local.portone import CancellationStatus, PaymentBook
from portone_payments.domain.records.payments import Payment, Status
from portone_payments.domain.refunds.reserve import OPEN

_HOLDING = frozenset({Status.PAID, Status.PARTIAL_CANCELLED})
_CHANGES = re.compile(r"^(?:POST|PUT|DELETE) (?!/payments$)")
_GONE = frozenset({CancellationStatus.SUCCEEDED, CancellationStatus.REQUESTED})


def operators_move_no_money(evidence: Evidence) -> Iterator[Finding]:
    """I20: a payment with money before an operator's action, and not changed since, has it and says so."""
    touched = _touched(evidence) if evidence.operations else {}
    for operation in evidence.operations:
        for payment_id, before in operation.payments.items():
            now = evidence.payments.get(payment_id)
            if (
                now is not None
                and _at_rest(before, operation)
                and touched.get(payment_id, 0.0) < operation.at
            ):
                yield from _moved(evidence, operation, before, now)


def mismatches_are_portones(evidence: Evidence) -> Iterator[Finding]:
    """I20: a MISMATCH is something PortOne's books prove, never something our own settings make of them."""
    for payment in evidence.payments.values():
        book = evidence.books.get(payment.payment_id)
        if payment.status is not Status.MISMATCH or book is None or book.state not in TAKEN:
            continue
        if difference(evidence, payment, book) is None:
            told = "is MISMATCH here, and PortOne's books show what was asked for"
            yield Finding("I20", payment.payment_id, told)


def doubts_are_portones(evidence: Evidence) -> Iterator[Finding]:
    """I20: a channel that was ours when a payment was prepared is no doubt later on."""
    for operation in evidence.operations:
        for payment_id, before in operation.payments.items():
            now, book = evidence.payments.get(payment_id), evidence.books.get(payment_id)
            if now is None or book is None or before.quarantined or not now.quarantined:
                continue
            if book.channel_key in operation.channels and difference(evidence, now, book) is None:
                told = f"is in doubt, and it went through a channel of ours, after: {operation.name}"
                yield Finding("I20", payment_id, told)


def _moved(evidence: Evidence, operation: Operation, before: Payment, now: Payment) -> Iterator[Finding]:
    book = evidence.books.get(now.payment_id)
    if now.status is not before.status and not _by_others(book, operation.at):
        told = f"went from {before.status} to {now.status} after: {operation.name}"
        yield Finding("I20", now.payment_id, told)
    for each in book.cancellations if book else ():
        if each.trigger == "API" and each.status in _GONE and each.requested_at >= operation.at:
            told = f"{each.amount} went back by itself after: {operation.name}"
            yield Finding("I20", now.payment_id, told)
    taken_before = operation.books[now.payment_id].times_paid if now.payment_id in operation.books else 0
    if book is not None and book.times_paid > taken_before:
        yield Finding("I20", now.payment_id, f"was charged once more after: {operation.name}")


def _at_rest(payment: Payment, operation: Operation) -> bool:
    """Whether it held money, and nothing of that was on its way back or back already, not heard of here."""
    going = payment.surplus or any(each.state in OPEN for each in payment.refunds.values())
    book, seen = operation.books.get(payment.payment_id), payment.seen
    known = book is None or seen is None or seen.cancelled == book.cancelled
    return payment.status in _HOLDING and known and not going


def _by_others(book: PaymentBook | None, since: float) -> bool:
    """Whether the PG, its bank or PortOne's console changed it since."""
    if book is None:
        return True
    outside = [each for each in book.cancellations if each.trigger != "API"]
    changed = [at for each in outside for at in (each.cancelled_at, each.requested_at) if at is not None]
    return any(at >= since for at in (*changed, book.taken_back_at or 0.0))


def _touched(evidence: Evidence) -> Mapping[str, float]:
    """When a request that may move a payment's money was last made, by paymentId."""
    by_path = {part: at for asked, at in _asked(evidence) for part in asked.split(" ")[1].split("/")}
    return {
        payment.payment_id: max(
            by_path.get(each or "", 0.0)
            for each in (payment.payment_id, payment.subscription_id, payment.order_id)
        )
        for payment in evidence.payments.values()
    }


def _asked(evidence: Evidence) -> Iterator[tuple[str, float]]:
    """In order of time, but for verifying, which moves nothing."""
    for answer in evidence.answers:
        if _CHANGES.match(answer.asked) and not answer.asked.endswith(("/verify", "/catch-up")):
            yield answer.asked, answer.at
