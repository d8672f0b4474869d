"""Woken every minute by EventBridge Scheduler: leases what is due and sends its ids."""

from collections.abc import Mapping
from typing import Any

from portone_payments.entry.job import JobHandler
from portone_payments.entry.wiring.timers import TimerDeps

SECONDS = 40.0


def job(_event: Mapping[str, Any], deps: TimerDeps) -> dict[str, int]:
    """One sweep."""
    swept = deps.sweeper.sweep(deadline=deps.deadline(SECONDS))
    deps.logger.info("swept", count=swept.sent)
    return {"sent": swept.sent, "dead": swept.dead}


handler = JobHandler(job, needs=("store", "queue", "charge_queue"), kind=TimerDeps)
