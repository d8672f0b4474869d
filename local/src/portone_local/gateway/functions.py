"""The handlers behind the template's functions, loaded from their folders and called as Lambda calls them."""

import functools
import importlib.util
import itertools
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Self

from portone_local.template import cloudformation as template
from portone_local.template.guarded import guarded
from portone_local.twins.clock import Clock

type Handler = Callable[[dict[str, Any], "LambdaContext"], Any]
type Around = Callable[[str, Handler], Handler]
"""The handler to call in place of one, by its function's logical id."""


def undisturbed(_function: str, handler: Handler) -> Handler:
    """The handler itself."""
    return handler


@dataclass(frozen=True, slots=True, kw_only=True)
class LambdaContext:
    """The context of an invocation, as its handler sees it; `ends_at` on the clock's monotonic seconds."""

    function_name: str
    aws_request_id: str
    clock: Clock
    ends_at: float
    memory_limit_in_mb: int = 512
    function_version: str = "$LATEST"

    @property
    def invoked_function_arn(self) -> str:
        """An ARN of the local account."""
        return f"arn:aws:lambda:ap-northeast-2:000000000000:function:{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda would stop the function."""
        return max(0, int((self.ends_at - self.clock.monotonic()) * 1000))


class Functions:
    """Invokes handlers by logical id; events and results pass through JSON as they do on AWS.

    A handler is built for its first invocation, as Lambda starts a container; `around` may wrap it.
    `used`: the rights that each function needed, by its logical id.
    """

    def __init__(
        self,
        build: Callable[[str], Handler],
        *,
        clock: Clock,
        timeouts: Mapping[str, float] | None = None,
        used: Mapping[str, set[str]] | None = None,
    ) -> None:
        self.around: Around = undisturbed
        self._build = build
        self._handlers: dict[str, Handler] = {}
        self._starting = Lock()
        self._clock = clock
        self._timeouts = timeouts or {}
        self._numbers = itertools.count(1)
        self.failures: list[tuple[str, Exception]] = []
        self.used: Mapping[str, set[str]] = {} if used is None else used

    @classmethod
    def of(
        cls,
        transformed: Mapping[str, Any],
        *,
        resources: Mapping[str, str],
        ports: Mapping[str, Any],
        clock: Clock,
    ) -> Self:
        """The template's functions over these ports, each with the environment and the role it has there."""
        used: defaultdict[str, set[str]] = defaultdict(set)
        build, timeouts = _deployed(transformed, resources, ports, used)
        return cls(build, clock=clock, timeouts=timeouts, used=used)

    def deploy(
        self, transformed: Mapping[str, Any], *, resources: Mapping[str, str], ports: Mapping[str, Any]
    ) -> None:
        """Another deployment of the same functions: other settings, new containers."""
        used: defaultdict[str, set[str]] = defaultdict(set)
        self._build, self._timeouts = _deployed(transformed, resources, ports, used)
        self.used = used
        self.restart()

    def restart(self) -> None:
        """New containers from here on: what handlers cached is gone."""
        self._handlers.clear()

    def invoke(self, function: str, event: dict[str, Any]) -> Any:
        """The handler's result; what it raises is raised here. TypeError for a result that is not JSON."""
        try:
            return self._invoked(function, event)
        except Exception as error:
            self.failures.append((function, error))
            raise

    def container(self, function: str) -> Any:
        """The container that answers a function's next invocation, started where there is none."""
        return self._handler(function)

    def _invoked(self, function: str, event: dict[str, Any]) -> Any:
        context = LambdaContext(
            function_name=function,
            aws_request_id=f"00000000-0000-4000-9000-{next(self._numbers):012d}",
            clock=self._clock,
            ends_at=self._clock.monotonic() + self._timeouts.get(function, 27),
        )
        result = self.around(function, self._handler(function))(json.loads(json.dumps(event)), context)
        return json.loads(json.dumps(result))

    def _handler(self, function: str) -> Handler:
        with self._starting:
            if function not in self._handlers:
                self._handlers[function] = self._build(function)
            return self._handlers[function]


def _deployed(
    transformed: Mapping[str, Any],
    resources: Mapping[str, str],
    ports: Mapping[str, Any],
    used: Mapping[str, set[str]],
) -> tuple[Callable[[str], Handler], Mapping[str, float]]:
    """How a function's handler is built from a template, and how many seconds each may take."""
    folders = {function: folder for folder, function in template.functions(transformed).items()}
    properties = {function: transformed["Resources"][function]["Properties"] for function in folders}
    held = dict(ports)

    def build(function: str) -> Handler:
        handler = load_handler(template.handlers()[folders[function]])
        variables = filled(properties[function]["Environment"]["Variables"], resources)
        built: Handler = handler.using(
            handler.kind(variables, **guarded(transformed, function, held, used[function]))
        )
        return built

    return build, {function: float(found["Timeout"]) for function, found in properties.items()}


@functools.cache
def load_handler(file: Path, attribute: str = "handler") -> Any:
    """The handler in `file`, loaded once a process under a name of its own. Raises FileNotFoundError."""
    if not file.is_file():
        raise FileNotFoundError(file)
    name = f"portone_local_function_{file.parent.name}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return getattr(module, attribute)


def filled(variables: Mapping[str, Any], resources: Mapping[str, str]) -> dict[str, str]:
    """Environment variables; `resources` has each resource's ARN, URL or name. KeyError for a missing one."""
    return {name: _filled(value, resources) for name, value in variables.items()}


def _filled(value: Any, resources: Mapping[str, str]) -> str:
    if not isinstance(value, dict):
        return ",".join(value) if isinstance(value, list) else str(value)
    [(_, target)] = value.items()
    return resources[target if isinstance(target, str) else target[0]]
