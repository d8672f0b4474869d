"""What staff may do about a payment that needs a person."""

from dataclasses import replace
from enum import StrEnum

from portone_payments.domain.errors import Busy, NothingToResolve, PaymentNotFound
from portone_payments.domain.facts import Fact, Moment, record
from portone_payments.domain.ladder import next_due
from portone_payments.domain.records import Attention, HintState, Payment
from portone_payments.ports import Clock, Conflict, Store

ATTEMPTS = 4
# only what a reading can neither prove nor refute may be accepted; a proven difference never (I5)
_ACCEPTABLE = frozenset({Attention.QUARANTINED})


class Decision(StrEnum):
    """CLOSE: seen and dealt with. ACCEPT: believe the quarantined payment from the next reading on."""

    CLOSE = "close"
    ACCEPT = "accept"


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
        if held.attention is None or (decision is Decision.ACCEPT and held.attention not in _ACCEPTABLE):
            raise NothingToResolve
        moment = Moment(now=clock.now(), by=f"staff:{staff}")
        try:
            resolved = _resolved(held, decision, reason, moment)
            store.save(resolved)
        except Conflict:
            continue
        return resolved
    raise Busy


def _resolved(held: Payment, decision: Decision, reason: str, moment: Moment) -> Payment:
    what = str(held.attention)
    told = record(held, Fact.RESOLVED, moment, reason=reason, decision=decision, attention=what)
    cleared = replace(told, attention=None, attention_at=None, tries=0)
    if decision is Decision.ACCEPT:
        return replace(cleared, accepted=True, due_at=int(moment.now))
    closed = {
        key: replace(hint, state=HintState.QUARANTINED) if hint.state is HintState.OPEN else hint
        for key, hint in cleared.hints.items()
    }
    done = replace(cleared, hints=closed, lagging=0, doubted=False)
    return replace(done, due_at=next_due(done, moment.now))
