"""`make audit`: whether anything that is locked is known to be vulnerable.

Asks a file and no server: an OSV dump of PyPI (osv.dev, "Data dumps": PyPI/all.zip), or a JSON list of such
records, named by VULNERABILITIES. Without one it says so and has looked at nothing.
"""

import json
import os
import sys
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from portone_local.supply.locks import LOCKS, locked

SETTING = "VULNERABILITIES"
type Record = dict[str, Any]


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A locked package with a known vulnerability; `mended` is the first version without it, where known."""

    package: str
    version: str
    vulnerability: str
    locks: tuple[str, ...]
    mended: str

    def __str__(self) -> str:
        """One line."""
        where = ", ".join(f"requirements/{lock}.txt" for lock in self.locks)
        return f"{self.package} {self.version} ({where}): {self.vulnerability}, mended in {self.mended}"


def records(file: Path) -> Iterator[Record]:
    """Every vulnerability of a dump. OSError, ValueError, `zipfile.BadZipFile` for what is none."""
    if file.suffix != ".zip":
        yield from json.loads(file.read_text())
        return
    with zipfile.ZipFile(file) as dump:
        for name in dump.namelist():
            yield json.loads(dump.read(name))


def findings(known: Iterable[Record], pinned: dict[tuple[str, str], tuple[str, ...]]) -> list[Finding]:
    """What is known to be vulnerable of pinned names and versions, with the locks these stand in."""
    versions: dict[str, list[str]] = {}
    for name, version in pinned:
        versions.setdefault(canonicalize_name(name), []).append(version)
    found = [
        Finding(name, version, record["id"], pinned[name, version], _mended(affected, version))
        for record in known
        if not record.get("withdrawn")
        for affected in record.get("affected", ())
        for name in [canonicalize_name(affected.get("package", {}).get("name", ""))]
        if affected.get("package", {}).get("ecosystem") == "PyPI"
        for version in versions.get(name, ())
        if _is_in(affected, version)
    ]
    return sorted(set(found))


def _is_in(affected: Record, version: str) -> bool:
    if version in affected.get("versions", ()):
        return True
    return any(_in_range(each, Version(version)) for each in _ranges(affected))


def _in_range(events: list[dict[str, str]], version: Version) -> bool:
    inside = False
    for event in events:
        [(kind, at)] = event.items()
        border = _version(at)
        if kind == "introduced" and (at == "0" or version >= border):
            inside = True
        elif (kind == "fixed" and version >= border) or (kind == "last_affected" and version > border):
            inside = False
    return inside


def _mended(affected: Record, version: str) -> str:
    fixes = [each["fixed"] for events in _ranges(affected) for each in events if "fixed" in each]
    later = [fix for fix in fixes if _version(fix) > Version(version)]
    return min(later, key=_version, default="no version yet")


def _ranges(affected: Record) -> list[list[dict[str, str]]]:
    return [each["events"] for each in affected.get("ranges", ()) if each.get("type") == "ECOSYSTEM"]


def _version(text: str) -> Version:
    try:
        return Version(text)
    except InvalidVersion:
        return Version("0")


def everything_locked() -> dict[tuple[str, str], tuple[str, ...]]:
    """Each package and version, and which locks name it."""
    pinned: dict[tuple[str, str], tuple[str, ...]] = {}
    for lock in LOCKS:
        for each in locked(lock).items():
            pinned[each] = (*pinned.get(each, ()), lock)
    return pinned


def main(env: os._Environ[str] | dict[str, str] = os.environ) -> int:
    """0 when nothing is known or nobody could look, 1 when something is, 2 for a file that is no dump."""
    if not env.get(SETTING):
        print(f"audit: SKIPPED, nothing was looked at: {SETTING}=<OSV dump of PyPI> names no file")
        return 0
    pinned = everything_locked()
    try:
        found = findings(records(Path(env[SETTING])), pinned)
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        print(f"audit: {env[SETTING]} is no OSV dump: {error}")
        return 2
    for each in found:
        print(f"audit: {each}")
    print(f"audit: {len(pinned)} locked packages, {len(found)} known vulnerabilities")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
