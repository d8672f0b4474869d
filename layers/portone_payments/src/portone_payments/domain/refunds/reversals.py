"""Reversals of refunds that were done: PortOne shows less refunded than it did (rules 2.4 and 10.6).

Such a reading lags until staff decides what became of the money; the decision applies to the next reading.
"""

from collections.abc import Iterator
from dataclasses import replace

from portone_payments.domain.readings.payment import CancellationStatus, RemoteStatus, Snapshot
from portone_payments.domain.records.booked import booked, done_among, standing
from portone_payments.domain.records.history import Fact, Moment, clear_attention, raise_attention, record
from portone_payments.domain.records.instructions import Refund, RefundState
from portone_payments.domain.records.payments import TAKEN, AttentionKind, Payment, Seen, Status
from portone_payments.domain.records.refund_traces import undone
from portone_payments.domain.refunds.automatic import CALLS, MISMATCH
from portone_payments.domain.refunds.lost import BY_STAFF
from portone_payments.domain.refunds.reserve import with_refund
from portone_payments.domain.refunds.settlement import promised_done

BY_HAND, NEVER_ARRIVED = "refunded", "not_refunded"


def may_have_come_back(payment: Payment) -> bool:
    """Whether readings lag for long behind a payment with a refund."""
    calls = any(each.kind is AttentionKind.LAGGING for each in payment.attentions)
    return calls and payment.seen is not None and _given_back(payment, payment.seen) > 0


def judged_by(payment: Payment, word: str) -> Payment:
    """The payment with staff's decision about a reversal: `BY_HAND` or `NEVER_ARRIVED`."""
    calm = clear_attention(payment, AttentionKind.LAGGING)
    return replace(calm, reversal=word, lagging=0, lagging_since=None)


def as_judged(payment: Payment, snapshot: Snapshot | None, moment: Moment) -> tuple[Payment, Snapshot | None]:
    """Payment and reading with staff's decision applied: to a reversal, and to money refunded by hand."""
    held = payment.seen
    shown = outside(payment, snapshot)
    if not payment.reversal or shown is None or held is None:
        return payment, shown
    word, gone = payment.reversal, _to_judge(payment, held, shown)
    payment = replace(payment, reversal="")
    if gone <= 0:
        return payment, shown
    free, vat = _tax_free_of(payment, held, shown, gone), _vat_of(payment, held, shown)
    for refund in _lost(payment, shown, gone):
        payment = _by_hand(payment, refund) if word == BY_HAND else _failed(payment, refund, moment)
    if word == BY_HAND:
        free += payment.by_hand_tax_free
        payment = replace(payment, by_hand=payment.by_hand + gone, by_hand_tax_free=free)
        shown = outside(payment, snapshot) or shown
    payment = replace(payment, seen=replace(_reread(payment, held, shown), cancelled_vat=vat))
    return (payment if word == BY_HAND else _owed_again(payment, moment)), shown


def recalled_by_word(payment: Payment, snapshot: Snapshot) -> tuple[str, ...]:
    """Tokens of refunds that left as carried out and that staff's decision may concern: see `as_judged`."""
    shown, held = outside(payment, snapshot), payment.seen
    if not payment.reversal or shown is None or held is None or _to_judge(payment, held, shown) <= 0:
        return ()
    return undone(payment, _done(shown))


def outside(payment: Payment, snapshot: Snapshot | None) -> Snapshot | None:
    """The reading plus the money refunded outside PortOne, which PortOne never shows."""
    if snapshot is None or not payment.by_hand or snapshot.status not in TAKEN:
        return snapshot
    cancelled = min(snapshot.total, snapshot.cancelled + payment.by_hand)
    whole = cancelled == snapshot.total
    status = RemoteStatus.CANCELLED if whole else RemoteStatus.PARTIAL_CANCELLED
    tax_free = min(cancelled, snapshot.cancelled_tax_free + payment.by_hand_tax_free)
    return replace(snapshot, cancelled=cancelled, cancelled_tax_free=tax_free, status=status)


def _to_judge(payment: Payment, held: Seen, shown: Snapshot) -> int:
    """The amount reversed by this reading, in minor units; only a payment that took money can show one."""
    return _came_back(payment, held, shown) if shown.status in TAKEN else 0


def _came_back(payment: Payment, held: Seen, snapshot: Snapshot) -> int:
    """The amount reversed, in minor units: by totals; a list also shows what others refunded meanwhile."""
    given = _given_back(payment, held)
    less = given - snapshot.cancelled
    done = _done(snapshot)
    answered = promised_done(payment)
    if snapshot.cancellations is None or (done_among(held, done) and answered.keys() <= done):
        return less
    known = answered.keys() | {id_ for id_ in done if booked(held, id_) == CancellationStatus.SUCCEEDED}
    return min(given, less + sum(each.total for each in snapshot.shown if each.id in done - known))


def _tax_free_of(payment: Payment, held: Seen, snapshot: Snapshot, gone: int) -> int:
    """The tax-free part of the amount reversed, in minor units: computed as in `_came_back`."""
    promised = promised_done(payment).keys()
    ours = [each for each in payment.refunds.values() if each.cancellation_id in promised]
    others = [
        each
        for each in snapshot.shown
        if each.id in _done(snapshot) - promised and booked(held, each.id) != CancellationStatus.SUCCEEDED
    ]
    beside = sum(each.tax_free for each in ours) + sum(each.tax_free for each in others)
    given = held.cancelled_tax_free + beside
    return min(gone, max(0, given - snapshot.cancelled_tax_free))


def _vat_of(payment: Payment, held: Seen, shown: Snapshot) -> int:
    """The VAT PortOne still shows as refunded, in minor units; in proportion: readings have no VAT total."""
    by_hand = payment.by_hand - payment.by_hand_tax_free
    before = held.cancelled - held.cancelled_tax_free - by_hand
    now = shown.cancelled - shown.cancelled_tax_free - by_hand
    return held.cancelled_vat * max(0, min(now, before)) // before if before > 0 else held.cancelled_vat


def _given_back(payment: Payment, held: Seen) -> int:
    """The total recorded as refunded, in minor units: by readings, and by answers no reading has shown."""
    return held.cancelled + sum(promised_done(payment).values())


def _done(snapshot: Snapshot) -> frozenset[str]:
    return frozenset(each.id for each in snapshot.shown if each.status is CancellationStatus.SUCCEEDED)


def _reread(payment: Payment, held: Seen, snapshot: Snapshot) -> Seen:
    """The seen state once the reversal is decided; refunds known by an answer alone count beside it."""
    known = replace(held, cancellations=standing(held, _done(snapshot)))
    promised = sum(promised_done(replace(payment, seen=known)).values())
    cancelled = max(0, snapshot.cancelled - promised)
    return replace(known, cancelled=cancelled, cancelled_tax_free=snapshot.cancelled_tax_free)


def _lost(payment: Payment, snapshot: Snapshot, gone: int) -> Iterator[Refund]:
    """The reversed refunds: by the list; without one the newest ones, up to the amount."""
    done = _done(snapshot)
    by_age = sorted(payment.refunds.values(), key=lambda refund: refund.created_at)
    for refund in reversed(by_age):
        missing = refund.cancellation_id is not None and refund.cancellation_id not in done
        if refund.state is RefundState.SUCCEEDED and missing and refund.went_back <= gone:
            gone -= refund.went_back
            yield refund


def _by_hand(payment: Payment, refund: Refund) -> Payment:
    return with_refund(payment, replace(refund, cancellation_id=None, code=BY_STAFF))


def _failed(payment: Payment, refund: Refund, moment: Moment) -> Payment:
    told = record(
        payment, Fact.REFUND_FAILED, moment, refund=refund.id, amount=refund.went_back, code="reversed"
    )
    return with_refund(told, replace(refund, state=RefundState.FAILED, code="reversed"))


def _owed_again(payment: Payment, moment: Moment) -> Payment:
    """The payment as it was before; a reversed automatic refund begins again, with its attention."""
    series = payment.returning
    mismatch = series is not None and series.reason == MISMATCH
    status = Status.MISMATCH if mismatch else Status.PAID
    payment = replace(payment, status=status, status_at=moment.now)
    if series is None or series.ended != "back":
        return payment
    called = raise_attention(payment, CALLS[series.reason], at=moment.now)
    return replace(called, returning=replace(series, ended="", next_at=int(moment.now)))
