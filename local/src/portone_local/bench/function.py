"""A worker's function in the simulation, and where it may die."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from portone_local.gateway.functions import filled, load_handler
from portone_local.template import cloudformation as template
from portone_payments.entry.wiring.worker import Deps


class Killed(BaseException):
    """Lambda ends the worker here; nothing catches it."""


class Wired(httpx.BaseTransport):
    """The fake PortOne, with a boundary before and after each call."""

    def __init__(self, inner: httpx.BaseTransport, boundary: Callable[[], None]) -> None:
        self._inner = inner
        self._boundary = boundary

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer as the fake does."""
        self._boundary()
        answer = self._inner.handle_request(request)
        self._boundary()
        return answer


def environment_of(name: str, parameters: dict[str, str], resources: dict[str, str]) -> dict[str, str]:
    """What the template gives a function on a stack of these resources."""
    return filled(template.environment(template.transformed(parameters), name), resources)


def job_of(
    name: str, parameters: dict[str, str], resources: dict[str, str], ports: dict[str, Any]
) -> Callable[[dict[str, Any]], object]:
    """What a worker's handler does with one message."""
    file: Path = template.handlers()[name]
    deps = Deps(environment_of(name, parameters, resources), **ports)
    job = load_handler(file, "job")
    return lambda message: job(message, deps)
