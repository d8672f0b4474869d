"""Run the benchmark; exit code 1 when a bound is missed. Smaller numbers may be given for a quick look."""

import argparse
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from portone_local.bench.elsewhere import elsewhere, seldom_collected
from portone_local.bench.measure import Check
from portone_local.bench.runs import batch, in_memory, in_real_time, killed
from portone_local.bench.stage import stage
from portone_local.bench.virtual import Done

SMALL, KILLED = 1_000, 5_000
PIPE_WIDTH = 120


def main() -> int:
    """The exit code: 0 when every bound is kept."""
    asked = _asked()
    seldom_collected()
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
    parser.add_argument("--real-rate", type=int, default=30, help="charges a second on MiniStack")
    return parser.parse_args()


def _measured(asked: argparse.Namespace, console: Console) -> list[Check]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress, ThreadPoolExecutor(1) as beside:
        told = _bar(progress, f"{asked.count:,} in virtual time", asked.count + SMALL)
        large = beside.submit(elsewhere, told, in_memory, asked.count, SMALL, asked.rate)
        checks = batch() + killed(KILLED)
        if not asked.real_count:
            return checks + large.result()[0]
        with stage(asked.real_count, asked.real_rate) as filled:
            found, wanted = large.result()
            told = _bar(progress, f"{asked.real_count:,} in real time", asked.real_count)
            return checks + found + in_real_time(filled, wanted, told)


def _bar(progress: Progress, name: str, total: int) -> Done:
    """A progress bar."""
    task = progress.add_task(name, total=total)
    return lambda more: progress.advance(task, more)


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
