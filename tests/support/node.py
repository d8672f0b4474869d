"""Programs of npm, installed from the lock in `requirements/node`, for what is checked under Node."""

import hashlib
import shutil
import subprocess
from pathlib import Path

from portone_local.template.cloudformation import ROOT

LOCKED = ROOT / "requirements/node"
NEEDED = ("node", "npm")


def missing() -> str | None:
    """What of Node this machine lacks, None for nothing."""
    return next((name for name in NEEDED if shutil.which(name) is None), None)


def modules() -> Path:
    """The folder with `node_modules`, installed once for each lock. CalledProcessError where npm cannot."""
    digest = hashlib.sha256((LOCKED / "package-lock.json").read_bytes()).hexdigest()[:12]
    place = ROOT / ".cache/node" / digest
    if (place / ".ready").exists():
        return place
    place.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(LOCKED / name, place / name)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(  # noqa: S603 - a command of ours
        command, cwd=place, check=True, capture_output=True, text=True
    )
    (place / ".ready").touch()
    return place


def run(script: Path, *arguments: str, said: str = "") -> str:
    """The output of a script run with the modules' folder before `arguments`, `said` on its input."""
    command = ["node", str(script), str(modules()), *arguments]
    ran = subprocess.run(  # noqa: S603 - a command of ours
        command, input=said, check=True, capture_output=True, text=True, timeout=120
    )
    return ran.stdout
