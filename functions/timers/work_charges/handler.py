"""Fed by the charges queue: at most one charge for each subscription of a batch, ten at a time."""

from collections.abc import Mapping
from typing import Any

from portone_payments.entry.job import ParallelQueueHandler, due_in
from portone_payments.entry.wiring.charges import ChargeDeps
from portone_payments.flows.charges.collect import COLLECTED


def job(message: Mapping[str, Any], deps: ChargeDeps) -> None:
    """One message."""
    due = due_in(message, deps, COLLECTED)
    if due is not None:
        deps.collector.work(due)


handler = ParallelQueueHandler(job, needs=("store", "portone", "vault", "collector"), kind=ChargeDeps)
