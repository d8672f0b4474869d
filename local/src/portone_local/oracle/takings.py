"""What PortOne's books say is taken, kept or gone against the rules, since a reading shows it."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from portone_local.oracle.by_hand import TAKEN, paid_beside, with_returns
from portone_local.oracle.evidence import Evidence
from portone_local.oracle.kinds import DAY, Trouble
from portone_local.portone import CancellationStatus, PaymentBook
from portone_payments.domain.records.instructions import RefundState
from portone_payments.domain.records.payments import Payment, Status
from portone_payments.domain.subscriptions.life import OVER

MONEY = frozenset({Status.PAID, Status.PARTIAL_CANCELLED, Status.CANCELLED, Status.MISMATCH})
_FAILED = frozenset({"FAILED", "PARTIAL_REFUND_FAILED"})
_EXCUSED = frozenset({"surplus", "mismatch"})
_OFFER_ENDED = frozenset({"expired", "virtual_account_expired"})


def difference(evidence: Evidence, payment: Payment, book: PaymentBook) -> str | None:
    """What PortOne's book proves to differ from what was requested; a store may have had other names."""
    stores = {evidence.store_id, *(each.store for each in evidence.operations)}
    differs = {
        "total": book.total != payment.total,
        "currency": book.currency != payment.currency,
        "store": book.store_id not in stores,
        "channel": evidence.live and book.channel_type == "TEST",
    }
    return next((name for name, found in differs.items() if found), None)


def different(evidence: Evidence) -> Iterator[Trouble]:
    """Money taken by another payment than was requested."""
    for payment, book in _taken(evidence):
        id_, name = payment.payment_id, difference(evidence, payment, book)
        if name is not None:
            told = f"PortOne took money though its {name} differs"
            yield from _shown(evidence, book.paid_at, Trouble(id_, "mismatch", 0, told))


def taken_unseen(evidence: Evidence) -> Iterator[Trouble]:
    """Money taken, or refunded, of which we say something else; or that was paid when none was due."""
    also = frozenset({"lagging", "unknown", "ambiguous", "dead-lettered", "mismatch"})
    for payment, book in _taken(evidence):
        id_ = payment.payment_id
        if payment.status not in MONEY:
            told = f"PortOne took money, we say {payment.status}"
            yield from _shown(evidence, book.changed_at, Trouble(id_, "quarantined", 0, told, also))
        elif payment.seen is not None and payment.seen.cancelled != book.cancelled:
            told = f"PortOne gave back {book.cancelled}, we say {payment.seen.cancelled}"
            yield from _shown(evidence, book.changed_at, Trouble(id_, "quarantined", 0, told, also))
        elif _came_late(evidence, payment, book):
            told = "it was paid after its offer had ended"
            yield from _shown(evidence, book.paid_at, Trouble(id_, "late", 0, told, _EXCUSED))


def held_twice(evidence: Evidence) -> Iterator[Trouble]:
    """All but one of the payments that hold money for the same invoice."""
    holding: dict[tuple[str, str], list[tuple[Payment, PaymentBook]]] = defaultdict(list)
    for payment, book in _taken(evidence):
        if payment.status is not Status.MISMATCH and difference(evidence, payment, book) is None:
            pays = payment.subscription_id or payment.order_id, payment.invoice_id or ""
            holding[pays].append((payment, book))
    for several in holding.values():
        if len(several) > 1:
            kept = next((each for each in several if not each[0].surplus), several[0])
            for payment, book in several:
                id_, told = payment.payment_id, "the same was paid before"
                both = max(book.paid_at or 0.0, kept[1].paid_at or 0.0)
                if payment is not kept[0]:
                    yield from _shown(evidence, both, Trouble(id_, "surplus", 0, told))


def charged_back(evidence: Evidence) -> Iterator[Trouble]:
    """Money that went without the shop: a charge-back, a deposit taken back, an account never reached."""
    for payment, book in _booked(evidence):
        id_ = payment.payment_id
        for each in book.cancellations:
            if each.trigger == "CHARGEBACK" and each.status is CancellationStatus.SUCCEEDED:
                told = f"the issuer took {each.amount} back"
                yield from _shown(evidence, each.cancelled_at, Trouble(id_, "chargeback", 0, told))
        waits = book.taken_back_at is not None and book.state == "VIRTUAL_ACCOUNT_ISSUED"
        if waits and any(entry.fact == "paid" for entry in evidence.history(payment)):
            told = "its bank took the deposit back"
            yield from _shown(evidence, book.taken_back_at, Trouble(id_, "deposit-taken-back", 0, told))
        if book.refund_status in _FAILED and (book.cancelled or book.refunds_in_flight):
            told = f"its refund never reached the account ({book.refund_status})"
            yield from _shown(evidence, book.changed_at, Trouble(id_, "refund-stuck", 0, told))


def given_back_twice(evidence: Evidence) -> Iterator[Trouble]:
    """What was refunded by hand was refunded at PortOne too."""
    for began, trouble in paid_beside(evidence):
        yield from _shown(evidence, began, trouble)


def stuck(evidence: Evidence) -> Iterator[Trouble]:
    """What has to be refunded and was not: the last automatic refund failed, and none is under way."""
    for payment, book in _taken(evidence):
        ours = [each for each in payment.refunds.values() if each.by == "system"]
        failed = [each.settled_at or each.created_at for each in ours if each.state is RefundState.FAILED]
        if failed and len(failed) == len(ours) and _must_go(evidence, payment):
            # a refused refund is sent again, a few times and ever later
            told = f"its automatic refund failed, PortOne still holds {book.refundable - book.cancelled}"
            yield Trouble(payment.payment_id, "refund-stuck", max(failed), told, slack=2 * DAY)


def _must_go(evidence: Evidence, payment: Payment) -> bool:
    """Whether the reason still holds for which the refund was begun."""
    subscription = evidence.subscriptions.get(payment.subscription_id or "")
    over = subscription is not None and subscription.status in OVER
    return payment.status is Status.MISMATCH or payment.surplus or over


def _came_late(evidence: Evidence, payment: Payment, book: PaymentBook) -> bool:
    """Whether it was paid at PortOne after we had called its offer ended; heard of late is not late."""
    if payment.subscription_id is not None:
        return False
    history = evidence.history(payment)
    facts = [entry.fact for entry in history]
    before = history[: facts.index("paid")] if "paid" in facts else []
    ended = bool(before) and before[-1].fact in _OFFER_ENDED
    return ended and (book.paid_at or 0.0) > before[-1].at


def _shown(evidence: Evidence, began: float | None, trouble: Trouble) -> Iterator[Trouble]:
    """The trouble from the first reading that could show it; none while there was no such reading.

    One of the very moment it began may have come before it: time counts from the next.
    """
    readings = evidence.readings.get(trouble.payment_id, ())
    first, later = bisect_left(readings, began or 0.0), bisect_right(readings, began or 0.0)
    if first < len(readings):
        waited = readings[min(later, len(readings) - 1)] - readings[first]
        yield replace(trouble, since=readings[first], slack=trouble.slack + int(waited))


def _taken(evidence: Evidence) -> Iterator[tuple[Payment, PaymentBook]]:
    return ((payment, book) for payment, book in _booked(evidence) if book.state in TAKEN)


def _booked(evidence: Evidence) -> Iterator[tuple[Payment, PaymentBook]]:
    for payment in evidence.payments.values():
        book = evidence.books.get(payment.payment_id)
        if book is not None:
            yield payment, with_returns(payment, book)
