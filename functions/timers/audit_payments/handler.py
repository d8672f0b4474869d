"""Woken by EventBridge Scheduler: holds PortOne's list against ours and heals what is safe."""

from collections.abc import Mapping
from typing import Any

from portone_payments.entry.job import JobHandler
from portone_payments.entry.wiring.reader_deps import ReaderDeps
from portone_payments.flows.operations.audit import Auditor
from portone_payments.flows.operations.audit_payment import Examiner
from portone_payments.ports.world import Deadline

SECONDS = 840.0


def job(_event: Mapping[str, Any], deps: ReaderDeps) -> dict[str, int]:
    """One run; one that could not finish fails, and Lambda's retry goes on from the mark."""
    examiner = Examiner(
        reader=deps.reader,
        store=deps.store,
        clock=deps.clock,
        meter=deps.meter,
        live=deps.settings.live,
        note=deps.skips.note,
    )
    did = Auditor(
        examiner=examiner,
        store=deps.store,
        portone=deps.portone,
        clock=deps.clock,
        meter=deps.meter,
        policy=deps.settings.check,
    ).audit(deadline=Deadline.after(deps.clock, SECONDS))
    deps.logger.info("audited", count=did.listed)
    return {"listed": did.listed, "healed": did.healed, "found": did.found}


handler = JobHandler(job, needs=("store", "portone"), kind=ReaderDeps)
