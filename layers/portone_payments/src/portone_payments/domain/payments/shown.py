"""Whether the last saved reading bears a webhook out: by content, never by time (rule 2)."""

from collections.abc import Mapping

from portone_payments.domain.approvals.attempts import open_approval
from portone_payments.domain.payments.hints import EventType
from portone_payments.domain.readings.payment import CancellationStatus
from portone_payments.domain.readings.webhook import Delivery
from portone_payments.domain.records.booked import booked
from portone_payments.domain.records.payments import Payment, Seen, Status
from portone_payments.domain.records.webhooks import HintState

_TAKEN = frozenset({Status.PAID, Status.PARTIAL_CANCELLED, Status.CANCELLED})
_AS_FAR: Mapping[str, frozenset[Status]] = {
    EventType.PAID: _TAKEN,
    # for a paid payment it may mean that a bank reversed the deposit
    EventType.VIRTUAL_ACCOUNT_ISSUED: frozenset({Status.VIRTUAL_ACCOUNT_ISSUED}),
    EventType.FAILED: _TAKEN | {Status.FAILED},
    EventType.PARTIAL_CANCELLED: frozenset({Status.PARTIAL_CANCELLED, Status.CANCELLED}),
    EventType.CANCELLED: frozenset({Status.CANCELLED}),
    EventType.CANCEL_PENDING: _TAKEN,
}
_CANCELLING = frozenset({EventType.PARTIAL_CANCELLED, EventType.CANCELLED, EventType.CANCEL_PENDING})


def already_shown(payment: Payment, delivery: Delivery) -> bool:
    """Whether another reading would only repeat the last one: the same transaction, at least as far.

    Never while the payment awaits a reading: a doubt, an open webhook, an attempt without an outcome.
    """
    seen = payment.seen
    if seen is None or not delivery.transaction_id or delivery.transaction_id != seen.transaction_id:
        return False
    if payment.status not in _AS_FAR.get(delivery.type, frozenset()) or _waits(payment):
        return False
    return delivery.type not in _CANCELLING or _has_cancellation(seen, delivery)


def _waits(payment: Payment) -> bool:
    open_hint = any(hint.state is HintState.OPEN for hint in payment.hints.values())
    return payment.quarantined or payment.lagging > 0 or open_hint or open_approval(payment) is not None


def _has_cancellation(seen: Seen, delivery: Delivery) -> bool:
    """Whether a reading showed the cancellation; one reported as carried out must be shown so."""
    status = booked(seen, delivery.cancellation_id)
    if delivery.type == EventType.CANCEL_PENDING:
        return status is not None
    return status == CancellationStatus.SUCCEEDED
