"""README's deploy line, as printed: in a clone, with nothing of this environment on the path."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import boto3
import pytest

from portone_local.ministack import FAKE_CREDENTIALS, MiniStack
from portone_local.template import REGION, ROOT

FENCE = re.compile(r"^## Ship it\n+```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


def printed() -> str:
    """The commands under "Ship it"."""
    (commands,) = FENCE.findall((ROOT / "README.md").read_text())
    return str(commands)


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


def bare_path() -> str:
    """Where a machine that was never set up for this has its tools: python3, make, git."""
    ours = {str(ROOT / ".venv" / "bin"), str(ROOT / ".venv-sam" / "bin"), str(ROOT / ".cache" / "uv" / "bin")}
    return os.pathsep.join(each for each in os.environ["PATH"].split(os.pathsep) if each not in ours)


@pytest.mark.check
@pytest.mark.timeout(900)
def test_the_printed_line_deploys_from_a_clone(tmp_path: Path) -> None:
    folder = clone(tmp_path / "clone")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("VIRTUAL_ENV", "UV_"))}

    with MiniStack() as aws:
        run = subprocess.run(  # noqa: S603 - the README's own text
            ["/bin/bash", "-eu", "-c", printed()],
            cwd=folder,
            env=kept
            | {"PATH": bare_path(), "SAM_CLI_TELEMETRY": "0"}
            | {
                "AWS_ENDPOINT_URL": aws.endpoint_url,
                "AWS_ACCESS_KEY_ID": "test",
                "AWS_SECRET_ACCESS_KEY": "test",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        made = boto3.client(
            "cloudformation", endpoint_url=aws.endpoint_url, region_name=REGION, **FAKE_CREDENTIALS
        ).describe_stacks(StackName="payments-dev")

    assert run.returncode == 0, run.stdout[-4000:]
    assert made["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"


@pytest.mark.parametrize(
    "makefile", ["Makefile", *(str(p.relative_to(ROOT)) for p in ROOT.glob("layers/*/Makefile"))]
)
def test_recipes_ask_for_nothing_that_only_gnu_tools_or_a_newer_make_have(makefile: str) -> None:
    """GNU make 3.81 ignores .SHELLFLAGS, and BSD's cp, find and sed lack these."""
    text = (ROOT / makefile).read_text()
    recipes = [line for line in text.splitlines() if line.startswith("\t")]
    piped = [
        line for line in recipes if re.search(r"(?<!\|)\|(?!\|)", re.sub(r"'[^']*'|\"[^\"]*\"", "", line))
    ]

    assert not re.search(r"--parents|-printf|sed -i|readlink -f|\.ONESHELL|\bmapfile\b|!=", text)
    assert [line for line in piped if "pipefail" not in line and "|| exit" not in line] == []
