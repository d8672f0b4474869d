"""Around the timer and the queue: logs, metrics, and a failed message that fails alone.

To Lambda's own metrics a batch in which all failed is a success, so failed jobs are counted.
"""

from collections.abc import Callable, Container, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cached_property
from typing import Any

from portone_payments.adapters.aws.queue import parse_due
from portone_payments.entry.failure import JobFailed, what_failed
from portone_payments.entry.prime import prime
from portone_payments.entry.wiring.ports import PortDeps
from portone_payments.ports.store import Due, Kind
from portone_payments.ports.world import Metric

LONGEST_BATCH = 10

type Job[D: PortDeps] = Callable[[Mapping[str, Any], D], Any]


class NoJob(Exception):
    """The event is a request: a mistake in the template lets a caller invoke a job."""


class JobHandler[D: PortDeps = PortDeps]:
    """A Lambda handler for a timer. An exception is logged and raised by type and place: AWS retries."""

    def __init__(
        self,
        job: Job[D],
        *,
        needs: tuple[str, ...] = (),
        deps: D | None = None,
        kind: type[D] = PortDeps,  # type: ignore[assignment]  # the default of D
    ) -> None:
        self.job = job
        self.needs = needs
        self.kind = kind
        self.deps = deps or prime(kind(), needs)

    def using(self, deps: D) -> "JobHandler[D]":
        """This handler over `deps`."""
        return type(self)(self.job, needs=self.needs, deps=deps, kind=self.kind)

    def __call__(self, event: Mapping[str, Any], _context: object) -> Any:
        """Run the job once. Raises `NoJob`."""
        _check(event)
        try:
            return self.job(event, self.deps)
        except Exception as error:  # noqa: BLE001 - it is raised again, without its text
            self._log(error)
            raise JobFailed(error) from None
        finally:
            self.deps.meter.flush()

    def _log(self, error: Exception) -> None:
        self.deps.meter.count(Metric.JOB_FAILED)
        self.deps.logger.error("failed", **what_failed(error))


class QueueHandler[D: PortDeps = PortDeps](JobHandler[D]):
    """A Lambda handler for SQS: one message at a time, a failed one is reported alone."""

    def __call__(self, event: Mapping[str, Any], _context: object) -> dict[str, Any]:
        """Run the job for each message; answers the partial batch response. Raises `NoJob`."""
        _check(event)
        failed = []
        try:
            for message in event["Records"]:
                try:
                    self.job(message, self.deps)
                except Exception as error:  # noqa: BLE001 - the boundary: the others go on
                    self._log(error)
                    failed.append({"itemIdentifier": message["messageId"]})
        finally:
            self.deps.meter.flush()
        return {"batchItemFailures": failed}


class ParallelQueueHandler[D: PortDeps = PortDeps](QueueHandler[D]):
    """As `QueueHandler`, with the messages of a batch in parallel: each waits for a PG, none for another."""

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        """Kept from batch to batch; the longest batch has a thread for each message."""
        return ThreadPoolExecutor(LONGEST_BATCH)

    def __call__(self, event: Mapping[str, Any], _context: object) -> dict[str, Any]:
        """Run the job for each message in a thread; answers the partial batch response. Raises `NoJob`."""
        _check(event)
        messages = event["Records"]
        try:
            tried = [self._threads.submit(self._tried, message) for message in messages]
            # whatever happens to one, no thread of this batch runs after the invocation
            wait(tried)
            failed = [each for each in (one.result() for one in tried) if each is not None]
        finally:
            self.deps.meter.flush()
        return {"batchItemFailures": [{"itemIdentifier": each} for each in failed]}

    def _tried(self, message: Mapping[str, Any]) -> str | None:
        """The id of a message that failed."""
        try:
            self.job(message, self.deps)
        except Exception as error:  # noqa: BLE001 - the boundary: the others go on
            self._log(error)
            return str(message["messageId"])
        return None


def due_in(
    message: Mapping[str, Any], deps: PortDeps, kinds: Container[Kind] = frozenset(Kind)
) -> Due | None:
    """What a message says is due; one nobody can read is dropped, the table still knows what is due."""
    due = parse_due(message["body"])
    if due is None or due.kind not in kinds:
        deps.logger.warning("unreadable message")
        return None
    return due


def _check(event: Mapping[str, Any]) -> None:
    """A timer and a queue never send what API Gateway and Function URLs do; no caller's body starts a job."""
    if "requestContext" in event or "rawPath" in event:
        raise NoJob
