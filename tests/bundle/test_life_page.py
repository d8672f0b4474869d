"""What docs/recurring.md says a command answers is what the code answers."""

import re

from portone_local.openapi.life_page import PAGE, with_table
from portone_local.template.cloudformation import ROOT

REFUSED = re.compile(r"ChangeNotAllowed\(reason=([^)]*)\)")


def test_the_table_of_what_may_be_done_is_up_to_date() -> None:
    page = PAGE.read_text()

    assert with_table(page) == page, "stale: run python -m portone_local.openapi.life_page"


def test_every_reason_for_which_a_change_is_refused_is_on_the_page() -> None:
    sources = (each.read_text() for each in (ROOT / "layers").rglob("*.py"))
    reasons = {
        word for text in sources for said in REFUSED.findall(text) for word in re.findall(r'"(\w+)"', said)
    }

    assert "consent_missing" in reasons
    assert {each for each in reasons if f"`{each}`" not in PAGE.read_text()} == set()
