"""README's deploy line, as printed: in a clone, with nothing of this environment on the path."""

import re
import subprocess
from pathlib import Path

import boto3
import pytest

from portone_local.stack.ministack import FAKE_CREDENTIALS, MiniStack
from portone_local.template.cloudformation import REGION, ROOT
from tests.support.cloning import bare_environment, clone

FENCE = re.compile(r"^## Ship it\n+```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


def printed() -> str:
    """The commands under "Ship it"."""
    (commands,) = FENCE.findall((ROOT / "README.md").read_text())
    return str(commands)


def ran(commands: str, folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """A shell that runs what was printed."""
    return subprocess.run(  # noqa: S603 - the README's own text
        ["/bin/bash", "-eu", "-c", commands],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


@pytest.mark.check
@pytest.mark.timeout(900)
def test_the_printed_line_deploys_from_a_clone(tmp_path: Path) -> None:
    folder = clone(tmp_path / "clone")

    with MiniStack() as aws:
        environment = bare_environment(
            SAM_CLI_TELEMETRY="0",
            AWS_ENDPOINT_URL=aws.endpoint_url,
            AWS_ACCESS_KEY_ID="test",
            AWS_SECRET_ACCESS_KEY="test",
            AWS_DEFAULT_REGION=REGION,
        )
        run = ran(printed(), folder, environment)
        made = boto3.client(
            "cloudformation", endpoint_url=aws.endpoint_url, region_name=REGION, **FAKE_CREDENTIALS
        ).describe_stacks(StackName="payments-dev")
        doctor = ran("make doctor STACK=payments-dev", folder, environment)

    assert run.returncode == 0, run.stdout[-4000:]
    assert made["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"
    # nobody has put PortOne's secrets in yet, and it says where they belong
    assert doctor.returncode != 0, doctor.stdout[-4000:]
    assert "API secret" in doctor.stdout
    assert "Traceback" not in doctor.stdout


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
