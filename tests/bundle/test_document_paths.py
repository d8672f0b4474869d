"""Every path and every link of a document leads somewhere: files, folders, headings."""

import fnmatch
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from portone_local.template.cloudformation import ROOT

DOCUMENTS = tuple(
    sorted(str(page.relative_to(ROOT)) for page in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")))
)
ENDINGS = "py|md|json|txt|toml|yaml|yml|mjs|in"
ROOMS = "functions|layers|local|tests|docs|events|requirements|domain|flows|ports|adapters|entry"
FILE = re.compile(rf"(?<![\w/.<>-])([\w*-][\w.*-]*(?:/[\w.*-]+)*\.(?:{ENDINGS}))(?![\w/])")
FOLDER = re.compile(rf"(?<![\w/.<>-])((?:{ROOMS})(?:/[a-z_]\w*)*)/?(?=[`\s,;:)]|\.\s|$)")
LINK = re.compile(r"\]\(([^)\s]+)\)")
NOT_OURS = {"all.zip", "package.json"}
HISTORY = "CHANGELOG.md"  # tells what was, also of what has gone since


@cache
def tree() -> tuple[frozenset[str], frozenset[str]]:
    """Files and folders, hidden ones left out."""
    found = [
        path
        for top in ROOT.iterdir()
        if not top.name.startswith(".")
        for path in ((top, *top.rglob("*")) if top.is_dir() else (top,))
        if "__pycache__" not in path.parts
    ]
    names = {kind: {str(p.relative_to(ROOT)) for p in found if p.is_dir() == kind} for kind in (True, False)}
    return frozenset(names[False]), frozenset(names[True])


def leads_nowhere(text: str) -> Iterator[str]:
    """Paths named in a text that are the end of no file's and no folder's path."""
    files, folders = tree()
    prose = re.sub(r"https?://\S+", "", LINK.sub("]", text))
    for name in set(FILE.findall(prose)) - NOT_OURS:
        if not any(fnmatch.fnmatch(f"/{file}", f"*/{name}") for file in files):
            yield name
    for name in {each for each in FOLDER.findall(prose) if "/" in each}:
        ends = {f"/{folder}" for folder in folders} | {f"/{file.removesuffix('.py')}" for file in files}
        if not any(end.endswith(f"/{name}") for end in ends):
            yield name


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(document: Path, text: str) -> Iterator[str]:
    """Links to a file or a heading that is not there; those to other hosts are not followed."""
    for target in LINK.findall(text):
        path, _, heading = target.partition("#")
        page = (document.parent / path) if path else document
        if "://" not in target and (not page.exists() or (heading and heading not in anchors(page))):
            yield target


@pytest.mark.parametrize("document", [name for name in DOCUMENTS if name != HISTORY])
def test_every_path_a_document_names_is_there(document: str) -> None:
    assert sorted(leads_nowhere((ROOT / document).read_text())) == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_of_a_document_leads_to_a_page_and_a_heading(document: str) -> None:
    assert sorted(broken_links(ROOT / document, (ROOT / document).read_text())) == []


def test_planted_paths_that_lead_nowhere_are_found() -> None:
    planted = "See `domain/nowhere.py`, tests/gone/, the room `flows/lost` and nothing.toml."

    assert sorted(leads_nowhere(planted)) == ["domain/nowhere.py", "flows/lost", "nothing.toml", "tests/gone"]


def test_planted_links_that_lead_nowhere_are_found() -> None:
    planted = "[a](docs/gone.md) [b](README.md#no-such-heading) [c](README.md#ship-it) [d](#ship-it)"

    assert list(broken_links(ROOT / "README.md", planted)) == ["docs/gone.md", "README.md#no-such-heading"]
