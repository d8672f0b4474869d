"""What the documents say is what is there: alarms, commands, routes."""

import json
import re
from typing import Any

import pytest

from portone_local.template.cloudformation import ROOT
from portone_payments.domain.records.payments import AttentionKind
from portone_payments.entry.messages.errors import MESSAGES
from portone_payments.flows.operations.resolve import Decision

PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    *(str(page.relative_to(ROOT)) for page in ROOT.glob("docs/**/*.md")),
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


SHOPS = {"POST /ops/subscriptions", "GET /ops/plans/{planId}"}
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


def test_the_runbook_names_every_kind_of_attention_and_every_decision() -> None:
    text = read("docs/runbook.md")
    [kinds] = re.findall(r"\?kind=(\S+\|\S+)", text)
    [decisions] = re.findall(r'"decision":"([^"]+\|[^"]+)"', text)

    assert set(kinds.split("|")) == {kind.value for kind in AttentionKind}
    assert set(decisions.split("|")) == {decision.value for decision in Decision}


@pytest.mark.parametrize("document", PAGES)
def test_every_command_of_a_document_is_in_the_makefile(document: str) -> None:
    commands = {line for line in code_spans(read(document)) if line.startswith("make ")}
    named = {word for command in commands for word in re.findall(r"make ([a-z-]+)", command)}

    assert named <= make_targets()


def test_the_commands_a_reader_needs_are_described() -> None:
    told = set(re.findall(r"make ([a-z-]+)", "".join(read(document) for document in PAGES)))

    assert make_targets() - {"help", "static"} <= told


def test_the_page_of_the_api_has_every_route_and_no_other() -> None:
    described = {route.replace(*TWIN) for route in routes_in_openapi()}

    assert routes_in_prose(read("docs/api.md")) == described


def test_the_refusal_shown_is_one_of_ours() -> None:
    [(code, ko, en)] = re.findall(
        r'"code":"(\w+)","message":\{"ko":"([^"]+)","en":"([^"]+)"', read("docs/api.md")
    )

    assert MESSAGES[code][:2] == (ko, en)


def test_every_staff_route_exists_under_both_authorizers() -> None:
    routes = routes_in_openapi()
    staff = {route.replace(*TWIN) for route in routes if TWIN[0] in route}
    operators = {route for route in routes - SHOPS if TWIN[1] in route}

    assert operators <= staff <= routes


def test_the_runbook_names_routes_that_are_there() -> None:
    named = re.findall(r"^(GET|POST) +(/ops/[^?\s]+)", read("docs/runbook.md"), re.MULTILINE)

    assert named
    assert {f"{method} {path}" for method, path in named} <= routes_in_openapi()


def test_no_placeholder_is_left() -> None:
    assert [name for name in PAGES if re.search(r"^[A-Z]{4,}$", read(name), re.MULTILINE)] == []
