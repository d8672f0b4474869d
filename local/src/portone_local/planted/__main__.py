"""Plants each bug in a copy of the tree and runs the test that has to fail; ends with `caught N of N`."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from portone_local.planted.bug import Bug
from portone_local.planted.bugs import BUGS
from portone_local.template.cloudformation import ROOT

COPIED = ("layers", "local", "functions", "tests", "events", "docs", "requirements")
_FAILED = 1  # pytest's status for tests that failed; anything else is not a catch


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every chosen bug was caught, 1 otherwise. SystemExit for arguments that choose none."""
    chosen = chosen_by(arguments)
    with tempfile.TemporaryDirectory() as place:
        tree = copied(Path(place))
        if not is_green(tree, list(chosen.values())):
            return 1
        caught = sum(is_caught(tree, bug, number) for number, bug in chosen.items())
    print(f"caught {caught} of {len(chosen)}")
    return 0 if caught == len(chosen) else 1


def chosen_by(arguments: Sequence[str] | None = None) -> dict[int, Bug]:
    """The bugs to plant, by number. SystemExit for a word that no bug's name has, and for --help."""
    parser = argparse.ArgumentParser(prog="python -m portone_local.planted", description=__doc__)
    parser.add_argument("which", nargs="*", help="numbers, or words of the names, of bugs; none: all of them")
    asked: list[str] = parser.parse_args(arguments).which
    found = {word: _named(word) for word in asked}
    if unknown := [word for word, bugs in found.items() if not bugs]:
        parser.error(f"no bug is called {', '.join(unknown)}")
    numbers = sorted({number for bugs in found.values() for number in bugs}) or range(1, len(BUGS) + 1)
    return {number: BUGS[number - 1] for number in numbers}


def _named(word: str) -> list[int]:
    """The numbers of the bugs that a number or a word of a name chooses."""
    numbered = enumerate(BUGS, 1)
    if word.isdecimal():
        return [number for number, _ in numbered if number == int(word)]
    return [number for number, bug in numbered if word.lower() in bug.name.lower()]


def copied(place: Path) -> Path:
    """The tree without environments, caches and builds."""
    ignored = shutil.ignore_patterns("__pycache__", ".*", "*.egg-info", "dist", "build")
    for name in COPIED:
        shutil.copytree(ROOT / name, place / name, ignore=ignored)
    for file in (*ROOT.glob("*.toml"), *ROOT.glob("*.yaml"), *ROOT.glob("*.md"), ROOT / "Makefile"):
        shutil.copy2(file, place / file.name)
    return place


def is_green(tree: Path, bugs: Sequence[Bug] = BUGS) -> bool:
    """Whether the very tests that catch bugs pass without any; else their failing would show nothing."""
    chosen: dict[str, list[str]] = {}
    for bug in bugs:
        chosen.setdefault(bug.test, []).append(bug.only)
    print(f"without a bug: {len(chosen)} files of tests ", end="", flush=True)
    for test, only in chosen.items():
        narrowed = ["-k", " or ".join(f"({each})" for each in only)] if all(only) else []
        status, output = tested(tree, test, *narrowed)
        print("." if status == 0 else f" {test} FAILS\n{output}", end="", flush=True)
        if status:
            return False
    print(" pass")
    return True


def is_caught(tree: Path, bug: Bug, number: int) -> bool:
    """Plant, test, take out again."""
    file, start = tree / bug.file, time.monotonic()
    print(f"{number:2}/{len(BUGS)} {bug.name} ... ", end="", flush=True)
    source = file.read_text()
    try:
        file.write_text(planted(source, bug))
        status, output = tested(tree, bug.test, "-x", *(["-k", bug.only] if bug.only else []))
    finally:
        file.write_text(source)
    took = f"{time.monotonic() - start:.0f} s"
    print(f"caught by {bug.test} ({took})" if status == _FAILED else f"NOT CAUGHT ({took})\n{output}")
    return status == _FAILED


def planted(source: str, bug: Bug) -> str:
    """The source with the bug. ValueError unless the old text stands there exactly once."""
    if source.count(bug.old) != 1:
        raise ValueError(f"{bug.name}: its text stands {source.count(bug.old)} times in {bug.file}")
    return source.replace(bug.old, bug.new)


def tested(tree: Path, *arguments: str) -> tuple[int, str]:
    """Run pytest in the copy: its status and the end of what it said."""
    paths = [str(tree / part) for part in ("layers/portone_payments/src", "local/src")]
    chosen = {"RACE_ROUNDS": "2", "PYTHONDONTWRITEBYTECODE": "1"}
    env = {**os.environ, **chosen, "PYTHONPATH": os.pathsep.join(paths)}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--tb=line", *arguments]
    done = subprocess.run(command, cwd=tree, env=env, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    return done.returncode, done.stdout[-2_000:]


if __name__ == "__main__":
    sys.exit(main())
