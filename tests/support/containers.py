"""Functions in containers of their own: an interpreter each, an environment like Lambda's, real adapters."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from portone_local.gateway.functions import filled
from portone_local.stack.ministack import REGION
from portone_local.template import cloudformation as template
from tests.support import container

LAMBDA = {
    "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:1",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "AKIAFAKEFAKEFAKEFAKE",
    "AWS_SECRET_ACCESS_KEY": "fake-secret-key",
    # compiled once, and never beside the sources, which are what is deployed
    **(
        {"PYTHONPYCACHEPREFIX": sys.pycache_prefix}
        if sys.pycache_prefix
        else {"PYTHONDONTWRITEBYTECODE": "1"}
    ),
}


class Container:
    """One function: `loaded` is what its start imported, `late` what its invocations had to import."""

    def __init__(self, folder: str, environment: Mapping[str, str]) -> None:
        handler = template.handlers()[folder]
        self._process = subprocess.Popen(  # noqa: S603 - our own script
            [sys.executable, container.__file__, str(handler)],
            env={"PATH": os.environ["PATH"], **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.late: list[str] = []
        self.handled = 0
        self._loaded: frozenset[str] | None = None

    @property
    def loaded(self) -> frozenset[str]:
        """The modules that were there before the first event."""
        if self._loaded is None:
            self._loaded = frozenset(self._heard()["new"])
        return self._loaded

    def invoke(self, event: Mapping[str, Any]) -> Any:
        """Have an event handled. Raises RuntimeError where the container died of it."""
        _ = self.loaded
        if self._process.stdin is None:
            raise RuntimeError("no way to say anything")
        self._process.stdin.write(json.dumps(event) + "\n")
        self._process.stdin.flush()
        told = self._heard()
        self.late += told["new"]
        self.handled += 1
        return told["result"]

    def stop(self) -> None:
        """End it for certain."""
        self._process.kill()
        self._process.communicate()

    def _heard(self) -> dict[str, Any]:
        line = self._process.stderr.readline() if self._process.stderr else ""
        if not line.startswith('{"new"'):
            raise RuntimeError(line + (self._process.communicate()[1] or ""))
        told: dict[str, Any] = json.loads(line)
        return told


class Containers:
    """A container for each function of a template, all started at once; `invoke` takes logical ids."""

    def __init__(
        self, transformed: Mapping[str, Any], resources: Mapping[str, str], **environment: str
    ) -> None:
        self.by_folder = {
            folder: Container(
                folder, filled(template.environment(transformed, folder), resources) | LAMBDA | environment
            )
            for folder in template.functions(transformed)
        }
        self._folders = {function: folder for folder, function in template.functions(transformed).items()}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for each in self.by_folder.values():
            each.stop()

    def invoke(self, function: str, event: Mapping[str, Any]) -> Any:
        """The handler's result."""
        return self.by_folder[self._folders[function]].invoke(event)
