"""What staff may do about a payment that needs a person."""

from dataclasses import replace
from enum import StrEnum

from portone_payments.domain.errors import Busy
from portone_payments.domain.facts import Fact, Moment, record
from portone_payments.domain.instruction_records import Refund, RefundState
from portone_payments.domain.ladder import next_due
from portone_payments.domain.payment_errors import NothingToResolve, PaymentNotFound
from portone_payments.domain.records import Attention, Payment
from portone_payments.domain.refund_settle import FORGOTTEN, decide
from portone_payments.domain.refunds import open_refund
from portone_payments.domain.webhook_records import HintState
from portone_payments.ports import Clock
from portone_payments.ports_store import Conflict, Store

ATTEMPTS = 4


class Decision(StrEnum):
    """What a person decides.

    CLOSE: seen and dealt with. ACCEPT: believe the quarantined payment from the next reading on.
    REFUNDED, NOT_REFUNDED: what became of a refund that no reading can decide.
    """

    CLOSE = "close"
    ACCEPT = "accept"
    REFUNDED = "refunded"
    NOT_REFUNDED = "not_refunded"


_REFUND_STATES = {
    Decision.REFUNDED: RefundState.SUCCEEDED,
    Decision.NOT_REFUNDED: RefundState.FAILED,
}


def resolve(
    payment_id: str, decision: Decision, *, reason: str, staff: str, store: Store, clock: Clock
) -> Payment:
    """Close what called for a person, with a reason in the history.

    Raises `PaymentNotFound`, `NothingToResolve`, `Busy`.
    """
    for _ in range(ATTEMPTS):
        held = store.payment(payment_id)
        if held is None:
            raise PaymentNotFound
        _check(held, decision, clock.now())
        moment = Moment(now=clock.now(), by=f"staff:{staff}")
        try:
            resolved = _resolved(held, decision, reason, moment)
            store.save(resolved)
        except Conflict:
            continue
        return resolved
    raise Busy


def _check(held: Payment, decision: Decision, now: float) -> None:
    """A proven difference is never accepted (I5), an undecided refund never just closed (I10)."""
    refund = _undecided(held, now)
    fits = {
        Decision.CLOSE: held.attention is not None and not _ambiguous(held),
        Decision.ACCEPT: held.attention is Attention.QUARANTINED,
        Decision.REFUNDED: refund is not None,
        Decision.NOT_REFUNDED: refund is not None,
    }
    if not fits[decision]:
        raise NothingToResolve


def _ambiguous(held: Payment) -> bool:
    return any(refund.state is RefundState.AMBIGUOUS for refund in held.refunds.values())


def _undecided(held: Payment, now: float) -> Refund | None:
    """The refund a person may decide: an ambiguous one, or one PortOne has forgotten."""
    refund = open_refund(held)
    if refund is None or refund.state is RefundState.AMBIGUOUS:
        return refund
    forgotten = refund.sent_at is not None and now - refund.sent_at >= FORGOTTEN
    return refund if refund.state is RefundState.RESERVED and forgotten else None


def _resolved(held: Payment, decision: Decision, reason: str, moment: Moment) -> Payment:
    what = str(held.attention)
    told = record(held, Fact.RESOLVED, moment, reason=reason, decision=decision, attention=what)
    cleared = replace(told, attention=None, attention_at=None, tries=0)
    if decision is Decision.ACCEPT:
        return replace(cleared, accepted=True, due_at=int(moment.now))
    refund = _undecided(cleared, moment.now) if decision in _REFUND_STATES else None
    if refund is not None:
        cleared = decide(cleared, refund, _REFUND_STATES[decision], moment, "decided_by_staff")
    closed = {
        key: replace(hint, state=HintState.QUARANTINED) if hint.state is HintState.OPEN else hint
        for key, hint in cleared.hints.items()
    }
    done = replace(cleared, hints=closed, lagging=0, doubted=False)
    return replace(done, due_at=next_due(done, moment.now))
