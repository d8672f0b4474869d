"""SAM CLI, which lives in an environment of its own because its botocore is not the local AWS's."""

import os
import subprocess
import sys
from pathlib import Path

from portone_local.template.cloudformation import REGION, ROOT

SAM = ROOT / ".venv-sam" / "bin" / "sam"


class SamFailed(Exception):
    """SAM CLI refused; what it printed."""


def sam(*arguments: str, folder: Path = ROOT, **environment: str) -> str:
    """Run SAM CLI in `folder`; what it printed. Raises SamFailed."""
    if not SAM.exists():
        raise SamFailed("SAM CLI is missing: make sam")
    tools = [Path(sys.executable).resolve().parent, ROOT / ".cache" / "uv" / "bin", SAM.parent]
    found = subprocess.run(  # noqa: S603 - our own tool and our own arguments
        [str(SAM), *arguments],
        cwd=folder,
        env=os.environ
        | {"SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": REGION}
        | {"PATH": os.pathsep.join([*map(str, tools), os.environ["PATH"]])}
        | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if found.returncode:
        raise SamFailed(found.stdout[-4000:])
    return found.stdout


def build(folder: Path) -> Path:
    """Build layers and functions into `folder`, from nothing. Raises SamFailed."""
    sam("build", "--no-cached", "--template-file", str(ROOT / "template.yaml"), "--build-dir", str(folder))
    return folder
