"""A clone as a stranger has it, and a machine that was never set up for this."""

import os
import shutil
import subprocess
from pathlib import Path

from portone_local.template.cloudformation import ROOT


def clone(into: Path) -> Path:
    """What git keeps, as it is in the working tree."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        source, copy = ROOT / name, into / name
        if source.is_symlink() or source.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy, follow_symlinks=False)
    return into


def bare_environment(**named: str) -> dict[str, str]:
    """The environment of a machine with python3, make and git, and nothing of this clone's on its path."""
    ours = {str(ROOT / ".venv" / "bin"), str(ROOT / ".venv-sam" / "bin"), str(ROOT / ".cache" / "uv" / "bin")}
    path = os.pathsep.join(each for each in os.environ["PATH"].split(os.pathsep) if each not in ours)
    # a make inside a make speaks of folders
    dropped = ("VIRTUAL_ENV", "UV_", "PYTHON", "PYTEST", "MAKE", "MFLAGS")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return kept | {"PATH": path} | named
