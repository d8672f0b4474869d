"""Every rule, fact, invariant, mechanism, case and page that is cited has its place in docs."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from portone_local.oracle import INVARIANTS
from portone_local.oracle.aloud import nothing_secret_aloud
from portone_local.oracle.identity import CLAUSES
from portone_local.template.cloudformation import ROOT

FOLDERS = ("docs", "functions", "layers", "local", "tests")
ENDINGS = (".md", ".py", ".toml", ".yaml")
NUMBER = r"\d+(?:\.\d+)?"
NUMBERS = rf"({NUMBER}(?:(?:,? (?:and|to) |, ){NUMBER})*)"
CITED = {
    "rule": rf"\b[Rr]ules? {NUMBERS}",
    "facts": rf"\b[Ff]acts {NUMBERS}",
    "mechanism": rf"\b[Mm]echanisms? {NUMBERS}",
    "invariant": r"\b(I\d{1,2})\b",
    "case": r"(?<![\w%.-])([A-E]\d{1,2})\b(?![%/])",
}
HEADINGS = {
    "rule": ("rules", rf"^##+ ({NUMBER}) "),
    "facts": ("portone", rf"^##+ ({NUMBER}) "),
    "mechanism": ("invariants", r"^### Mechanism (\d) "),
    "invariant": ("invariants", r"^## (I\d+) "),
    "case": ("cases", r"^- \*\*([A-E]\d+)\*\* "),
}
FORMER = (
    r"\b[Mm]oney[- ]rules?|\b[Dd]esign,? (?:section )?\d[\d.]*|\b[Ff]acts,? section|\(section \d"
    r"|\b(?:design|facts|models|operating|probes|shipping|speed)\.md"
)
"""What these were called in papers that are not in the repository."""


def files() -> Iterator[Path]:
    """Code, tests and pages, whatever folder they stand in; nothing that a tool made."""
    found = (path for name in FOLDERS for path in (ROOT / name).rglob("*") if path.suffix in ENDINGS)
    yield from (
        path for path in found if not any(part.startswith(".") for part in path.parts[len(ROOT.parts) :])
    )
    yield from (path for path in ROOT.iterdir() if path.suffix in ENDINGS or path.name == "Makefile")


def in_one_line(text: str) -> str:
    """A text without its line ends, so that a citation across two lines is one."""
    return re.sub(r"\s*\n[ \t]*(?:# )?", " ", text)


def numbers(listed: str) -> Iterator[str]:
    """Each number of `3, 5 to 9 and 13`; what lies between two sections is cited too."""
    for part in re.split(r",? and |, ", listed):
        first, _, last = part.partition(" to ")
        if last and "." not in part:
            yield from map(str, range(int(first), int(last) + 1))
        else:
            yield from filter(None, (first, last))


def cited(kind: str, text: str) -> Iterator[str]:
    for match in re.finditer(CITED[kind], in_one_line(text)):
        yield from numbers(match[1]) if match[1][0].isdigit() else (match[1],)


def places(kind: str) -> set[str]:
    """What the page of a kind has a heading for."""
    page, heading = HEADINGS[kind]
    return set(re.findall(heading, (ROOT / f"docs/{page}.md").read_text(), re.MULTILINE))


def unresolved(kind: str, texts: Iterable[str]) -> set[str]:
    return {each for text in texts for each in cited(kind, text)} - places(kind)


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return {str(path.relative_to(ROOT)): path.read_text() for path in files()}


@pytest.mark.parametrize("kind", CITED)
def test_whatever_is_cited_has_its_place_in_docs(kind: str, texts: dict[str, str]) -> None:
    missing = {name: found for name, text in texts.items() if (found := unresolved(kind, [text]))}

    assert any(cited(kind, text) for text in texts.values())
    assert missing == {}


@pytest.mark.parametrize(
    ("kind", "written", "missing"),
    [
        ("rule", f"Never (rule {8.99}).", "8.99"),
        ("rule", f"Never (rules 3 and {99}).", "99"),
        ("facts", f"As PortOne says (PortOne facts 3,\n    # {77.7}).", "77.7"),
        ("facts", f"As PortOne says (facts 3, 5 to {99}).", "98"),
        ("mechanism", f"Frozen (mechanism {9}).", "9"),
        ("invariant", f"Judged by I1 and I{21}.", f"I{21}"),
        ("case", f"reason='case A{99}'", f"A{99}"),
    ],
)
def test_a_citation_that_leads_nowhere_is_found(kind: str, written: str, missing: str) -> None:
    assert missing in unresolved(kind, [written])


def test_no_citation_leads_out_of_the_repository(texts: dict[str, str]) -> None:
    here = str(Path(__file__).relative_to(ROOT))
    found = {
        name: said
        for name, text in texts.items()
        if name != here and (said := re.findall(FORMER, in_one_line(text)))
    }

    assert found == {}
    assert re.findall(FORMER, "(money rule 8), (design 3.5), facts section 12") != []


def test_every_invariant_names_what_keeps_it_and_clauses_of_the_oracle() -> None:
    text = (ROOT / "docs/invariants.md").read_text()
    clauses = {each.__name__ for each in (*INVARIANTS, *CLAUSES, nothing_secret_aloud)}
    kept = [line for line in text.splitlines() if line.startswith("Kept by: ")]
    proved = [line for line in text.splitlines() if line.startswith("Proved by: ")]
    named = set(re.findall(r"`(\w+)`", "".join(proved)))

    assert len(kept) == len(proved) == len(places("invariant"))
    assert named - clauses == set()
