"""The reference pages show settings the template has, and values that are read as they are printed."""

import json
import re
from typing import Any

import pytest

from portone_local.template.cloudformation import ROOT
from portone_payments.domain.subscriptions.dunning import DunningPolicy
from portone_payments.entry.settings.identity import read_identity_settings

PAGES = ("README.md", *(f"docs/{page}.md" for page in ("api", "recurring", "identity", "deploy")))


def read(page: str) -> str:
    return (ROOT / page).read_text()


def settings_in(text: str) -> set[str]:
    """Names between backticks that are spelled like a parameter, with or without a value."""
    return set(re.findall(r"`([A-Z][a-z]+(?:[A-Z][a-z]+)+|Mode|Dunning)(?:=[^`]*)?`", text))


@pytest.mark.parametrize("page", PAGES)
def test_every_setting_a_page_names_is_a_parameter_or_an_output(page: str, prod: dict[str, Any]) -> None:
    template = {*prod["Parameters"], *prod["Outputs"]}

    assert sorted(settings_in(read(page)) - template) == []


def test_a_planted_setting_that_is_none_is_found() -> None:
    assert settings_in("`NoSuchSetting=on`, `Mode=live`, `PAID`") == {"NoSuchSetting", "Mode"}


def test_the_dunning_that_is_shown_is_the_one_without_a_setting() -> None:
    (shown,) = re.findall(r"`Dunning=(\{[^`]+\})`", read("docs/recurring.md"))

    assert DunningPolicy.parse(shown) == DunningPolicy.parse("{}")


def test_the_defaults_of_settings_that_are_shown_are_those_of_the_template(prod: dict[str, Any]) -> None:
    rows = re.findall(r"^\| `([A-Z]\w+)` \| `([^`]+)` \|", read("docs/recurring.md"), re.MULTILINE)
    shown = {name: default for name, default in rows if name in prod["Parameters"]}

    assert len(shown) > 8
    assert shown == {name: str(prod["Parameters"][name]["Default"]) for name in shown}


def test_the_purposes_that_are_shown_can_be_set() -> None:
    (purposes,) = re.findall(r"^```json\n(.+?)^```", read("docs/identity.md"), re.MULTILINE | re.DOTALL)
    settings = read_identity_settings(
        {
            "IDENTITY_PURPOSES": purposes,
            "IDENTITY_CHANNELS": json.dumps({"DANAL": "channel-key-1", "KCP_V2": "channel-key-2"}),
            "IDENTITY_MERCHANTS": json.dumps({"DANAL": ["9810"], "KCP_V2": ["AB12"]}),
        }
    )

    assert settings.rules.purposes.keys() == json.loads(purposes).keys()
