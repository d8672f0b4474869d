"""Woken by EventBridge Scheduler: holds PortOne's list against ours and heals what is safe."""

from collections.abc import Mapping
from typing import Any

from portone_payments.entry.job import JobHandler
from portone_payments.entry.wiring.operations import AuditDeps

SECONDS = 840.0


def job(_event: Mapping[str, Any], deps: AuditDeps) -> dict[str, int]:
    """One run; one that could not finish fails, and Lambda's retry goes on from the mark."""
    did = deps.auditor.audit(deadline=deps.deadline(SECONDS))
    deps.logger.info("audited", count=did.listed)
    return {"listed": did.listed, "healed": did.healed, "found": did.found}


handler = JobHandler(job, needs=("store", "portone"), kind=AuditDeps)
