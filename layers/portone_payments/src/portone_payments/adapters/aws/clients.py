"""The only place that makes boto3 clients and knows botocore's errors; nothing here is imported early.

A bare handler import loads no SDK (tests/bundle/test_imports.py): boto3 is imported by the first client,
botocore's errors by the first error.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from portone_payments.domain.errors.common import StorageUnavailable

NAME = "portone-payments"
CONNECTIONS = 16  # kept open: as many as a function has threads; beyond ten boto3 would reconnect each time


@cache
def client(service: str, *, read: float = 3, attempts: int = 3) -> Any:
    """One boto3 client per service and container; connect 1 s, read in seconds (rule 4.6)."""
    import boto3  # noqa: PLC0415 - see the module
    from botocore.config import Config  # noqa: PLC0415 - see the module

    retries: Any = {"mode": "standard", "total_max_attempts": attempts}
    config = Config(
        connect_timeout=1,
        read_timeout=read,
        retries=retries,
        max_pool_connections=CONNECTIONS,
        # AWS validates requests, and tests send all of them: a second validation costs a tenth of each call
        parameter_validation=False,
        # botocore describes itself anew for each request, which costs as much as signing it
        user_agent=NAME,
    )
    return boto3.client(service, config=config)  # type: ignore[call-overload]


def failures() -> tuple[type[Exception], ...]:
    """The errors a call to AWS may raise; for an `except` clause, which evaluates it only after an error."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - see the module

    return (BotoCoreError, ClientError)


def code_of(error: Exception) -> str:
    """AWS's error code, or the class of a network error; never a message text."""
    response = getattr(error, "response", None)
    return response["Error"]["Code"] if response else type(error).__name__


@contextmanager
def answered(service: str) -> Iterator[None]:
    """Every failure inside becomes `StorageUnavailable`."""
    try:
        yield
    except failures() as error:
        raise StorageUnavailable(service=service, reason=code_of(error)) from None
