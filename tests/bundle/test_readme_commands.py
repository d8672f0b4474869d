"""Every command README and its pages print: run as printed in a clone, or shown at a place that is named."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from portone_local.template.cloudformation import ROOT
from tests.support.cloning import bare_environment, clone

PAGES = ("README.md", *(f"docs/{page}.md" for page in ("api", "costs", "recurring", "identity", "deploy")))
TEXT = "\n".join((ROOT / page).read_text() for page in PAGES)
FENCE = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"(?:\w+=\S+ )*(?:make|sam|curl|npm|docker|python3?) .*")
DEPLOYED = "tests/bundle/test_deploy_as_printed.py"
SHOWN_ELSEWHERE = {
    "make test": "CONTRIBUTING.md",  # the run that goes before `make check`
    'make sam && export PATH="$PWD/.venv-sam/bin:$PATH"': DEPLOYED,
    "sam build && sam deploy --config-env dev": DEPLOYED,
    "make doctor STACK=payments-dev": DEPLOYED,
    "python -m portone_local.openapi.life_page": "tests/bundle/test_life_page.py",
    "make bench-charges": "tests/bundle/test_bench.py",  # ten minutes as printed, small there
}
SERVING = ("make serve", "make serve LOCAL=shop")
BESIDE = {
    "make curls": "make serve",
    "make curls FOR=refunds": "make serve",
    "make doctor LOCAL=shop": "make serve LOCAL=shop",
}
"""What asks a stack that is served, and which."""
(ELSEWHERE,) = re.findall(r"`(PORTONE_URL=[^`]* make serve)`", TEXT)
RUN = {"make demo", *SERVING, *BESIDE, ELSEWHERE}
STARTS, STOPS = 120, 30  # seconds


def printed() -> set[str]:
    """The commands in fences and in prose."""
    prose = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", TEXT, flags=re.MULTILINE | re.DOTALL))
    lines = [line.partition("  #")[0].strip() for fence in FENCE.findall(TEXT) for line in fence.splitlines()]
    return {line for line in lines if line} | {span for span in prose if COMMAND.fullmatch(span)}


def test_every_command_is_run_or_shown_elsewhere() -> None:
    assert printed() == RUN | SHOWN_ELSEWHERE.keys()
    assert all((ROOT / place).exists() for place in SHOWN_ELSEWHERE.values())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh clone."""
    return clone(tmp_path_factory.mktemp("readme") / "clone")


def ran(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A shell that runs what is printed."""
    return subprocess.run(  # noqa: S603 - the pages' own text
        ["/bin/bash", "-eu", "-c", command],
        cwd=folder,
        env=bare_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=600,
    )


@contextmanager
def serving(command: str, folder: Path) -> Iterator[Path]:
    """Its output, from the line on how to stop it until Ctrl-C has stopped it."""
    told = folder / f"{re.sub(r'\W', '', command)}.txt"
    with told.open("w") as output:
        process = subprocess.Popen(  # noqa: S603 - the pages' own text
            ["/bin/bash", "-eu", "-c", command],
            cwd=folder,
            env=bare_environment(),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            wait_for(told, "Ctrl-C stops it", STARTS)
            yield told
            os.killpg(process.pid, signal.SIGINT)
            wait_for(told, "stopped", STOPS)
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(STOPS)


def wait_for(told: Path, words: str, seconds: float) -> None:
    """Waits until it is printed. AssertionError with the output otherwise."""
    end = time.monotonic() + seconds
    while words not in told.read_text():
        assert time.monotonic() < end, told.read_text()[-3000:]
        time.sleep(0.2)


@pytest.mark.check
@pytest.mark.timeout(900)
def test_the_demo_ends_with_the_books_compared(folder: Path) -> None:
    run = ran("make demo", folder)

    assert run.returncode == 0, run.stdout[-3000:]
    assert "money is right" in run.stdout.splitlines()[-1]


@pytest.mark.check
@pytest.mark.timeout(900)
@pytest.mark.parametrize("command", SERVING)
def test_the_served_stack_answers_each_printed_call(command: str, folder: Path) -> None:
    with serving(command, folder) as told:
        asked = {each: ran(each, folder) for each, beside in BESIDE.items() if beside == command}
        word = command.removeprefix("make serve")
        calls = [
            line for line in ran(f"make -s curls{word}", folder).stdout.splitlines() if line[:5] == "curl "
        ]
        answers = [ran(f"{call} -w '\n%{{http_code}}'", folder).stdout for call in calls]

    assert {each: run.returncode for each, run in asked.items()} == dict.fromkeys(asked, 0)
    codes = [answer.rpartition("\n")[2] for answer in answers]
    assert len(calls) > 60
    assert [
        (call, answer)
        for call, answer, code in zip(calls, answers, codes, strict=True)
        if code not in {"200", "202", "402", "403", "404", "409"}
    ] == []
    assert "Traceback" not in told.read_text()


@pytest.mark.check
@pytest.mark.timeout(300)
def test_the_printed_line_names_another_portone(folder: Path) -> None:
    with serving(ELSEWHERE, folder) as told:
        said = told.read_text()

    assert "https://api.portone.io" in said
    assert "(the fake)" not in said
    assert "Traceback" not in told.read_text()
