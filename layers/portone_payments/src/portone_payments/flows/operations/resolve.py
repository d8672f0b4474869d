"""What staff may do about a payment with a standing call."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.domain.errors.payments import NothingToResolve
from portone_payments.domain.payments.schedule import next_due
from portone_payments.domain.readings.outcome import FORGOTTEN
from portone_payments.domain.records.history import Fact, Moment, clear_attention, record
from portone_payments.domain.records.instructions import Refund, RefundState
from portone_payments.domain.records.payments import Attention, AttentionKind, Payment
from portone_payments.domain.records.webhooks import Hint, HintState
from portone_payments.domain.refunds.automatic import CALLS, end, stuck_subject
from portone_payments.domain.refunds.lost import BY_STAFF
from portone_payments.domain.refunds.reserve import open_refund
from portone_payments.domain.refunds.reversals import judged_by, may_have_come_back
from portone_payments.domain.refunds.settlement import about, decide
from portone_payments.domain.subscriptions.policy import BillingPolicy
from portone_payments.flows.operations.taken_back import CALL, Word, decided_on
from portone_payments.flows.shared.optimistic import retried, with_fact
from portone_payments.flows.shared.ownership import stored_payment
from portone_payments.flows.shared.staff_words import sealed_words
from portone_payments.ports.store import Store
from portone_payments.ports.world import Clock, Meter, Vault

ATTEMPTS = 4


class Decision(StrEnum):
    """What a person decides.

    CLOSE: seen and dealt with. ACCEPT: believe the quarantined payment from the next reading on.
    REFUNDED, NOT_REFUNDED: what became of a refund that no reading can decide, or that came back (`lagging`).
    GO_ON, END: what becomes of the subscription of which somebody else took money back (`chargeback`).
    """

    CLOSE = "close"
    ACCEPT = "accept"
    REFUNDED = "refunded"
    NOT_REFUNDED = "not_refunded"
    GO_ON = "go_on"
    END = "end"


_WORDS = {Decision.GO_ON: Word.GO_ON, Decision.END: Word.END}
_REFUND_STATES = {
    Decision.REFUNDED: RefundState.SUCCEEDED,
    Decision.NOT_REFUNDED: RefundState.FAILED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """What staff decided of which call, and why; kind and subject may be absent where only one call fits."""

    decision: Decision
    reason: str = field(repr=False)
    kind: AttentionKind | None = None
    subject: str | None = None


def resolve(
    payment_id: str,
    asked: Resolution,
    *,
    staff: str,
    store: Store,
    meter: Meter,
    vault: Vault,
    clock: Clock,
    billing: BillingPolicy,
) -> Payment:
    """Close one call for staff, with a reason in the history; the others stand.

    Raises `PaymentNotFound`, `NothingToResolve`, `InvalidRequest` where several fit, `Busy`.
    """

    def write() -> Payment:
        held = stored_payment(payment_id, store=store)
        moment = Moment(now=clock.now(), by=f"staff:{staff}")
        sealed = replace(asked, reason=sealed_words(asked.reason, held, vault))
        resolved = with_fact(held, _resolved(held, sealed, moment))
        word = _WORDS.get(asked.decision)
        beside = decided_on(held, resolved, word, moment, store=store, billing=billing)
        store.save(resolved, *beside)
        return resolved

    return retried(write, meter=meter, attempts=ATTEMPTS)


def _resolved(held: Payment, asked: Resolution, moment: Moment) -> Payment:
    if asked.decision in _REFUND_STATES:
        decided = _decided(held, asked, moment)
        return replace(decided, due_at=int(moment.now))
    call = _called(held, asked)
    done = _closed(_told(held, asked, moment, call.kind, call.subject), call, moment)
    if asked.decision is Decision.ACCEPT:
        return replace(done, accepted=True, due_at=int(moment.now))
    return replace(done, due_at=next_due(done, moment.now))


def _told(held: Payment, asked: Resolution, moment: Moment, kind: AttentionKind, subject: str) -> Payment:
    told = record(
        held,
        Fact.RESOLVED,
        moment,
        sealed=asked.reason,
        decision=asked.decision,
        attention=str(kind),
        subject=subject,
    )
    return replace(told, tries=0)


def _called(held: Payment, asked: Resolution) -> Attention:
    """The one call this is about: no proven difference is accepted (I5), no undecided refund closed (I10)."""
    fitting = [each for each in held.attentions if _fits(held, each, asked)]
    if not fitting:
        raise NothingToResolve
    if len(fitting) > 1:
        raise InvalidRequest(field="kind", reason="several_fit")
    return fitting[0]


def _fits(held: Payment, call: Attention, asked: Resolution) -> bool:
    if asked.kind not in {None, call.kind} or asked.subject not in {None, call.subject}:
        return False
    if asked.decision is Decision.ACCEPT:
        return call.kind is AttentionKind.QUARANTINED
    if asked.decision in _WORDS:
        return call.kind is CALL
    return not (call.kind is AttentionKind.AMBIGUOUS and _ambiguous(held, call.subject))


def _ambiguous(held: Payment, subject: str) -> bool:
    states = (each.state for each in held.refunds.values() if about(each) == subject)
    return RefundState.AMBIGUOUS in states


def _closed(held: Payment, call: Attention, moment: Moment) -> Payment:
    """The payment without this call, and without what would raise it again for the same reason."""
    done = clear_attention(held, call.kind, subject=call.subject)
    series = done.returning
    if series and (call.kind is CALLS.get(series.reason) or call.subject == stuck_subject(series)):
        # staff deals with it outside this system
        done = end(done, "resolved", moment)
    if call.kind is AttentionKind.QUARANTINED:
        # what the next reading says is judged anew, also where it shows that nothing was taken
        return replace(done, quarantined=False, quarantined_paid=False)
    if call.kind is AttentionKind.LAGGING or (call.kind, call.subject) == (AttentionKind.UNKNOWN, "payment"):
        return replace(done, lagging=0, hints={key: _given_up(hint) for key, hint in done.hints.items()})
    return done


def _given_up(hint: Hint) -> Hint:
    return replace(hint, state=HintState.QUARANTINED) if hint.state is HintState.OPEN else hint


def _decided(held: Payment, asked: Resolution, moment: Moment) -> Payment:
    refund = _undecided(held, moment.now)
    lagging = asked.kind is AttentionKind.LAGGING or (asked.kind is None and refund is None)
    if lagging and may_have_come_back(held):
        told = _told(held, asked, moment, AttentionKind.LAGGING, "payment")
        return judged_by(told, asked.decision.value)
    if refund is None or asked.subject not in {None, about(refund)}:
        raise NothingToResolve
    ambiguous = refund.state is RefundState.AMBIGUOUS
    kind = AttentionKind.AMBIGUOUS if ambiguous else AttentionKind.UNKNOWN
    if asked.kind not in {None, kind}:
        raise NothingToResolve
    told = _told(held, asked, moment, kind, about(refund))
    return decide(told, refund, _REFUND_STATES[asked.decision], moment, BY_STAFF)


def _undecided(held: Payment, now: float) -> Refund | None:
    """The refund that staff may decide: an ambiguous one, or one PortOne no longer shows."""
    refund = open_refund(held)
    if refund is None or refund.state is RefundState.AMBIGUOUS:
        return refund
    forgotten = refund.sent_at is not None and now - refund.sent_at >= FORGOTTEN
    return refund if refund.state is RefundState.RESERVED and forgotten else None
