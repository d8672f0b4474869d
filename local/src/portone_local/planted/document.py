"""`docs/planted-bugs.md`, made from the bugs; `python -m portone_local.planted.document` writes it."""

from portone_local.planted.bugs import BUGS, CORE, Bug
from portone_local.template import ROOT

PAGE = ROOT / "docs" / "planted-bugs.md"
HEAD = """# Planted bugs

`make planted-bugs` plants each of these in a copy of the tree, one at a time, and runs the test that has to
fail. This page is made from `local/src/portone_local/planted/bugs.py`; a test fails when it is stale.

| | bug | where | noticed by |
|---|---|---|---|
"""


def page() -> str:
    """The page as it has to be."""
    return HEAD + "".join(_row(number, bug) for number, bug in enumerate(BUGS, 1))


def _row(number: int, bug: Bug) -> str:
    where = bug.file.removeprefix(f"{CORE}/")
    test = f"`{bug.test}`" + (f" ({bug.only})" if bug.only else "")
    return f"| {number} | {bug.name} | `{where}` | {test} |\n"


if __name__ == "__main__":
    PAGE.write_text(page())
