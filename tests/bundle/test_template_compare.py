"""What a change of the template would deploy is named, whatever condition it hides behind."""

from pathlib import Path

import pytest

from portone_local.template.cloudformation import template_text
from portone_local.template.compare import compared, main


def planted(old: str, new: str) -> str:
    text = template_text()
    assert text.count(old) == 1
    return text.replace(old, new)


def test_a_template_differs_from_itself_in_nothing() -> None:
    found = compared(template_text(), template_text(), ["dev"])

    assert (found.differing, found.added) == ({}, {})


def test_a_difference_behind_a_condition_is_named_and_an_added_variable_is_none() -> None:
    other = planted("      Description: Ask the shop's stock hook.\n", "      Description: Ask somebody.\n")
    other = other.replace("        PAYMENTS_TABLE: !Ref", "        ADDED: here\n        PAYMENTS_TABLE: !Ref")

    found = compared(template_text(), other, ["dev"])

    assert found.differing == {"Resources.AskForStock": "dev, AsksForStock turned"}
    assert {"Webhook", "GetPayment"} <= found.added["ADDED"]


def test_a_difference_ends_the_command_with_1_and_says_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "old.yaml"
    other.write_text(planted("      Timeout: 10\n", "      Timeout: 11\n"))

    assert main(str(other)) == 1
    assert "differs: Resources.Webhook (dev)\n" in capsys.readouterr().out
