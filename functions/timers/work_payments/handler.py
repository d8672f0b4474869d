"""Fed by the work queue: finishes what the sweep leased and what handlers left unfinished."""

from collections.abc import Mapping
from typing import Any

from portone_payments.entry.job import QueueHandler, due_in
from portone_payments.entry.wiring.worker import Deps


def job(message: Mapping[str, Any], deps: Deps) -> None:
    """One message."""
    due = due_in(message, deps)
    if due is not None:
        deps.worker.work(due)


handler = QueueHandler(job, needs=("store", "portone", "queue", "unmatched", "vault", "stock"), kind=Deps)
