"""Plays the stories one after another, then compares the books."""

import time
from collections.abc import Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from portone_local.demo.diary import diary
from portone_local.demo.stage import Line, Stage, Surprise
from portone_local.demo.stories import CHAPTERS, Story
from portone_local.oracle import check
from portone_local.oracle.identity import gather_identity, judge_identity
from portone_local.stack.ministack import MiniStackGone
from portone_local.stack.stack import Stack

PIPE_WIDTH = 110
INVARIANTS = {
    "I1": "one order is paid once, an invoice at the price that was agreed, a credit is used once",
    "I2": "what a webhook said was stored before it was answered, and is settled",
    "I3": "no refund twice, and none above what was paid",
    "I4": "we say what PortOne says, money and status",
    "I5": "what differs from its order is never PAID",
    "I6": "nobody holds what somebody else was verified for",
    "I7": "no secret, name, phone or card number in logs, metrics, queues, errors",
    "I8": "an idempotency key leads to its one payment",
    "I9": "no status moved backwards",
    "I10": "nothing is guessed: what is unfinished is due, what is doubtful calls staff",
    "I11": "every fact is in the history once",
    "I12": "nothing was charged after a key was deleted or a subscription cancelled",
    "I13": "one person has one account, and a verification is used once",
    "I14": "what is personal is gone when its time is over",
    "I15": "nobody was answered with a server error",
    "I16": "whatever is wrong or unknown for long has called staff and set off an alarm",
    "I17": "what is due got on or says why not, and nobody is refused for ever",
    "I18": "one record's trouble stopped no other",
    "I19": "no record came near what an item can hold",
    "I20": "no operator's ordinary act moved money",
}


def main() -> int:
    """The exit code: 0 when every story ended as it should and every invariant holds."""
    console = stdout()
    console.print(
        "[bold]Starting the stack[/bold]: a local AWS, a fake PortOne, the gateway of template.yaml ..."
    )
    try:
        with Stack.on_ministack() as stack:
            return perform(stack, CHAPTERS, console)
    except MiniStackGone as gone:
        console.print(f"\n[red]{gone}[/red]")
        return 1


def stdout() -> Console:
    """Standard output, in a terminal as wide as it is."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = PIPE_WIDTH
    return console


def perform(stack: Stack, chapters: Mapping[str, Sequence[Story]], console: Console) -> int:
    """Play the stories of `chapters` and judge what they leave behind; the exit code."""
    started = time.monotonic()
    stage = Stage(stack, console)
    told: list[bool] = []
    for chapter, stories in chapters.items():
        console.print(f"\n[bold]{chapter}[/bold]")
        told += [_tell(stage, number, story) for number, story in enumerate(stories, len(told) + 1)]
    if any(event.subscription_id for event in stack.bus.published):
        console.print(diary(stage))
    console.print(_table(stage))
    held = _invariants(stage)
    seconds = time.monotonic() - started
    right = all(told) and held
    ending = "[green]money is right[/green]" if right else "[red]something is wrong[/red]"
    console.print(f"\n{len(told)} stories in {seconds:.0f} s, no AWS account, no PortOne account: {ending}.")
    return 0 if right else 1


def _tell(stage: Stage, number: int, story: Story) -> bool:
    stage.begin(f"[cyan]{number:2} {(story.__doc__ or '').rstrip('.')}[/cyan]")
    before = stage.stack.calls
    try:
        payment_id = story(stage)
    except Surprise as surprise:
        stage.say(f"[red]It went wrong: {surprise}[/red]")
        return False
    if payment_id is not None:
        stage.lines.append(Line(story.__name__.replace("_", " "), payment_id, stage.stack.calls - before))
    return True


def _table(stage: Stage) -> Table:
    """A line for a payment, and one more for what was refunded."""
    table = Table(
        title="\nThe books, side by side",
        box=SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
        collapse_padding=True,
    )
    table.title_style, table.title_justify, table.caption_justify = "bold", "left", "left"
    table.add_column("payment", no_wrap=True)
    for heading in ("PortOne says", "we say"):
        table.add_column(heading, overflow="fold")
    for heading in ("won", "back", "calls", "reads", "writes"):
        table.add_column(heading, justify="right")
    for line in stage.lines:
        table.add_row(line.story, *_books(stage, line))
    spent = [(line.calls.portone, line.calls.reads, line.calls.writes) for line in stage.lines]
    table.add_section()
    table.add_row("together", "", "", "", "", *(f"{sum(each):g}" for each in zip(*spent, strict=True)))
    table.caption = "calls of PortOne; DynamoDB request units, with what the app's own looks cost"
    return table


def _books(stage: Stage, line: Line) -> tuple[str, ...]:
    book = stage.stack.portone.books().get(line.payment_id)
    held = stage.stack.ports["store"].payment(line.payment_id)
    return (
        (book.state if book else None) or "-",
        held.status.value,
        f"{book.paid:,}" if book else "-",
        f"{book.cancelled:,}" if book and book.cancelled else "-",
        f"{line.calls.portone}",
        f"{line.calls.reads:g}",
        f"{line.calls.writes:g}",
    )


def _invariants(stage: Stage) -> bool:
    findings = [*check(stage.stack), *judge_identity(gather_identity(stage.stack))]
    stage.console.print("\n[bold]Checked over PortOne's books, our table and every log line[/bold]")
    for invariant, sentence in INVARIANTS.items():
        wrong = [finding for finding in findings if finding.invariant == invariant]
        verdict = "[red]broken[/red]" if wrong else "[green]holds[/green]"
        stage.console.print(f"   {verdict}  {sentence}")
        for finding in wrong:
            stage.console.print(f"           [red]{finding.payment_id or '-'}: {finding.sentence}[/red]")
    return not findings
