"""Our refunds as a reading shows them: matched by cancellation id, then token, never guessed (rule 5.2)."""

import hashlib
from dataclasses import replace

from portone_payments.domain.readings.outcome import FORGOTTEN, KEY_WINDOW, QUIET
from portone_payments.domain.readings.payment import Cancellation, CancellationStatus, Snapshot
from portone_payments.domain.records.booked import booked
from portone_payments.domain.records.history import Fact, Moment, clear_attention, raise_attention, record
from portone_payments.domain.records.instructions import Refund, RefundState
from portone_payments.domain.records.payments import AttentionKind, Payment, Seen
from portone_payments.domain.records.refund_traces import SETTLED, left
from portone_payments.domain.refunds.automatic import closed_meanwhile
from portone_payments.domain.refunds.lost import BY_STAFF, adopt, done_by_word
from portone_payments.domain.refunds.reserve import with_refund
from portone_payments.domain.refunds.undone import refund_undone

# a weekend; the requester may have forgotten it, and meanwhile nobody else can refund anything
SECOND_PERSON = 3 * 24 * 3600
_STATES = {
    CancellationStatus.SUCCEEDED: RefundState.SUCCEEDED,
    CancellationStatus.REQUESTED: RefundState.REQUESTED,
    CancellationStatus.FAILED: RefundState.FAILED,
}
_FACTS = {
    RefundState.SUCCEEDED: Fact.REFUND_SUCCEEDED,
    RefundState.FAILED: Fact.REFUND_FAILED,
    RefundState.AMBIGUOUS: Fact.REFUND_AMBIGUOUS,
}
_OPEN_CALLS = (AttentionKind.AMBIGUOUS, AttentionKind.UNKNOWN, AttentionKind.REFUND_STUCK)
# only PortOne's own cancellation of a refund changes what an answer or a reading decided about it
_SENT = frozenset({RefundState.RESERVED, RefundState.REQUESTED})


def answered(payment: Payment) -> frozenset[str]:
    """Cancellation ids of our own refunds that an answer or a reading showed."""
    return frozenset(refund.cancellation_id for refund in payment.refunds.values() if refund.cancellation_id)


def keeps_promises(payment: Payment, snapshot: Snapshot) -> bool:
    """Whether the reading shows as refunded what an answer did: by its total, which every reading has.

    A refund listed as failed was reversed, however much somebody else refunded meanwhile. One listed with
    less than the amount requested moved no more than that.
    """
    known = payment.seen.cancelled if payment.seen else 0
    promised = promised_done(payment)
    failed = {each.id for each in snapshot.shown if each.status is CancellationStatus.FAILED}
    listed = {each.id: each.total for each in snapshot.shown}
    due = sum(min(amount, listed.get(id_, amount)) for id_, amount in promised.items())
    enough = snapshot.cancelled >= known + due
    return enough and failed.isdisjoint(promised)


def misses_promised(payment: Payment, snapshot: Snapshot) -> bool:
    """Whether a list lacks a refund that an answer showed; PortOne need not list a failed one.

    A reading with more refunded than recorded is no older one, whatever it lacks.
    """
    if snapshot.cancellations is None or (payment.seen and snapshot.cancelled > payment.seen.cancelled):
        return False
    failed = {each.cancellation_id for each in payment.refunds.values() if each.state is RefundState.FAILED}
    return not answered(payment) - failed <= {each.id for each in snapshot.cancellations}


def promised_done(payment: Payment) -> dict[str, int]:
    """The refunds that an answer showed and no reading has yet: cancellation ids and amounts."""
    return {
        refund.cancellation_id: refund.amount
        for refund in payment.refunds.values()
        if refund.cancellation_id
        and booked(payment.seen, refund.cancellation_id) is None
        and refund.state is RefundState.SUCCEEDED
    }


def settle_refunds(payment: Payment, snapshot: Snapshot, moment: Moment, *, before: Seen | None) -> Payment:
    """The payment with each refund as the reading shows it, those whose record was lost included.

    `before` is the last believed reading: its cancellations cannot belong to a refund still unknown.
    """
    payment = adopt(payment, snapshot, moment)
    for refund in payment.refunds.values():
        match = _match(refund, snapshot)
        if match is not None:
            payment = _matched(payment, refund, match, moment)
        elif refund.state is RefundState.RESERVED and refund.sent_at is not None:
            payment = _unmatched(payment, refund, snapshot, moment, before)
        elif refund.state is RefundState.REQUESTED and snapshot.cancellations is not None:
            payment = _withdrawn(payment, refund, moment)
        elif refund.state is RefundState.AWAITING_APPROVAL and _forgotten(refund, moment):
            payment = raise_attention(payment, AttentionKind.REFUND_STUCK, about(refund), at=moment.now)
    return payment


def decide(payment: Payment, refund: Refund, state: RefundState, moment: Moment, code: str | None) -> Payment:
    """The payment with a refund in its new state, recorded once; a settled one drops personal data."""
    if refund.state is state:
        return with_refund(payment, refund)
    settled = state in {RefundState.SUCCEEDED, RefundState.FAILED}
    changed = replace(
        refund,
        state=state,
        code=code,
        account=None if settled else refund.account,
        said=None if settled else refund.said,
        settled_at=moment.now if settled else None,
    )
    payment = with_refund(payment, changed)
    if state is RefundState.AMBIGUOUS:
        payment = raise_attention(payment, AttentionKind.AMBIGUOUS, about(refund), at=moment.now)
    if settled:
        payment = clear_attention(payment, *_OPEN_CALLS, subject=about(refund))
    if state is RefundState.FAILED and code != BY_STAFF and closed_meanwhile(payment, refund):
        payment = raise_attention(payment, AttentionKind.REFUND_STUCK, about(refund), at=moment.now)
    fact = _FACTS.get(state)
    if fact is None:
        return payment
    return record(payment, fact, moment, refund=refund.id, amount=refund.went_back, code=code)


def as_moved(payment: Payment, refund: Refund, shown: Cancellation, moment: Moment) -> tuple[Payment, Refund]:
    """Payment and refund with the amount PortOne refunded; an unexpected amount calls staff.

    No write of ours can correct it: the buyer has too much, or too little. A failed one moved nothing.
    """
    if shown.status is CancellationStatus.FAILED or shown.total == refund.went_back:
        return payment, refund
    called = raise_attention(payment, AttentionKind.AMBIGUOUS, at=moment.now)
    return called, replace(refund, moved=shown.total)


def about(refund: Refund) -> str:
    """The subject of an attention about a refund."""
    return f"refund:{refund.id}"


def _match(refund: Refund, snapshot: Snapshot) -> Cancellation | None:
    """The cancellation of a refund, by id, then by token; a failed one only where none moved the money."""
    by_id = [each for each in snapshot.shown if each.id == refund.cancellation_id]
    by_token = [each for each in snapshot.shown if each.reason.startswith(refund.token)]
    found = [*by_id, *by_token]
    moved = (each for each in found if each.status is not CancellationStatus.FAILED)
    return next(moved, found[0] if found else None)


def _matched(payment: Payment, refund: Refund, match: Cancellation, moment: Moment) -> Payment:
    known = replace(refund, cancellation_id=match.id, silent_since=None)
    if match.status is CancellationStatus.SUCCEEDED:
        payment, known = as_moved(payment, known, match, moment)
    state = _STATES.get(match.status)
    if state is not RefundState.SUCCEEDED and done_by_word(refund):
        # no caller waits for PortOne to carry it out any more
        return payment
    if state is RefundState.SUCCEEDED and refund.state is not state and refund_undone(payment):
        # booked, but the bank has yet to pay it out or could not: its account is still needed
        return decide(payment, known, RefundState.REQUESTED, moment, None)
    if state is None or (refund.state is RefundState.SUCCEEDED and state is not RefundState.SUCCEEDED):
        return with_refund(payment, known)
    code = "refused_by_pg" if state is RefundState.FAILED else None
    return decide(payment, known, state, moment, code)


def _unmatched(
    payment: Payment, refund: Refund, snapshot: Snapshot, moment: Moment, before: Seen | None
) -> Payment:
    """The payment whose refund was sent and left no trace in the reading."""
    if _stranger(payment, refund, snapshot, before):
        return decide(payment, refund, RefundState.AMBIGUOUS, moment, "unknown_cancellation")
    if snapshot.cancellations is None:
        return _unlisted(payment, refund, moment)
    age = moment.now - (refund.sent_at or moment.now)
    if not (refund.pg_answered or age >= FORGOTTEN):
        return with_refund(payment, replace(refund, unlisted=False))
    if refund.silent_since is None:
        return with_refund(payment, replace(refund, silent_since=moment.now, unlisted=False))
    if moment.now - refund.silent_since < QUIET:
        return payment
    if refund.stopped_until is not None and not refund.pg_answered:
        return with_refund(payment, _anew(refund))
    return decide(payment, refund, RefundState.FAILED, moment, refund.code or "not_executed")


def _withdrawn(payment: Payment, refund: Refund, moment: Moment) -> Payment:
    """PortOne accepted it and lists it no more, as after a withdrawal (facts 5.5): staff decides."""
    if refund.silent_since is None:
        return with_refund(payment, replace(refund, silent_since=moment.now))
    if moment.now - refund.silent_since < QUIET:
        return payment
    unknown = replace(refund, cancellation_id=None)
    return decide(payment, unknown, RefundState.AMBIGUOUS, moment, "no_longer_listed")


def _forgotten(refund: Refund, moment: Moment) -> bool:
    """Whether it has waited for a second member of staff so long that staff is called."""
    return moment.now - refund.created_at >= SECOND_PERSON


def _unlisted(payment: Payment, refund: Refund, moment: Moment) -> Payment:
    """Only a list shows that nothing was cancelled: without one staff decides, once the key has expired."""
    if moment.now - (refund.sent_at or moment.now) < KEY_WINDOW:
        return with_refund(payment, replace(refund, unlisted=True))
    return decide(payment, refund, RefundState.AMBIGUOUS, moment, "not_listed")


def _anew(refund: Refund) -> Refund:
    """The refund under a new key: PortOne refused it for an error of ours, and readings show no trace."""
    sends = refund.sends + 1
    key = hashlib.sha256(f"{refund.key} {sends}".encode()).hexdigest()
    return replace(refund, key=key, sends=sends, sent_at=None, silent_since=None)


def _stranger(payment: Payment, refund: Refund, snapshot: Snapshot, before: Seen | None) -> bool:
    """Whether a new cancellation has the refund's amount and belongs to none of our refunds.

    While a refund is unknown every reading is checked, so a cancellation known before this one precedes our
    send. PortOne's stamps prove nothing: the node that books it may have a clock of its own (rule 10.4).
    """
    tokens = tuple(each.token for each in payment.refunds.values())
    ours = {each.cancellation_id for each in payment.refunds.values()}
    return any(
        each.id not in ours
        and not each.reason.startswith(tokens)
        and not left(payment, each)
        and each.total == refund.amount
        and each.status is not CancellationStatus.FAILED
        and booked(before, each.id) in {None, CancellationStatus.FAILED}
        for each in snapshot.shown
    )


def sendable(refund: Refund, now: float) -> bool:
    """Whether the same request may be sent, or sent again under its key (rules 3.1 and 10.13)."""
    fresh = refund.sent_at is None or now - refund.sent_at < KEY_WINDOW
    undecided = refund.unlisted or not refund.pg_answered
    return refund.state is RefundState.RESERVED and fresh and undecided


def in_flight(payment: Payment) -> Refund | None:
    """The refund whose outcome PortOne has yet to show."""
    return next((refund for refund in payment.refunds.values() if refund.state in _SENT), None)


def open_refunds(payment: Payment) -> tuple[Refund, ...]:
    """Every refund that is not settled."""
    return tuple(refund for refund in payment.refunds.values() if refund.state not in SETTLED)
