"""Whether PortOne's reading shows the payment that was prepared (rule 6, PortOne facts 3.6)."""

from dataclasses import dataclass

from portone_payments.domain.payments.policy import CheckPolicy
from portone_payments.domain.payments.terms import known_channel, same_store, terms_of
from portone_payments.domain.readings.methods import WALLETS, PayMethod
from portone_payments.domain.readings.payment import Method, RemoteStatus, Snapshot
from portone_payments.domain.records.payments import Payment, Terms

_TAKEN = frozenset({RemoteStatus.PAID, RemoteStatus.PARTIAL_CANCELLED, RemoteStatus.VIRTUAL_ACCOUNT_ISSUED})
_PROOF_ONLY = frozenset({RemoteStatus.CANCELLED, RemoteStatus.UNRECOGNISED})


@dataclass(frozen=True, slots=True)
class Findings:
    """`proven` differences make a MISMATCH, `doubts` a quarantine, `notes` only a metric; field names."""

    proven: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def compare(payment: Payment, snapshot: Snapshot, policy: CheckPolicy) -> Findings:
    """The differences between payment and reading, for the states in which money is, was or will be taken.

    Where the money is refunded already, or the state is unknown, only a proven difference counts: the money
    was never this payment's.
    """
    terms = terms_of(payment, policy)
    if snapshot.status in _PROOF_ONLY:
        return Findings(proven=_proven(payment, snapshot, terms))
    if snapshot.status not in _TAKEN:
        return Findings()
    return Findings(
        proven=_proven(payment, snapshot, terms),
        doubts=_doubts(payment, snapshot, policy, terms),
        notes=_notes(payment, snapshot, policy),
    )


def _proven(payment: Payment, snapshot: Snapshot, terms: Terms) -> tuple[str, ...]:
    found = {
        "total": snapshot.total != payment.total,
        "currency": snapshot.currency != payment.currency,
        "store": not same_store(terms, snapshot.store_id),
        "test_channel": terms.live and snapshot.channel is not None and snapshot.channel.test,
    }
    return tuple(name for name, differs in found.items() if differs)


def _doubts(payment: Payment, snapshot: Snapshot, policy: CheckPolicy, terms: Terms) -> tuple[str, ...]:
    found = {
        "channel": snapshot.channel is None or not known_channel(terms, snapshot.channel),
        "method_unrecognised": snapshot.method is not None and snapshot.method.kind is PayMethod.UNRECOGNISED,
        "tax_free": policy.quarantine_tax_free and snapshot.tax_free != payment.tax_free,
        "method": policy.quarantine_method and not _offered(payment, snapshot.method),
    }
    return tuple(name for name, doubtful in found.items() if doubtful)


def _notes(payment: Payment, snapshot: Snapshot, policy: CheckPolicy) -> tuple[str, ...]:
    found = {
        "customer": snapshot.customer_id not in {None, "", payment.customer_id},
        "tax_free": not policy.quarantine_tax_free and snapshot.tax_free != payment.tax_free,
        "method": not policy.quarantine_method and not _offered(payment, snapshot.method),
    }
    return tuple(name for name, differs in found.items() if differs)


def _offered(payment: Payment, method: Method | None) -> bool:
    if method is None or method.kind is PayMethod.UNRECOGNISED:
        return True
    offered = {name for names in payment.offers.values() for name in names}
    # PortOne may omit the method inside an easy pay, which is not a difference
    easy_card = method.kind is PayMethod.EASY_PAY and method.card_inside is not False
    wallet = method.kind is PayMethod.EASY_PAY and not WALLETS.isdisjoint(offered)
    return not offered or method.kind in offered or wallet or (easy_card and PayMethod.CARD in offered)
