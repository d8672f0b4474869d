"""Tells the stories one after another, then compares the books."""

import time

from rich.console import Console
from rich.table import Table

from portone_local.demo.stage import Line, Stage, Surprise
from portone_local.demo.stories import STORIES, Story
from portone_local.oracle import check
from portone_local.stack import Stack

INVARIANTS = ("I1", "I2", "I4", "I5", "I7", "I9", "I10", "I15")


def main() -> int:
    """The exit code: 0 when every story ended as it should and every invariant holds."""
    console = Console(highlight=False)
    started = time.monotonic()
    console.print(
        "[bold]Starting the stack[/bold]: a local AWS, a fake PortOne, the gateway of template.yaml ..."
    )
    with Stack.on_ministack() as stack:
        stage = Stage(stack, console)
        told = [_tell(stage, number, story) for number, story in enumerate(STORIES, 1)]
        console.print(_table(stage))
        held = _invariants(stage)
    seconds = time.monotonic() - started
    ending = "[green]money is right[/green]" if all(told) and held else "[red]something is wrong[/red]"
    console.print(
        f"\n{len(stage.lines)} payments, {seconds:.0f} s, no AWS account, no PortOne account: {ending}."
    )
    return 0 if all(told) and held else 1


def _tell(stage: Stage, number: int, story: Story) -> bool:
    stage.console.print(f"\n[bold]{number}. {(story.__doc__ or '').rstrip('.')}[/bold]")
    before = stage.stack.calls
    try:
        payment_id = story(stage)
    except Surprise as surprise:
        stage.say(f"[red]It went wrong: {surprise}[/red]")
        return False
    stage.lines.append(Line(story.__name__.replace("_", " "), payment_id, stage.stack.calls - before))
    return True


def _table(stage: Stage) -> Table:
    books = stage.stack.portone.books()
    table = Table(title="\nThe books, side by side", title_justify="left", title_style="bold")
    for heading in ("story", "payment", "PortOne says", "we say"):
        table.add_column(heading)
    for heading in ("won", "calls", "reads", "writes"):
        table.add_column(heading, justify="right")
    for line in stage.lines:
        held = stage.stack.ports["store"].payment(line.payment_id)
        book = books.get(line.payment_id)
        table.add_row(
            line.story,
            line.payment_id,
            (book.state if book else None) or "-",
            held.status.value,
            f"{book.paid if book else 0:,}",
            str(line.calls.portone),
            f"{line.calls.reads:g}",
            f"{line.calls.writes:g}",
        )
    table.caption = "calls: of PortOne; reads, writes: DynamoDB request units, the app's own looks included"
    return table


def _invariants(stage: Stage) -> bool:
    findings = check(stage.stack)
    stage.console.print(
        "\n[bold]The invariants, checked over PortOne's books, our table and every log line[/bold]"
    )
    for invariant in INVARIANTS:
        wrong = [finding for finding in findings if finding.invariant == invariant]
        stage.console.print(f"   {invariant:4} {'[red]broken[/red]' if wrong else '[green]holds[/green]'}")
        for finding in wrong:
            stage.console.print(f"        [red]{finding}[/red]")
    return not findings
