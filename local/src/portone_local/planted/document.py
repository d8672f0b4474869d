"""`docs/planted-bugs.md`, made from the bugs; `python -m portone_local.planted.document` writes it."""

from portone_local.planted.bug import CORE, Bug
from portone_local.planted.bugs import BUGS
from portone_local.planted.by_hand import BY_HAND
from portone_local.template.cloudformation import ROOT

PAGE = ROOT / "docs" / "planted-bugs.md"
HEAD = """# Planted bugs

`make planted-bugs` plants each of these in a copy of the tree, one at a time, and runs the test that has to
fail. This page is made from `local/src/portone_local/planted/bugs.py`; a test fails when it is stale.

| | bug | where | noticed by |
|---|---|---|---|
"""


BY_HAND_HEAD = """
Planted by hand, once, each alone in a copy of the sources. Do the same when you add a protection, or better,
add it to the list above.

| bug | where | noticed by |
|---|---|---|
"""


def page() -> str:
    """The page as it has to be."""
    planted = (_row(number, bug) for number, bug in enumerate(BUGS, 1))
    seen = (f"| {bug.name} | `{bug.file}` | {_noticed(bug.test, bug.case)} |\n" for bug in BY_HAND)
    return "".join([HEAD, *planted, BY_HAND_HEAD, *seen])


def _row(number: int, bug: Bug) -> str:
    where = bug.file.removeprefix(f"{CORE}/")
    return f"| {number} | {bug.name} | `{where}` | {_noticed(bug.test, bug.only)} |\n"


def _noticed(test: str, case: str) -> str:
    return f"`{test}`" + (f" ({case})" if case else "")


if __name__ == "__main__":
    PAGE.write_text(page())
