"""Fed by the work queue: finishes what the sweep leased and what handlers left unfinished."""

from collections.abc import Mapping
from typing import Any

from portone_payments.adapters.aws.queue import parse_due
from portone_payments.entry.job import QueueHandler
from portone_payments.entry.wiring.worker import Deps


def job(message: Mapping[str, Any], deps: Deps) -> None:
    """One message; one nobody can read is dropped, the table still knows what is due."""
    due = parse_due(message["body"])
    if due is None:
        deps.logger.warning("unreadable message")
        return
    deps.worker.work(due)


handler = QueueHandler(job, needs=("store", "portone", "queue", "unmatched", "vault", "stock"), kind=Deps)
