"""The import contracts hold, and each of them was seen to fail."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from portone_local.template.cloudformation import ROOT

PACKAGE = ROOT / "layers/portone_payments/src/portone_payments"
STAYS = ROOT / "local/src/portone_local"
# broken contract -> a module, of what ships where nothing else is said, and what it must not import
VIOLATIONS = {
    "Wiring knows flows and adapters, which know ports, which know the domain": {
        "domain/shared/money.py": "portone_payments.ports.world",
        "ports/store.py": "portone_payments.flows.shared.enqueue",
        "flows/shared/enqueue.py": "portone_payments.adapters.ids",
        "adapters/ids.py": "portone_payments.flows.shared.enqueue",
        "adapters/aws/queue.py": "portone_payments.entry.wiring.clock",
        "flows/payments/verify.py": "portone_payments.entry.wiring.clock",
    },
    "Rules by noun: each knows those below it": {
        "domain/payments/check.py": "portone_payments.domain.subscriptions.invoices",
        "domain/approvals/attempt.py": "portone_payments.domain.receipts.rules",
        "domain/refunds/rules.py": "portone_payments.domain.payments.absorb",
        "domain/readings/payment.py": "portone_payments.domain.records.payments",
    },
    "Flows by noun: each knows those below it": {
        "flows/identity/walk.py": "portone_payments.flows.payments.catch_up",
        "flows/payments/verify.py": "portone_payments.flows.refunds.send",
        "flows/charges/send.py": "portone_payments.flows.subscriptions.manage",
    },
    "PortOne's adapter knows no table, a table no PortOne": {
        "adapters/portone/wire.py": "portone_payments.adapters.dynamo.items",
        "adapters/dynamo/items.py": "portone_payments.adapters.portone.wire",
        "adapters/ids.py": "portone_payments.adapters.aws.queue",
    },
    "The ports of recurring charges and of identity know those of payments": {
        "ports/world.py": "portone_payments.ports.store",
        "ports/store.py": "portone_payments.ports.billing",
        "ports/portone.py": "portone_payments.ports.store",
    },
    "A view knows the request, and nothing that answers it": {
        "entry/settings/said.py": "portone_payments.entry.wiring.clock",
        "entry/wiring/clock.py": "portone_payments.entry.http",
        "entry/http.py": "portone_payments.entry.views.payments",
    },
    "What stays here: tools know stories and stacks, a stack the fake PortOne, the gateway and the twins": {
        "portone_local/actors/people.py": "portone_local.stories.world",
        "portone_local/oracle/money.py": "portone_local.actors.people",
        "portone_local/stack/passing.py": "portone_local.oracle.money",
        "portone_local/portone/fake.py": "portone_local.stack.wiring",
        "portone_local/gateway/api.py": "portone_local.portone.fake",
        "portone_local/twins/clock.py": "portone_local.gateway.api",
        "portone_local/serve/timer.py": "portone_local.demo.stage",
    },
    "Domain, ports and flows have no I/O, clock, environment, randomness, model library or SDK": {
        "domain/shared/money.py": "random",
        "domain/payments/check.py": "pydantic",
        "ports/world.py": "time",
        "ports/portone.py": "urllib",
        "ports/store.py": "os",
        "flows/shared/enqueue.py": "httpx",
    },
    "Of what ships, one adapter makes boto3 clients and knows botocore's errors": {
        "adapters/aws/queue.py": "botocore.exceptions",
        "entry/wiring/worker.py": "boto3",
    },
    "One adapter seals, by a library": {"adapters/aws/vault.py": "nacl", "flows/shared/enqueue.py": "nacl"},
    "What ships never imports what stays here": {"entry/wiring/clock.py": "portone_local.twins.clock"},
}
LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"
SHARED = frozenset({"pydantic", "portone_payments", *sys.stdlib_module_names})
# a handler reads a request, names a flow and shows its answer: ports, adapters and rules are not its own
HANDLERS_KNOW = ("entry.", "flows.", "domain.records.", "domain.errors.")


def lint(source: Path) -> dict[str, Any]:
    """What lint-imports reports about the packages under `source`, the installed ones behind them."""
    ran = subprocess.run(  # noqa: S603 - our own linter
        [sys.executable, "-c", LINT_IMPORTS, "--no-logo", "--no-cache"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(source), "COLUMNS": "500"},
        capture_output=True,
        text=True,
        check=False,
    )
    broken = re.findall(r"^(.+) BROKEN$", ran.stdout, re.MULTILINE)
    return {"code": ran.returncode, "broken": broken, "text": ran.stdout + ran.stderr}


def placed(module: str) -> str:
    """Where a module of `VIOLATIONS` is, from the folder both packages are in."""
    return module if module.startswith(f"{STAYS.name}/") else f"{PACKAGE.name}/{module}"


def foreign_imports(handler: Path) -> set[str]:
    """What a handler imports besides the layers and the standard library."""
    nodes = list(ast.walk(ast.parse(handler.read_text())))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "." for node in nodes if isinstance(node, ast.ImportFrom)]
    return {name for name in names if name.partition(".")[0] not in SHARED}


def rooms_beyond_its_own(handler: Path) -> set[str]:
    """What of the layer a handler knows besides entry, the flows, and records and errors by name."""
    nodes = list(ast.walk(ast.parse(handler.read_text())))
    named = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    named += [
        f"{node.module}.{alias.name}"
        for node in nodes
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]
    shipped = {name for name in named if name.partition(".")[0] == PACKAGE.name}
    return {name for name in shipped if not name.removeprefix(f"{PACKAGE.name}.").startswith(HANDLERS_KNOW)}


def clock_readings(source: str) -> list[int]:
    """The lines that ask datetime for the time; arithmetic on times that were handed over is fine."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute)
        and node.attr in {"now", "today", "utcnow"}
        and ast.unparse(node.value).rpartition(".")[2] in {"datetime", "date"}
    ]


@pytest.mark.parametrize("part", ["domain", "flows"])
def test_time_is_injected_and_never_read(part: str) -> None:
    found = {file: clock_readings(file.read_text()) for file in (PACKAGE / part).rglob("*.py")}

    assert found
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize("reading", ["datetime.now(UTC)", "dt.datetime.utcnow()", "date.today()"])
def test_a_planted_reading_of_the_clock_is_found(reading: str) -> None:
    assert clock_readings(f"at = {reading}") == [1]
    assert clock_readings("at = self.clock.now()") == []


def test_every_contract_is_kept() -> None:
    found = lint(PACKAGE.parent)

    assert (found["code"], found["broken"]) == (0, []), found["text"]


@pytest.mark.parametrize("contract", VIOLATIONS)
def test_a_planted_violation_breaks_its_contract_and_no_other(tmp_path: Path, contract: str) -> None:
    for package in (PACKAGE, STAYS):
        shutil.copytree(package, tmp_path / package.name)
    planted = {placed(module): imported for module, imported in VIOLATIONS[contract].items()}
    for module, imported in planted.items():
        with (tmp_path / module).open("a") as source:
            source.write(f"\nimport {imported}\n")

    found = lint(tmp_path)

    assert found["broken"] == [contract], found["text"]
    for module, imported in planted.items():
        importer = module.removesuffix(".py").replace("/", ".")
        assert f"{importer} -> {imported.removesuffix('.exceptions')}" in found["text"]


def test_a_new_part_of_the_package_must_join_the_contracts(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "portone_payments")
    (tmp_path / "portone_payments/helpers.py").touch()

    assert lint(tmp_path)["code"] != 0


def test_every_contract_has_a_planted_violation() -> None:
    names = re.findall(r"^name = (.+)$", (ROOT / ".importlinter").read_text(), re.MULTILINE)

    assert sorted(names) == sorted(VIOLATIONS)


@pytest.mark.parametrize("folder", sorted(ROOT.glob("functions/*/*/")), ids=lambda folder: folder.name)
def test_a_function_is_one_file_that_imports_no_other_function(folder: Path) -> None:
    files = [file.name for file in folder.iterdir() if file.name != "__pycache__"]

    assert files == ["handler.py"]
    assert foreign_imports(folder / "handler.py") == set()
    assert rooms_beyond_its_own(folder / "handler.py") == set()


@pytest.mark.parametrize(
    "line",
    ["import boto3", "from functions.verify.handler import route", "from . import x", "import handler"],
)
def test_a_function_that_imports_anything_else_is_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "handler.py").write_text(f"import json\n{line}\n")

    assert foreign_imports(tmp_path / "handler.py") != set()


@pytest.mark.parametrize(
    "line",
    [
        "from portone_payments.ports.world import Deadline",
        "from portone_payments.adapters.aws.queue import parse_due",
        "from portone_payments.domain.subscriptions.lifecycle import cancel",
        "from portone_payments.domain import subscriptions",
        "from portone_payments import adapters",
        "import portone_payments.domain.shared.money as money",
    ],
)
def test_a_function_that_knows_a_rule_a_port_or_an_adapter_is_found(tmp_path: Path, line: str) -> None:
    known = "from portone_payments.domain.errors.common import Busy"
    (tmp_path / "handler.py").write_text(f"import json\n{known}\n{line}\n")

    assert len(rooms_beyond_its_own(tmp_path / "handler.py")) == 1


def test_nothing_under_local_is_shipped(each: dict[str, Any]) -> None:
    properties = [resource["Properties"] for resource in each["Resources"].values()]
    code = [found["Code"]["S3Key"] for found in properties if "S3Key" in found.get("Code", ())]
    layers = [found["Content"]["S3Key"] for found in properties if "Content" in found]

    assert {key.partition("/")[0] for key in code} == {"functions"}
    assert {key.partition("/")[0] for key in layers} == {"layers"}
