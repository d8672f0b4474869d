"""Run the benchmark; exit code 1 when a bound is missed. Smaller numbers may be given for a quick look."""

import argparse
import gc
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from portone_local.bench.measure import Check
from portone_local.bench.runs import Done, batch, in_memory, in_real_time, killed

SMALL, KILLED = 1_000, 5_000
PIPE_WIDTH = 120


def main() -> int:
    """The exit code: 0 when every bound is kept."""
    asked = _asked()
    # what is kept is kept to the end: looking through millions of objects again and again finds nothing
    gc.set_threshold(1_000_000, 50, 1_000)
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = PIPE_WIDTH
    began = time.monotonic()
    checks = _measured(asked, console)
    console.print(_table(checks))
    right = all(check.held for check in checks)
    verdict = "[green]every bound is kept[/green]" if right else "[red]a bound is missed[/red]"
    console.print(f"{time.monotonic() - began:.0f} s: {verdict}")
    return 0 if right else 1


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000, help="subscriptions in memory")
    parser.add_argument("--rate", type=int, default=500, help="charges a second in memory")
    parser.add_argument("--real-count", type=int, default=2_000, help="subscriptions on MiniStack; 0: none")
    parser.add_argument("--real-rate", type=int, default=50, help="charges a second on MiniStack")
    return parser.parse_args()


def _measured(asked: argparse.Namespace, console: Console) -> list[Check]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        with ProcessPoolExecutor(1, get_context("spawn")) as beside:
            smaller = [beside.submit(batch), beside.submit(killed, KILLED)]
            with _bar(progress, f"{asked.count:,} in virtual time", asked.count + SMALL) as done:
                found, wanted = in_memory(asked.count, SMALL, asked.rate, done)
        checks = [check for each in smaller for check in each.result()] + found
        if asked.real_count:
            with _bar(progress, f"{asked.real_count:,} in real time", asked.real_count) as done:
                checks += in_real_time(asked.real_count, asked.real_rate, wanted, done)
    return checks


@contextmanager
def _bar(progress: Progress, name: str, total: int) -> Iterator[Done]:
    """A bar that is told how many more are done."""
    task = progress.add_task(name, total=total)
    yield lambda more: progress.advance(task, more)
    gc.collect()


def _table(checks: list[Check]) -> Table:
    table = Table(title="\nCharges at scale", box=SIMPLE_HEAD, pad_edge=False)
    table.title_style, table.title_justify = "bold", "left"
    for heading in ("", "measured", "bound", ""):
        table.add_column(heading)
    for check in checks:
        verdict = "[green]kept[/green]" if check.held else "[red]missed[/red]"
        table.add_row(check.name, check.measured, check.bound, verdict)
    return table


if __name__ == "__main__":
    sys.exit(main())
