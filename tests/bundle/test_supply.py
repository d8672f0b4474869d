"""Shipped packages name their licences, and locked ones are compared with known vulnerabilities."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from portone_local.supply.audit import Record, findings, main, records
from portone_local.supply.locks import locked
from portone_local.supply.notice import FILE, notice

PINNED = {("idna", "3.6"): ("runtime", "dev"), ("h11", "0.16.0"): ("runtime",)}


def test_the_notice_names_every_package_that_ships_under_its_licence() -> None:
    assert FILE.read_text() == notice(), "write it anew: python -m portone_local.supply.notice"
    assert all(f"\n{name} {version}: " in notice() for name, version in locked("runtime").items())
    assert "UNKNOWN" not in notice()
    assert "None" not in notice().partition("-" * 78)[0]


def record(name: str = "idna", **affected: Any) -> Record:
    """A vulnerability of a package as OSV writes it."""
    return {"id": "PYSEC-1", "affected": [{"package": {"ecosystem": "PyPI", "name": name}, **affected}]}


def between(*events: tuple[str, str]) -> dict[str, Any]:
    """A range of versions as OSV writes it."""
    return {"ranges": [{"type": "ECOSYSTEM", "events": [dict([each]) for each in events]}]}


@pytest.mark.parametrize(
    ("known", "found"),
    [
        (record(versions=["3.5", "3.6"]), True),
        (record(versions=["3.5"]), False),
        (record(**between(("introduced", "0"), ("fixed", "3.7"))), True),
        (record(**between(("introduced", "0"), ("fixed", "3.6"))), False),
        (record(**between(("introduced", "3.10"))), False),
        (record(**between(("introduced", "3.1"), ("last_affected", "3.6"))), True),
        (record(**between(("introduced", "3.1"), ("last_affected", "3.5"))), False),
        (record("IDNA", versions=["3.6"]), True),
        (record("idna2", versions=["3.6"]), False),
        (record(versions=["3.6"]) | {"withdrawn": "2026-01-01T00:00:00Z"}, False),
    ],
)
def test_a_vulnerable_locked_version_is_found(
    known: Record,
    found: bool,  # noqa: FBT001 - a column of the table
) -> None:
    told = findings([known], PINNED)

    assert [(each.package, each.version, each.locks) for each in told] == [
        ("idna", "3.6", ("runtime", "dev"))
    ] * found


def test_a_finding_says_where_it_is_fixed() -> None:
    [told] = findings([record(**between(("introduced", "0"), ("fixed", "3.7")))], PINNED)

    assert str(told) == ("idna 3.6 (requirements/runtime.txt, requirements/dev.txt): PYSEC-1, mended in 3.7")


def test_a_dump_of_vulnerabilities_is_read_as_published(tmp_path: Path) -> None:
    dump, listed = tmp_path / "all.zip", tmp_path / "some.json"
    with zipfile.ZipFile(dump, "w") as file:
        file.writestr("PYSEC-1.json", json.dumps(record()))
    listed.write_text(json.dumps([record()]))

    assert list(records(dump)) == list(records(listed)) == [record()]


def test_the_audit_says_what_it_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [(name, version), *_] = locked("runtime").items()
    clean, bad, broken = (tmp_path / each for each in ("clean.json", "bad.json", "broken.zip"))
    clean.write_text("[]")
    bad.write_text(json.dumps([record(name, versions=[version])]))
    broken.write_text("no zip")

    codes = [main({"VULNERABILITIES": str(each)}) for each in (clean, bad, broken)] + [main({})]
    told = capsys.readouterr().out

    assert codes == [0, 1, 2, 0]
    assert "SKIPPED, nothing was looked at" in told
    assert f"{name} {version} (requirements/runtime.txt" in told
