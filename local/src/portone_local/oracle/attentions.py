"""Which calls for staff stand: in the payment's item and in the list that staff reads, both."""

from collections.abc import Iterator, Mapping

from portone_local.oracle.evidence import Evidence, Finding
from portone_local.oracle.kinds import Trouble
from portone_payments.domain.records.payments import Payment

type Calls = frozenset[tuple[str, str]]
"""Kind and subject of each."""


def calls_for(evidence: Evidence, payment: Payment) -> Calls:
    """Every call for staff that a payment has and that is listed."""
    return _held(payment) & evidence.listed.get(payment.payment_id, frozenset())


def calls_are_listed(evidence: Evidence) -> Iterator[Finding]:
    """I16: what a payment calls staff for stands on the list of its kind, and nothing else does."""
    for payment in evidence.payments.values():
        held, listed = _held(payment), evidence.listed.get(payment.payment_id, frozenset())
        for kind, subject in sorted(held - listed):
            yield Finding("I16", payment.payment_id, f"a person is called ({kind}, {subject}) and not told")
        for kind, subject in sorted(listed - held):
            yield Finding("I16", payment.payment_id, f"is listed ({kind}, {subject}), and nobody is called")


def closed_since(evidence: Evidence, payment: Payment, trouble: Trouble) -> bool:
    """Whether staff has closed it since it began."""
    closings = (entry for entry in evidence.history(payment) if entry.fact == "resolved")
    return any(each.at >= trouble.since and _names(each.data, trouble.closed_by) for each in closings)


def _held(payment: Payment) -> Calls:
    return frozenset((str(each.kind), each.subject) for each in payment.attentions)


def _names(data: Mapping[str, object], kinds: frozenset[str]) -> bool:
    """Whether a closing is of one of these kinds; one that names none is of all."""
    named = data.get("kind", data.get("attention"))
    return named is None or str(named) in kinds
