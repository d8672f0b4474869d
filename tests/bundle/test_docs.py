"""What the documents say is what is there: alarms, commands, routes, files, locks."""

import json
import re
from typing import Any

import pytest

from portone_local.template import ROOT
from portone_payments.domain.records import Attention
from portone_payments.entry.messages import MESSAGES
from portone_payments.flows.staff import Decision

PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    *(f"docs/{page.name}" for page in ROOT.glob("docs/*.md")),
)
TWIN = ("/staff/", "/ops/")  # the same work under another authorizer


def read(name: str) -> str:
    return (ROOT / name).read_text()


def code_spans(text: str) -> set[str]:
    """What stands between backticks, in prose and in fences."""
    fences = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return {*re.findall(r"`([^`\n]+)`", prose), *(line for fence in fences for line in fence.splitlines())}


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))


SHOPS = "/ops/subscriptions/"
"""Under /ops, but called by the shop's backend, which has no token."""


def routes_in_prose(text: str) -> set[str]:
    found = re.findall(r"`(GET|PUT|POST|DELETE) (/[^`?\s]*)", text)
    return {f"{method} {path}" for method, path in found}


def routes_in_openapi() -> set[str]:
    paths: dict[str, dict[str, Any]] = json.loads(read("docs/openapi.json"))["paths"]
    return {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}


def alarm_names(template: dict[str, Any]) -> set[str]:
    return {
        resource["Properties"]["AlarmName"]["Fn::Sub"].removeprefix("${AWS::StackName}-")
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    }


def pages() -> list[str]:
    return re.findall(r"^## (.+)$", read("docs/runbook.md"), re.MULTILINE)


def test_every_page_is_about_an_alarm(prod: dict[str, Any]) -> None:
    assert sorted(pages()) == sorted(set(pages()) & alarm_names(prod))


def test_a_page_sends_its_reader_to_pages_that_are_there() -> None:
    text = read("docs/runbook.md")
    procedures = re.findall(r"^# (.+)$", text, re.MULTILINE)

    there = {title.lower().replace(" ", "-") for title in (*pages(), *procedures)}
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= there


def test_the_runbook_names_every_kind_of_attention_and_every_decision() -> None:
    text = read("docs/runbook.md")
    [kinds] = re.findall(r"\?kind=(\S+\|\S+)", text)
    [decisions] = re.findall(r'"decision":"([^"]+\|[^"]+)"', text)

    assert set(kinds.split("|")) == {kind.value for kind in Attention}
    assert set(decisions.split("|")) == {decision.value for decision in Decision}


@pytest.mark.parametrize("document", PAGES)
def test_every_command_of_a_document_is_in_the_makefile(document: str) -> None:
    commands = {line for line in code_spans(read(document)) if line.startswith("make ")}
    named = {word for command in commands for word in re.findall(r"make ([a-z-]+)", command)}

    assert named <= make_targets()


def test_the_commands_a_reader_needs_are_told() -> None:
    told = set(re.findall(r"make ([a-z-]+)", "".join(read(document) for document in PAGES)))

    assert make_targets() - {"help", "static"} <= told


def test_the_readme_has_every_route_and_no_other() -> None:
    described = {route.replace(*TWIN) for route in routes_in_openapi()}

    assert routes_in_prose(read("README.md")) == described


def test_the_refusal_shown_in_the_readme_is_one_of_ours() -> None:
    [(code, ko, en)] = re.findall(
        r'"code":"(\w+)","message":\{"ko":"([^"]+)","en":"([^"]+)"', read("README.md")
    )

    assert MESSAGES[code][:2] == (ko, en)


def test_every_staff_route_exists_under_both_authorizers() -> None:
    routes = routes_in_openapi()
    staff = {route for route in routes if TWIN[0] in route}
    operators = {route for route in routes if TWIN[1] in route and SHOPS not in route}

    assert {route.replace(*TWIN) for route in staff} == operators


def test_the_runbook_names_routes_that_are_there() -> None:
    named = re.findall(r"^(GET|POST) +(/ops/[^?\s]+)", read("docs/runbook.md"), re.MULTILINE)

    assert named
    assert {f"{method} {path}" for method, path in named} <= routes_in_openapi()


@pytest.mark.parametrize("document", PAGES)
def test_every_file_a_document_points_to_is_there(document: str) -> None:
    text = read(document)
    linked = [target for target in re.findall(r"\]\(([^)#]+)", text) if "://" not in target]
    named = [
        span
        for span in code_spans(text)
        if re.fullmatch(r"[\w.-]+(/[\w.-]+)+\.(py|md|json|txt|toml|yaml)", span)
    ]

    here = (ROOT / document).parent
    missing = [name for name in linked if not (here / name).exists()]
    missing += [name for name in named if not any(ROOT.glob(f"**/{name}"))]
    assert missing == []


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
    places = (ROOT / "tests", ROOT / "local/src/portone_local/testing")
    return "".join(file.read_text() for place in places for file in place.glob("**/*.py"))


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
    entries = [entry for entry in read("docs/decisions.md").split("\n\n") if entry.startswith("**")]

    assert entries
    assert [entry for entry in entries if not re.match(r"\*\*20\d\d-\d\d-\d\d\. ", entry)] == []
    assert [entry for entry in entries if "Undo: " not in entry] == []


def test_no_placeholder_is_left() -> None:
    assert [name for name in PAGES if re.search(r"^[A-Z]{4,}$", read(name), re.MULTILINE)] == []


def pins(lock: str) -> dict[str, tuple[str, frozenset[str]]]:
    """Version and hashes by package."""
    entries = re.split(r"\n(?=[a-z0-9])", read(f"requirements/{lock}.txt"))
    found = [re.match(r"([a-z0-9._-]+)==(\S+)", entry) for entry in entries]
    return {
        match[1]: (match[2], frozenset(re.findall(r"sha256:[0-9a-f]{64}", entry)))
        for match, entry in zip(found, entries, strict=True)
        if match
    }


def test_what_ships_is_pinned_to_the_hashes_that_were_tested() -> None:
    assert pins("runtime")
    assert pins("runtime").items() <= pins("dev").items()


def test_the_python_developed_on_is_the_python_deployed_on(prod: dict[str, Any]) -> None:
    runtimes = {
        resource["Properties"]["Runtime"]
        for resource in prod["Resources"].values()
        if resource["Type"] == "AWS::Lambda::Function"
    }

    assert runtimes == {f"python{read('.python-version').strip()}"}
