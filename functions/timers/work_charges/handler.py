"""Fed by the charges queue: at most one charge for each subscription of a batch, ten at a time."""

from collections.abc import Mapping
from typing import Any

from portone_payments.adapters.aws.queue import parse_due
from portone_payments.entry.job import ParallelQueueHandler
from portone_payments.entry.wiring.charges import ChargeDeps
from portone_payments.ports.store import Kind

_KINDS = frozenset({Kind.SUBSCRIPTION, Kind.CHARGE})


def job(message: Mapping[str, Any], deps: ChargeDeps) -> None:
    """One message; one nobody can read is dropped, the table still knows what is due."""
    due = parse_due(message["body"])
    if due is None or due.kind not in _KINDS:
        deps.logger.warning("unreadable message")
        return
    deps.collector.work(due)


handler = ParallelQueueHandler(job, needs=("store", "portone", "vault", "collector"), kind=ChargeDeps)
