"""`make demo` ends with exit code 0 only when every story ended as it should and every invariant holds."""

import io
import logging
import re
from pathlib import Path

import pytest
from rich.console import Console

from portone_local.demo.recurring_stories import healed, month_ends
from portone_local.demo.refund_stories import double_click
from portone_local.demo.show import INVARIANTS, main, perform
from portone_local.demo.stage import Stage, expect
from portone_local.demo.stories import CHAPTERS, Story, card
from portone_local.oracle import __file__ as oracle_file
from portone_local.portone import EXAMPLE_SECRET
from portone_local.stack.stack import Stack


def going_wrong(stage: Stage) -> str:
    """An unpaid payment that the story expects to be paid."""
    payment = stage.prepare("mina", stage.sell("mina", "털모자", 24_000))
    expect(stage.look("mina", payment)["status"], "PAID")
    return payment


def told_aloud(stage: Stage) -> str:
    """A payment that goes well, and a secret in the logs."""
    logging.getLogger("anybody").info("calling with %s", EXAMPLE_SECRET)
    return card(stage)


def told(*stories: Story, width: int = 110) -> tuple[int, str]:
    """Exit code and printed text of a demo in memory."""
    console = Console(file=io.StringIO(), width=width)
    with Stack.in_memory(seed=1) as stack:
        code = perform(stack, {"A chapter": stories}, console)
    assert isinstance(console.file, io.StringIO)
    return code, console.file.getvalue()


@pytest.mark.ministack
def test_the_demo_as_it_ships_ends_well_and_says_nothing_else(capfd: pytest.CaptureFixture[str]) -> None:
    code = main()

    printed = capfd.readouterr()
    assert code == 0
    assert "money is right" in printed.out
    assert printed.err == ""


def test_a_story_that_ends_wrongly_fails_the_demo() -> None:
    code, printed = told(card, going_wrong)

    assert code == 1
    assert "expected 'PAID', found 'READY'" in printed
    assert "something is wrong" in printed


def test_a_broken_invariant_fails_the_demo() -> None:
    code, printed = told(told_aloud)

    assert code == 1
    assert re.search(r"broken\s+no secret", printed)


@pytest.mark.parametrize("width", [80, 110, 200])
def test_the_row_of_a_payment_fits_any_terminal(width: int) -> None:
    _, printed = told(card, double_click, width=width)

    table = printed.partition("side by side")[2]
    assert re.search(r"^card +PAID +PAID +24,000 +- +2 +[\d.]+ +\d+", table, re.MULTILINE)
    assert "…" not in printed


def test_every_charge_is_shown_day_by_day_with_its_reason() -> None:
    code, printed = told(month_ends)

    assert code == 0, printed
    assert re.search(
        r"^Sat 31 Jan +Mina +9,900 +withheld, no consent; .*31 Jan to 27 Feb", printed, re.MULTILINE
    )
    assert re.search(r"^Sat 28 Feb +Mina +9,900 +28 Feb to 30 Mar", printed, re.MULTILINE)


def test_the_days_add_up_to_what_portone_charged() -> None:
    console = Console(file=io.StringIO(), width=110)
    with Stack.in_memory(seed=1) as stack:
        perform(stack, {"A chapter": (healed,)}, console)
        taken = [each.total for each in stack.portone.billing_books().charges if each.paid_at is not None]

    assert isinstance(console.file, io.StringIO)
    assert (taken, f"{sum(taken):,}") == ([12_900, 12_900], "25,800")
    assert "Day by day, in Korea: 25,800 won in all" in console.file.getvalue()


def test_every_story_says_what_it_is_about() -> None:
    assert all(story.__doc__ for stories in CHAPTERS.values() for story in stories)


def test_every_invariant_of_the_oracle_is_shown() -> None:
    sources = [file.read_text() for file in Path(oracle_file).parent.rglob("*.py")]
    judged = set(re.findall(r'Finding\("(I\d+)"', "".join(sources)))

    assert set(INVARIANTS) == judged
