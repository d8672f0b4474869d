"""The house is in order: layout, folders and marks of tests, changelog, decisions, pins."""

import re
from typing import Any

from portone_local.template.cloudformation import ROOT


def read(name: str) -> str:
    return (ROOT / name).read_text()


def test_the_layout_in_contributing_is_the_layout() -> None:
    fence = read("CONTRIBUTING.md").partition("```\n")[2].partition("```")[0]
    folders = re.findall(r"^ *([\w/]+/)(?= )", fence, re.MULTILINE)

    places = [ROOT, ROOT / "layers/portone_payments/src/portone_payments"]
    assert {"functions", "local/", "docs/", "flows/"} & set(folders)
    assert [name for name in folders if not any((place / name).is_dir() for place in places)] == []


def test_every_folder_of_tests_named_in_contributing_is_there_and_every_one_is_named() -> None:
    [named] = re.findall(r"^tests/ +(.+)$", read("CONTRIBUTING.md"), re.MULTILINE)

    folders = {folder.name for folder in (ROOT / "tests").iterdir() if any(folder.glob("**/test_*.py"))}
    assert set(named.split(", ")) == folders


def what_the_tests_say() -> str:
    return "".join(file.read_text() for file in (ROOT / "tests").rglob("*.py"))


def test_every_setting_the_makefile_gives_to_the_tests_is_read_by_one() -> None:
    given = set(re.findall(r"\b([A-Z]+_[A-Z]+)=\d+", read("Makefile")))

    assert given
    assert {name for name in given if f'"{name}"' not in what_the_tests_say()} == set()


def test_every_mark_the_makefile_selects_by_is_on_a_test() -> None:
    selections = re.findall(r'-m "([^"]+)"', read("Makefile"))
    marks = {word for chosen in selections for word in re.findall(r"\w+", chosen)} - {"not", "or", "and"}

    assert marks
    assert {mark for mark in marks if f"pytest.mark.{mark}" not in what_the_tests_say()} == set()


def test_the_changelog_has_a_place_for_what_comes_next() -> None:
    headings = re.findall(r"^## (.+)$", read("CHANGELOG.md"), re.MULTILINE)

    assert headings[0] == "Unreleased"


def test_decisions_are_dated_and_say_what_undoing_costs() -> None:
    pages = [page for page in (ROOT / "docs/decisions").iterdir() if page.name != "README.md"]
    entries = [entry for page in pages for entry in page.read_text().strip().split("\n\n")[2:]]

    assert entries
    assert [entry for entry in entries if not re.match(r"\*\*20\d\d-\d\d-\d\d\. ", entry)] == []
    assert [entry for entry in entries if "Undo: " not in entry] == []


def test_every_page_of_decisions_is_in_their_index() -> None:
    named = re.findall(r"^\| \[[\w ]+\]\((\w+\.md)\)", read("docs/decisions/README.md"), re.MULTILINE)

    assert {*named, "README.md"} == {page.name for page in (ROOT / "docs/decisions").iterdir()}


def pins(lock: str) -> dict[str, tuple[str, frozenset[str]]]:
    """Version and hashes by package."""
    entries = re.split(r"\n(?=[a-z0-9])", read(f"requirements/{lock}.txt"))
    found = [re.match(r"([a-z0-9._-]+)==(\S+)", entry) for entry in entries]
    return {
        match[1]: (match[2], frozenset(re.findall(r"sha256:[0-9a-f]{64}", entry)))
        for match, entry in zip(found, entries, strict=True)
        if match
    }


def test_shipped_packages_are_pinned_to_the_hashes_that_were_tested() -> None:
    assert pins("runtime")
    assert pins("runtime").items() <= pins("dev").items()


def test_the_python_developed_on_is_the_python_deployed_on(prod: dict[str, Any]) -> None:
    runtimes = {
        resource["Properties"]["Runtime"]
        for resource in prod["Resources"].values()
        if resource["Type"] == "AWS::Lambda::Function"
    }

    assert runtimes == {f"python{read('.python-version').strip()}"}
