"""Around the timer and the queue: logs, metrics, and a failed message that fails alone."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from portone_payments.entry.deps import Deps
from portone_payments.entry.failure import JobFailed, what_failed
from portone_payments.entry.prime import prime

type Job[D: Deps] = Callable[[Mapping[str, Any], D], Any]


class JobHandler[D: Deps = Deps]:
    """A Lambda handler for a timer. An exception is logged and raised by type and place: AWS retries."""

    def __init__(
        self,
        job: Job[D],
        *,
        needs: tuple[str, ...] = (),
        deps: D | None = None,
        kind: type[D] = Deps,  # type: ignore[assignment]  # the default of D
    ) -> None:
        self.job = job
        self.needs = needs
        self.kind = kind
        self._deps = deps or prime(kind(), needs)

    def using(self, deps: D) -> "JobHandler[D]":
        """This handler over `deps`."""
        return type(self)(self.job, needs=self.needs, deps=deps, kind=self.kind)

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


class QueueHandler(JobHandler[Deps]):
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


class ParallelQueueHandler(QueueHandler):
    """As `QueueHandler`, the messages of a batch at the same time: each waits for a PG, none for another."""

    def __call__(self, event: Mapping[str, Any], _context: object) -> dict[str, Any]:
        """Run the job for each message in a thread of its own; answers the partial batch response."""
        messages = event["Records"]
        try:
            with ThreadPoolExecutor(max_workers=max(1, len(messages))) as pool:
                failed = [each for each in pool.map(self._tried, messages) if each is not None]
        finally:
            self._deps.meter.flush()
        return {"batchItemFailures": [{"itemIdentifier": each} for each in failed]}

    def _tried(self, message: Mapping[str, Any]) -> str | None:
        """The id of a message that failed."""
        try:
            self.job(message, self._deps)
        except Exception as error:  # noqa: BLE001 - the boundary: the others go on
            self._log(error)
            return str(message["messageId"])
        return None
