"""The table of rights in docs/security.md is the template's."""

from typing import Any

import pytest

from portone_local.template.cloudformation import functions
from portone_local.template.rights_page import PAGE, table, with_table
from portone_local.template.roles import conditioned, role_of


def test_the_table_of_rights_is_up_to_date(each: dict[str, Any]) -> None:
    page = PAGE.read_text()

    assert with_table(page, each) == page, "stale: run python -m portone_local.template.rights_page"


def test_every_right_with_a_condition_is_in_its_functions_row(dev: dict[str, Any]) -> None:
    rows = {line.split("|")[1].strip(" `"): line for line in table(dev).splitlines()}

    for function in functions(dev):
        values = {
            held.split(" ", 2)[2] for held in conditioned(dev, role_of(dev, function)) if held.count(" ") == 2
        }
        assert [each for each in values if f"`{each}`" not in rows[function]] == [], function


@pytest.mark.parametrize("function", ["preview_bypass", "get_plan"])
def test_a_function_with_few_rights_has_a_short_row(dev: dict[str, Any], function: str) -> None:
    (row,) = [line for line in table(dev).splitlines() if f"`{function}`" in line]

    assert all(word not in row for word in ("PiiKey", "everything", "Secret"))
