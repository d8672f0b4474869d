"""Fed by the payments table's stream: publishes what each save added to a payment's history."""

from collections.abc import Mapping
from typing import Any

from portone_payments.entry.job import JobHandler
from portone_payments.entry.wiring.timers import TimerDeps


def job(event: Mapping[str, Any], deps: TimerDeps) -> dict[str, int]:
    """One batch; whatever it raises, Lambda halves the batch and sends it again."""
    return {"published": deps.publisher.publish(deps.changes(event))}


handler = JobHandler(job, needs=("store", "bus"), kind=TimerDeps)
