"""What a stranger expects around the code: licence, workflows, hooks, templates; each calls the Makefile."""

import hashlib
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from portone_local.supply.notice import HEAD
from portone_local.template.cloudformation import ROOT
from tests.support.cloning import bare_environment

# as apache.org publishes it
APACHE_2 = "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"
WORKFLOWS = tuple(sorted(ROOT.glob(".github/workflows/*.yml")))
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
PROJECTS = ("pyproject.toml", "layers/portone_payments/pyproject.toml", "local/pyproject.toml")


def read(name: str) -> str:
    return (ROOT / name).read_text()


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))


def is_make(command: str) -> bool:
    """Whether it is one target of the Makefile, and nothing beside."""
    word, _, target = command.strip().partition(" ")
    return word == "make" and target in targets()


def offences_of_a_workflow(text: str) -> Iterator[str]:
    workflow: dict[str, Any] = yaml_parse(text)
    if "pull_request_target" in text:
        yield "a stranger's code runs with our rights"
    if workflow.get("permissions") != {"contents": "read"}:
        yield "it may do more than read"
    for job in workflow["jobs"].values():
        yield from offences_of_a_job(job)
    used = re.findall(r"uses: *(.+)", text)
    yield from (f"not pinned by commit: {each}" for each in used if not PINNED.fullmatch(each))


def offences_of_a_job(job: dict[str, Any]) -> Iterator[str]:
    if "timeout-minutes" not in job:
        yield "it may hang for hours"
    if "permissions" in job:
        yield "a job asks for rights of its own"
    for step in job["steps"]:
        if "run" in step and not is_make(step["run"]):
            yield f"no target of the Makefile: {step['run']}"
        checks_out = step.get("uses", "").startswith("actions/checkout@")
        if checks_out and step.get("with", {}).get("persist-credentials") is not False:
            yield "the token stays in the clone"


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda file: file.stem)
def test_a_workflow_runs_targets_of_the_makefile_with_pinned_actions_and_no_rights(workflow: Path) -> None:
    assert list(offences_of_a_workflow(workflow.read_text())) == []


@pytest.mark.parametrize(
    ("was", "planted", "offence"),
    [
        ("run: make static", "run: make statics", "no target of the Makefile: make statics"),
        ("run: make test", "run: make test && curl x", "no target of the Makefile: make test && curl x"),
        ("make check", "pytest -m check", "no target of the Makefile: pytest -m check"),
        (" # v7.0.1", "", "not pinned by commit: actions/checkout@"),
        ("contents: read", "contents: write", "it may do more than read"),
        ("persist-credentials: false", "fetch-depth: 0", "the token stays in the clone"),
        ("timeout-minutes: 15", "continue-on-error: true", "it may hang for hours"),
        (
            "timeout-minutes: 15",
            "permissions: {}\n    timeout-minutes: 1",
            "a job asks for rights of its own",
        ),
        ("pull_request:", "pull_request_target:", "a stranger's code runs with our rights"),
    ],
)
def test_a_forbidden_step_of_a_workflow_is_found(was: str, planted: str, offence: str) -> None:
    text = read(".github/workflows/ci.yml")
    assert was in text

    found = list(offences_of_a_workflow(text.replace(was, planted)))

    assert [each for each in found if each.startswith(offence)]


def test_every_change_is_tested_by_what_the_gate_runs() -> None:
    gate = set(re.findall(r"^make ([a-z-]+)$", read(".ci/run"), re.MULTILINE))

    assert gate == {"test", "check"}
    assert gate <= set(re.findall(r"run: make ([a-z-]+)", read(".github/workflows/ci.yml")))


def hooks(text: str) -> list[tuple[str, str]]:
    """The repository and the command of each hook."""
    found: dict[str, Any] = yaml_parse(text)
    return [(each["repo"], hook.get("entry", "")) for each in found["repos"] for hook in each["hooks"]]


def strange_hooks(text: str) -> list[str]:
    return [entry for repo, entry in hooks(text) if repo != "local" or not is_make(entry)]


def test_hooks_before_a_commit_are_targets_of_the_makefile() -> None:
    text = read(".pre-commit-config.yaml")

    assert hooks(text)
    assert strange_hooks(text) == []
    assert strange_hooks(text.replace("make static", "ruff check")) == ["ruff check"]
    assert strange_hooks(text.replace("repo: local", "repo: elsewhere")) == ["make static"]


def test_the_licence_is_apache_2_wherever_it_is_named() -> None:
    assert hashlib.sha256((ROOT / "LICENSE").read_bytes()).hexdigest() == APACHE_2
    assert {tomllib.loads(read(name))["project"].get("license") for name in PROJECTS} == {"Apache-2.0"}
    assert "Apache License 2.0 (LICENSE)" in HEAD
    assert "[Apache-2.0](LICENSE)" in read("README.md")


def test_the_container_and_the_workflows_have_the_python_that_is_deployed() -> None:
    version = read(".python-version").strip()

    assert f"FROM python:{version}\n" in read(".devcontainer/Dockerfile")
    assert is_make(json.loads(read(".devcontainer/devcontainer.json"))["postCreateCommand"])
    assert all("python-version-file: .python-version" in file.read_text() for file in WORKFLOWS)


def test_every_lock_and_action_is_watched_for_newer_versions() -> None:
    watched: list[dict[str, Any]] = yaml_parse(read(".github/dependabot.yml"))["updates"]

    assert {(each["package-ecosystem"], each["directory"]) for each in watched} == {
        ("pip", "/requirements"),
        ("npm", "/requirements/node"),
        ("github-actions", "/"),
    }


def test_editors_and_the_formatter_agree_on_the_length_of_a_line() -> None:
    [length] = re.findall(r"^max_line_length = (\d+)$", read(".editorconfig"), re.MULTILINE)

    assert int(length) == tomllib.loads(read("pyproject.toml"))["tool"]["ruff"]["line-length"]


def test_git_folds_files_that_are_there() -> None:
    patterns = re.findall(r"^(\S+) linguist-generated$", read(".gitattributes"), re.MULTILINE)

    assert patterns
    assert [pattern for pattern in patterns if not any(ROOT.glob(pattern))] == []


@pytest.mark.parametrize("page", ["SECURITY.md", ".github/pull_request_template.md"])
def test_every_link_and_command_for_strangers_exists(page: str) -> None:
    text = read(page)
    links = re.findall(r"\]\(([^)#]+)", text)
    commands = re.findall(r"`(make [^`]+)`", text)

    assert [link for link in links if not ((ROOT / page).parent / link).exists()] == []
    assert [command for command in commands if not is_make(command)] == []


def gate_in(folder: Path) -> list[str]:
    """What the gate calls in a clone in `folder`, and which of PortOne's files it names."""
    called, tools = folder / "called", folder / "tools"
    tools.mkdir()
    (tools / "make").write_text(f'#!/bin/sh\necho "$@ $PORTONE_OPENAPI $DANAL_CODES" >> {called}\n')
    (tools / "make").chmod(0o755)
    gate = folder / "clone/.ci/run"
    gate.parent.mkdir(parents=True)
    gate.write_text(read(".ci/run"))
    env = bare_environment(PATH=f"{tools}{os.pathsep}{os.environ['PATH']}")
    env = {name: value for name, value in env.items() if name not in {"PORTONE_OPENAPI", "DANAL_CODES"}}
    subprocess.run(["bash", gate], env=env, check=True)  # noqa: S603, S607 - the file above
    return [line.strip() for line in called.read_text().splitlines()]


def test_the_gate_needs_nothing_outside_the_repository(tmp_path: Path) -> None:
    assert gate_in(tmp_path) == ["test", "check"]


def collected(folder: Path, seed: int) -> list[str]:
    """The ids of the tests in `folder`, in their order, under one seed of hashes."""
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-p", "no:cacheprovider"],
        cwd=folder,
        env=os.environ | {"PYTHONHASHSEED": str(seed)},
        capture_output=True,
        text=True,
        check=True,
    )
    return [line for line in ran.stdout.splitlines() if "::" in line]


@pytest.mark.check
def test_the_order_of_the_tests_hangs_on_no_seed(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -q\n")
    (tmp_path / "test_planted.py").write_text(
        "import pytest\n\n"
        "@pytest.mark.parametrize('day', {*'abcdefghijklmnopqrstuvwxyz'})\n"
        "def test_a_day(day): pass\n"
    )

    assert collected(ROOT, 1) == collected(ROOT, 2)
    assert collected(tmp_path, 1) != collected(tmp_path, 2)
