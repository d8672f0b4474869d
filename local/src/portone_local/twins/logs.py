"""What the handlers wrote and counted while a stack was open: log lines as shipped and raw, metrics."""

import functools
import logging
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, TextIO

from aws_lambda_powertools import Logger

from portone_local.twins.clock import Clock
from portone_payments.entry.wiring.telemetry import make_logger
from portone_payments.ports.world import Metric

_FORMATTING = frozenset({"msg", "args"})


class Lines:
    """A text stream that hands each line to every open capture."""

    def __init__(self) -> None:
        self.sinks: list[list[str]] = []

    def write(self, text: str) -> int:
        """Keep a line."""
        for sink in self.sinks:
            sink.append(text.rstrip("\n"))
        return len(text)

    def flush(self) -> None:
        """Nothing waits."""


_LINES = Lines()


@functools.cache
def local_logger() -> Logger:
    """The shipped logger, writing to the open captures instead of standard output."""
    logger = make_logger()
    handler: Any = logger.registered_handler
    handler.setStream(_LINES)
    return logger


def write_logs_to(stream: TextIO) -> None:
    """Show the shipped log lines on a stream, for a stack that runs until it is stopped."""
    handler: Any = local_logger().registered_handler
    handler.setStream(stream)


class RawRecords(logging.Handler):
    """Every record of the process, whatever its level, with all it carries: more than any formatter shows."""

    def __init__(self, sink: list[str]) -> None:
        super().__init__(logging.NOTSET)
        self._sink = sink

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record, its arguments, extras and traceback."""
        carried = {name: value for name, value in vars(record).items() if name not in _FORMATTING}
        self._sink.append(f"{self.format(record)} {carried!r}")


@contextmanager
def capturing() -> Iterator[list[str]]:
    """Log lines, while open; the root logger is at DEBUG meanwhile."""
    lines: list[str] = []
    raw, root = RawRecords(lines), logging.getLogger()
    level = root.level
    root.addHandler(raw)
    root.setLevel(logging.DEBUG)
    _LINES.sinks.append(lines)
    try:
        yield lines
    finally:
        _LINES.sinks[:] = [sink for sink in _LINES.sinks if sink is not lines]
        root.setLevel(level)
        root.removeHandler(raw)


class RecordingMeter:
    """`Meter` that remembers: the sum counted for each metric and, given a clock, what was counted when."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.counts: dict[Metric, float] = defaultdict(float)
        self.moments: dict[Metric, dict[float, float]] = defaultdict(dict)
        self._clock = clock
        self._lock = Lock()

    def count(self, metric: Metric, value: float = 1) -> None:
        """Add to a metric."""
        with self._lock:
            self.counts[metric] += value
            if self._clock is not None:
                now = self._clock.now()
                self.moments[metric][now] = self.moments[metric].get(now, 0) + value

    def flush(self) -> None:
        """Nothing is written."""
