"""Whether what PortOne says is the payment we asked for (money rule 6, PortOne facts 3.6)."""

from dataclasses import dataclass

from portone_payments.domain.policy import CheckPolicy
from portone_payments.domain.records import Payment
from portone_payments.domain.snapshot import Channel, Method, PayMethod, RemoteStatus, Snapshot

CHECKED = frozenset({RemoteStatus.PAID, RemoteStatus.PARTIAL_CANCELLED, RemoteStatus.VIRTUAL_ACCOUNT_ISSUED})


@dataclass(frozen=True, slots=True)
class Findings:
    """`proven` differences make a MISMATCH, `doubts` a quarantine, `notes` only a metric; field names."""

    proven: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def compare(payment: Payment, snapshot: Snapshot, policy: CheckPolicy) -> Findings:
    """The differences between payment and reading, for the states in which money is or will be taken."""
    if snapshot.status not in CHECKED:
        return Findings()
    return Findings(
        proven=_proven(payment, snapshot, policy),
        doubts=_doubts(payment, snapshot, policy),
        notes=_notes(payment, snapshot, policy),
    )


def _proven(payment: Payment, snapshot: Snapshot, policy: CheckPolicy) -> tuple[str, ...]:
    test_in_live = policy.live and snapshot.channel is not None and snapshot.channel.test
    found = {
        "total": snapshot.total != payment.total,
        "currency": snapshot.currency != payment.currency,
        "store": bool(policy.store_id) and snapshot.store_id != policy.store_id,
        "test_channel": test_in_live,
    }
    return tuple(name for name, differs in found.items() if differs)


def _doubts(payment: Payment, snapshot: Snapshot, policy: CheckPolicy) -> tuple[str, ...]:
    found = {
        "channel": snapshot.channel is None or not _ours(snapshot.channel, policy),
        "method_unrecognised": snapshot.method is not None and snapshot.method.kind is PayMethod.UNRECOGNISED,
        "tax_free": policy.quarantine_tax_free and snapshot.tax_free != payment.tax_free,
        "method": policy.quarantine_method and not _offered(payment, snapshot.method),
    }
    return tuple(name for name, doubtful in found.items() if doubtful)


def _notes(payment: Payment, snapshot: Snapshot, policy: CheckPolicy) -> tuple[str, ...]:
    found = {
        "customer": snapshot.customer_id not in {None, "", payment.user_id},
        "tax_free": not policy.quarantine_tax_free and snapshot.tax_free != payment.tax_free,
        "method": not policy.quarantine_method and not _offered(payment, snapshot.method),
    }
    return tuple(name for name, differs in found.items() if differs)


def _ours(channel: Channel, policy: CheckPolicy) -> bool:
    if channel.key is not None:
        return not policy.channels or channel.key in policy.channels
    merchant = (channel.pg_provider, channel.pg_merchant_id)
    return not policy.merchants or merchant in policy.merchants


def _offered(payment: Payment, method: Method | None) -> bool:
    if method is None or method.kind is PayMethod.UNRECOGNISED:
        return True
    offered = {name for names in payment.offers.values() for name in names}
    easy_card = method.kind is PayMethod.EASY_PAY and method.card_inside and PayMethod.CARD in offered
    return not offered or method.kind in offered or easy_card
