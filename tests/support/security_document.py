"""docs/security.md as a reader checks it: tables by heading, tests named in it, places it links to."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

NOTHING = "nothing stops it"
THREAT_COLUMNS = ("Who", "What", "What stops it", "Test", "What does not")

_NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CELLS = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class SecurityDocument:
    """The text, and the root of the tree it speaks of."""

    text: str
    root: Path

    def table(self, heading: str) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
        """Columns and rows of every table under a heading of the second level. LookupError without one."""
        lines = [_cells(line) for line in self._section(heading).splitlines() if line.startswith("|")]
        if not lines:
            raise LookupError(heading)
        rows = [line for line in lines[1:] if not set("".join(line)) <= set("-: ")]
        return lines[0], [row for row in rows if row != lines[0]]

    def wrong_links(self) -> Iterator[str]:
        """What it links to, and is not there; links elsewhere are not followed."""
        for target in _LINK.findall(self.text):
            if "://" in target:
                continue
            path, _, place = target.partition("#")
            file = self.root / "docs" / path if path else self.root / "docs/security.md"
            held = self.text if not path else file.read_text() if file.is_file() else ""
            if not (path == "" or file.exists()) or (place and place not in set(_anchors(held))):
                yield target

    def wrong_tests(self) -> Iterator[str]:
        """The tests it names, and that are not there."""
        for file, name in _NAMED.findall(self.text):
            path = self.root / file
            source = path.read_text() if path.is_file() else ""
            if not source or not re.search(rf"^def {name}", source, re.MULTILINE):
                yield f"{file}::{name}"

    def threats_without_a_word(self) -> Iterator[str]:
        """Rows of the threat model that neither name a test nor say that nothing stops it."""
        columns, rows = self.table("Threat model")
        if columns != THREAT_COLUMNS:
            yield f"the columns are {columns}"
        for row in rows:
            test = row[3] if len(row) == len(THREAT_COLUMNS) else ""
            if not (_NAMED.search(test) or NOTHING in test.lower()) or not all(row[:3]):
                yield " | ".join(row)

    def not_in(self, heading: str, names: Iterable[str]) -> list[str]:
        """Names that are in no first cell under a heading."""
        _, rows = self.table(heading)
        found = {name for row in rows for name in re.findall(r"`([^`]+)`", row[0])}
        return sorted(set(names) - found)

    def ends_without_a_time(self) -> list[str]:
        """Rows under Ends whose cell in the column Ends has neither a time nor, with a reason, "never"."""
        columns, rows = self.table("Ends")
        at = columns.index("Ends")
        said = {row[0]: row for row in rows}
        return [name for name, row in said.items() if not _is_an_end(row, at)]

    def _section(self, heading: str) -> str:
        return re.split(r"^## ", self.text.partition(f"\n## {heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[
            0
        ]


def _is_an_end(row: tuple[str, ...], at: int) -> bool:
    end = row[at].lower()
    if "never" in end:
        return sum(len(cell.split()) for cell in row[1:]) >= 5
    return any(word in end for word in ("day", "year", "hour", "with ", "until", "once", "after", "minute"))


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in _CELLS.split(line.strip().strip("|")))


def _anchors(text: str) -> Iterator[str]:
    for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def kinds_in(items: Iterable[Mapping[str, Mapping[str, str]]]) -> set[str]:
    """The kinds of items of a dump: the first part of their sort keys."""
    return {item["sk"]["S"].partition("#")[0] for item in items}
