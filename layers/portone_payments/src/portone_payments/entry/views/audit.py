"""How discrepancies and the audit's progress look to staff: times in RFC 3339 UTC, amounts in minor units."""

from typing import Any

from portone_payments.domain.records.audit import AuditMark, Discrepancy, DiscrepancyState
from portone_payments.entry.views.payments import time_view


def discrepancy_view(found: Discrepancy, reason: str | None) -> dict[str, Any]:
    """What differs, with what both sides say, nothing personal; and why it was closed."""
    return {
        "discrepancyId": found.id,
        "paymentId": found.payment_id or None,
        "billingKeyId": found.billing_key_id,
        "kind": found.kind.value,
        "status": "closed" if found.attention is DiscrepancyState.CLOSED else "open",
        "foundAt": time_view(found.found_at),
        "ours": dict(found.ours),
        "theirs": dict(found.theirs),
        "closedAt": time_view(found.closed_at),
        "closedBy": found.closed_by,
        "reason": reason,
    }


def audit_view(mark: AuditMark | None) -> dict[str, Any] | None:
    """How far the audit got, and what PortOne listed by day (UTC); None before its first run."""
    if mark is None:
        return None
    days = {day: {"listed": each.listed, "foreign": each.foreign} for day, each in mark.days.items()}
    return {"until": time_view(mark.until), "days": days}
