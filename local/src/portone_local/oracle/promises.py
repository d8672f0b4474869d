"""I2 and I8: what we promised to PortOne by a 2xx, and to an app by an idempotency key."""

from collections.abc import Iterator

from portone_local.oracle.evidence import Evidence, Finding
from portone_local.oracle.money import agrees_with_portone
from portone_local.portone import Sent
from portone_payments.domain.records.webhooks import HintState

# prepare's due mark covers Ready; Confirm is answered, not stored
NOT_STORED = frozenset({"Transaction.Ready", "Transaction.Confirm"})


def hints_are_closed(evidence: Evidence) -> Iterator[Finding]:
    """I2: after convergence no stored webhook is open, except of a payment that waits for staff."""
    for payment in evidence.payments.values():
        for hint in payment.hints.values():
            if hint.state is HintState.OPEN and not payment.quarantined:
                yield Finding("I2", payment.payment_id, f"webhook {hint.id} ({hint.type}) is still open")
    for unmatched in evidence.unmatched.values():
        if unmatched.state is HintState.OPEN:
            yield Finding(
                "I2", unmatched.payment_id, f"webhook {unmatched.webhook_id} ({unmatched.type}) is still open"
            )


def accepted_deliveries_count(evidence: Evidence) -> Iterator[Finding]:
    """I2: a webhook answered 2xx is stored, or what we saved bears it out."""
    behind = {finding.payment_id for finding in agrees_with_portone(evidence)}
    for sent in evidence.sent:
        if not 200 <= sent.status < 300 or sent.type in NOT_STORED or _stored(evidence, sent):  # noqa: PLR2004 - 2xx
            continue
        ours = sent.payment_id in evidence.payments
        if sent.type.startswith("BillingKey.") or (sent.type.startswith("Transaction.") and not ours):
            yield Finding("I2", sent.payment_id or None, f"webhook {sent.webhook_id} ({sent.type}) is lost")
        elif sent.payment_id in behind:
            told = f"webhook {sent.webhook_id} ({sent.type}) is neither stored nor borne out"
            yield Finding("I2", sent.payment_id, told)


def keys_lead_to_their_resource(evidence: Evidence) -> Iterator[Finding]:
    """I8: what an idempotency key remembers exists and belongs to the user who sent the key."""
    for request in evidence.requests:
        found = evidence.payments.get(request.resource_id) or evidence.subscriptions.get(request.resource_id)
        if found is None or found.user_id != request.user_id:
            told = f"a key of user {request.user_id} leads to a payment that is not theirs"
            yield Finding("I8", request.resource_id, told)


def _stored(evidence: Evidence, sent: Sent) -> bool:
    payment = evidence.payments.get(sent.payment_id)
    return sent.webhook_id in evidence.unmatched or (payment is not None and sent.webhook_id in payment.hints)
