"""What staff may do about a discrepancy: close it, with a reason."""

import re
from dataclasses import replace

from portone_payments.domain.audit_records import Discrepancy, DiscrepancyState
from portone_payments.domain.errors import Busy
from portone_payments.domain.payment_errors import DiscrepancyNotFound, NothingToResolve
from portone_payments.ports import Clock
from portone_payments.ports_store import Conflict, Store

ATTEMPTS = 4
DISCREPANCY_ID = re.compile(r"[0-9a-f]{32}")


def close(discrepancy_id: str, *, reason: str, staff: str, store: Store, clock: Clock) -> Discrepancy:
    """Close a discrepancy; closing it again with the same words changes nothing.

    Raises `DiscrepancyNotFound`, `NothingToResolve` when somebody else had closed it, `Busy`.
    """
    for _ in range(ATTEMPTS):
        held = store.discrepancy(discrepancy_id) if DISCREPANCY_ID.fullmatch(discrepancy_id) else None
        if held is None:
            raise DiscrepancyNotFound
        if held.attention is DiscrepancyState.CLOSED:
            if (held.reason, held.closed_by) != (reason, staff):
                raise NothingToResolve
            return held
        now = clock.now()
        closed = replace(
            held,
            attention=DiscrepancyState.CLOSED,
            attention_at=now,
            closed_at=now,
            closed_by=staff,
            reason=reason,
        )
        try:
            store.save(closed)
        except Conflict:
            continue
        return closed
    raise Busy
