"""Clients as a team generates them from docs/openapi.json, each in a folder and a process of its own."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portone_local.openapi.document import FILE
from tests.support import generated_calls, node

CALLS = Path(generated_calls.__file__)


@dataclass(frozen=True, slots=True)
class Client:
    """How one is called; `said` is the output of its generator, which should be empty."""

    command: tuple[str, ...]
    path: str
    said: str

    def call(self, url: str, token: str, action: str, about: str) -> dict[str, Any]:
        """What it understood of the answer. Raises CalledProcessError where it could make nothing of it."""
        told = _run([*self.command, url, token, action, about], path=self.path)
        found: dict[str, Any] = json.loads(told)
        return found


def python_client(folder: Path) -> Client:
    """By openapi-python-client."""
    config = folder / "config.yml"
    config.write_text("post_hooks: []\n")
    generator = [str(Path(sys.executable).parent / "openapi-python-client"), "generate", "--meta", "none"]
    generator += ["--path", str(FILE), "--output-path", str(folder / generated_calls.PACKAGE)]
    said = _run([*generator, "--config", str(config), "--fail-on-warning"])
    return Client((sys.executable, str(CALLS)), str(folder), said)


def typescript_client(folder: Path) -> Client:
    """By openapi-typescript and openapi-fetch, compiled strictly."""
    modules = node.modules() / "node_modules"
    (folder / "node_modules").symlink_to(modules)
    (folder / "package.json").write_text('{"type": "module"}\n')
    shutil.copy(CALLS.with_suffix(".ts"), folder / "calls.ts")
    _run(
        ["node", str(modules / "openapi-typescript/bin/cli.js"), str(FILE), "-o", str(folder / "schema.d.ts")]
    )
    compiler = ["node", str(modules / "typescript/bin/tsc"), str(folder / "calls.ts"), "--strict"]
    said = _run([*compiler, "--target", "es2022", "--module", "nodenext", "--skipLibCheck", "false"])
    return Client(("node", str(folder / "calls.js")), "", said)


def _run(command: list[str], *, path: str = "") -> str:
    told = {**os.environ, "PYTHONPATH": path} if path else dict(os.environ)
    try:
        ran = subprocess.run(  # noqa: S603 - a command of ours
            command, check=True, capture_output=True, text=True, timeout=120, env=told
        )
    except subprocess.CalledProcessError as error:
        raise AssertionError(f"{error.stdout}\n{error.stderr}") from error
    return ran.stdout
