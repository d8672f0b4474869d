"""Around the timer and the queue: logs, metrics, and a failed message that fails alone."""

from collections.abc import Callable, Mapping
from typing import Any

from portone_payments.entry.deps import Deps
from portone_payments.entry.failure import JobFailed, what_failed
from portone_payments.entry.prime import prime

type Job = Callable[[Mapping[str, Any], Deps], Any]


class JobHandler:
    """A Lambda handler for a timer. An exception is logged and raised by type and place: AWS retries."""

    def __init__(self, job: Job, *, needs: tuple[str, ...] = (), deps: Deps | None = None) -> None:
        self.job = job
        self.needs = needs
        self._deps = deps or prime(Deps(), needs)

    def using(self, deps: Deps) -> "JobHandler":
        """This handler over `deps`."""
        return type(self)(self.job, needs=self.needs, deps=deps)

    def __call__(self, event: Mapping[str, Any], _context: object) -> Any:
        """Run the job once."""
        try:
            return self.job(event, self._deps)
        except Exception as error:  # noqa: BLE001 - it is raised again, without its text
            self._log(error)
            raise JobFailed(error) from None
        finally:
            self._deps.meter.flush()

    def _log(self, error: Exception) -> None:
        self._deps.logger.error("failed", **what_failed(error))


class QueueHandler(JobHandler):
    """A Lambda handler for SQS: one message at a time, a failed one is reported alone."""

    def __call__(self, event: Mapping[str, Any], _context: object) -> dict[str, Any]:
        """Run the job for each message; answers the partial batch response."""
        failed = []
        try:
            for message in event["Records"]:
                try:
                    self.job(message, self._deps)
                except Exception as error:  # noqa: BLE001 - the boundary: the others go on
                    self._log(error)
                    failed.append({"itemIdentifier": message["messageId"]})
        finally:
            self._deps.meter.flush()
        return {"batchItemFailures": failed}
