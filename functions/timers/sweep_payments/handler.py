"""Woken every minute by EventBridge Scheduler: leases what is due and sends its ids."""

from collections.abc import Mapping
from typing import Any

from portone_payments.entry.job import JobHandler
from portone_payments.entry.wiring.ports import PortDeps
from portone_payments.flows.timers.sweep import Sweeper
from portone_payments.ports.world import Deadline

SECONDS = 40.0


def job(_event: Mapping[str, Any], deps: PortDeps) -> dict[str, int]:
    """One sweep."""
    sweeper = Sweeper(
        store=deps.store,
        queue=deps.queue,
        charges=deps.charge_queue,
        clock=deps.clock,
        meter=deps.meter,
        rate=deps.settings.sweep_rate,
        charge_rate=deps.settings.charge_rate,
        note=deps.skips.note,
    )
    swept = sweeper.sweep(deadline=Deadline.after(deps.clock, SECONDS))
    deps.logger.info("swept", count=swept.sent)
    return {"sent": swept.sent, "dead": swept.dead}


handler = JobHandler(job, needs=("store", "queue", "charge_queue"))
