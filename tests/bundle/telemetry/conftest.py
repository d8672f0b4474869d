"""A logger as functions have it, and what it writes."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from aws_lambda_powertools import Logger

from portone_payments.entry.wiring.telemetry import make_logger


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def logger(stream: io.StringIO) -> Iterator[Logger]:
    made = make_logger()
    handler: Any = made.registered_handler
    before = handler.setStream(stream)
    yield made
    handler.setStream(before)
