"""What staff may do about a discrepancy: close it, with a reason that is sealed and ends with time."""

import re
from dataclasses import replace

from portone_payments.domain.errors.payments import DiscrepancyNotFound, NothingToResolve
from portone_payments.domain.records.audit import Discrepancy, DiscrepancyState
from portone_payments.domain.shared.sealing import Sealing, bound_to
from portone_payments.flows.shared.optimistic import retried
from portone_payments.ports.store import Store
from portone_payments.ports.world import Clock, Meter, Vault

ATTEMPTS = 4
DISCREPANCY_ID = re.compile(r"[0-9a-f]{32}")


def close(
    discrepancy_id: str, *, reason: str, staff: str, store: Store, clock: Clock, meter: Meter, vault: Vault
) -> Discrepancy:
    """Close a discrepancy; closing it again with the same reason changes nothing.

    Raises `DiscrepancyNotFound`, `NothingToResolve` when other staff has closed it, `Busy`.
    """

    def write() -> Discrepancy:
        held = store.discrepancy(discrepancy_id) if DISCREPANCY_ID.fullmatch(discrepancy_id) else None
        if held is None:
            raise DiscrepancyNotFound
        if held.attention is DiscrepancyState.CLOSED:
            if (reason_in(held, vault), held.closed_by) != (reason, staff):
                raise NothingToResolve
            return held
        now = clock.now()
        closed = replace(
            held,
            attention=DiscrepancyState.CLOSED,
            attention_at=now,
            closed_at=now,
            closed_by=staff,
            said=vault.encrypt(reason, context=_context(held)),
        )
        store.save(closed)
        return closed

    return retried(write, meter=meter, attempts=ATTEMPTS)


def reason_in(found: Discrepancy, vault: Vault) -> str | None:
    """Why a discrepancy was closed. Raises `StorageUnavailable`."""
    return None if found.said is None else vault.decrypt(found.said, context=_context(found))


def _context(found: Discrepancy) -> dict[str, str]:
    return bound_to(Sealing.DISCREPANCY, discrepancy=found.id)
