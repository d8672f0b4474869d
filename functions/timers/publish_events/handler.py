"""Fed by the payments table's stream: publishes what each save added to a payment's history."""

from collections.abc import Mapping
from typing import Any

from portone_payments.adapters.dynamo.stream import changes_in
from portone_payments.entry.job import JobHandler
from portone_payments.entry.wiring.ports import PortDeps
from portone_payments.flows.timers.publish import Publisher


def job(event: Mapping[str, Any], deps: PortDeps) -> dict[str, int]:
    """One batch; whatever it raises, Lambda halves the batch and tries again."""
    publisher = Publisher(bus=deps.bus, store=deps.store, meter=deps.meter, note=deps.skips.note)
    return {"published": publisher.publish(changes_in(event["Records"]))}


handler = JobHandler(job, needs=("store", "bus"))
