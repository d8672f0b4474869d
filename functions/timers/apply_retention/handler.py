"""Woken once a day by EventBridge Scheduler: deletes what has been kept as long as the law requires."""

from collections.abc import Mapping
from typing import Any

from portone_payments.entry.job import JobHandler
from portone_payments.entry.wiring.timers import TimerDeps

SECONDS = 840.0


def job(_event: Mapping[str, Any], deps: TimerDeps) -> dict[str, Any]:
    """One run; `left`: time ran out, and the next run goes on."""
    done = deps.remover.remove(deadline=deps.deadline(SECONDS))
    deps.logger.info("ended", count=done.removed)
    return {"removed": done.removed, "putOff": done.put_off, "left": done.left}


handler = JobHandler(job, needs=("store",), kind=TimerDeps)
