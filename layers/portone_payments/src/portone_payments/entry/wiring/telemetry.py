"""Logs through an allow-list, and metrics in EMF. What is not on the list is not written (invariant I7)."""

import logging
from collections import deque
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from portone_payments.ports.world import Metric

ALLOWED = frozenset(
    {
        "level",
        "message",
        "timestamp",
        "service",
        "function_name",
        "function_request_id",
        "xray_trace_id",
        "cold_start",
        "route",
        "status",
        "code",
        "reason",
        "pg_code",
        "request_id",
        "outcome",
        "payment_id",
        "order_id",
        "kind",
        "item",
        "count",
        "error_type",
        "at",
        "metric",
        "value",
    }
)
PLAIN = (str, int, float)
IN_SECONDS = frozenset({Metric.DUE_LAG, Metric.CHARGE_LAG, Metric.IDENTITY_LAG})
# httpx logs whole URLs at INFO, and one may contain a billing key (rule 9.1); botocore logs bodies at DEBUG
TALKATIVE = ("httpx", "httpcore", "botocore", "boto3", "urllib3", "aws_lambda_powertools")


class AllowListFormatter(LambdaPowertoolsFormatter):
    """JSON lines of known keys with plain values; the rest of a record, an exception too, is dropped."""

    def serialize(self, log: Any) -> str:
        """The line, without anything that is not on the list or that may contain more than one value."""
        kept = {key: value for key, value in log.items() if key in ALLOWED and isinstance(value, PLAIN)}
        return super().serialize(kept)


def make_logger() -> Logger:
    """The function's logger. Third parties are silenced below WARNING."""
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    return Logger(logger_formatter=AllowListFormatter(use_rfc3339=True, utc=True))


class EmfMeter:
    """Counts metrics of one invocation, also of threads; `flush` writes them as EMF to standard output.

    A line holds a hundred values of a metric, so more of them are more lines. Nothing is written before, for
    two threads could write into one line. Namespace and service are those of POWERTOOLS_METRICS_NAMESPACE
    and POWERTOOLS_SERVICE_NAME, unless given.
    """

    def __init__(self, namespace: str | None = None, service: str | None = None) -> None:
        self._metrics = EphemeralMetrics(namespace=namespace, service=service)
        self._counted: deque[tuple[Metric, float]] = deque()

    def count(self, metric: Metric, value: float = 1) -> None:
        """Add to a metric; a duration is in seconds."""
        self._counted.append((metric, value))

    def flush(self) -> None:
        """Write what was counted and start anew; nothing counted, nothing written."""
        while self._counted:
            metric, value = self._counted.popleft()
            unit = MetricUnit.Seconds if metric in IN_SECONDS else MetricUnit.Count
            self._metrics.add_metric(name=metric, unit=unit, value=value)
        if self._metrics.metric_set:
            self._metrics.flush_metrics()
