"""Examine a stack and print the notes; exit code 1 when something is wrong."""

import argparse
import sys
from pathlib import Path

from rich.console import Console

from portone_local.operator.doctor.examine import Verdict, examine
from portone_local.operator.doctor.patient import Deployed, NoPatient, Served
from portone_local.serve.running import LOCAL

COLOURS = {Verdict.RIGHT: "green", Verdict.LOOK: "yellow", Verdict.WRONG: "red"}


def main(arguments: list[str] | None = None, folder: Path = LOCAL) -> int:
    """0 when nothing is wrong, 1 when something is, 2 when there is no such stack."""
    parser = argparse.ArgumentParser(prog="make doctor", description=__doc__)
    parser.add_argument("--stack", help="a deployed stack; without it the one of make serve")
    parser.add_argument("--local", default="", help="which of several stacks of make serve")
    chosen = parser.parse_args(arguments)
    console = Console(highlight=False, soft_wrap=True)
    try:
        patient = Deployed.find(chosen.stack) if chosen.stack else Served.find(chosen.local, folder)
    except NoPatient as reason:
        console.print(f"[red]{reason}[/red]")
        return 2
    console.print(f"[bold]{patient.name}[/bold], {patient.mode} mode")
    notes = list(examine(patient))
    for note in notes:
        console.print(f"  [{COLOURS[note.verdict]}]{note.verdict:5}[/] {note.finding}")
        if note.remedy:
            console.print(f"        -> {note.remedy}")
    return int(any(note.verdict is Verdict.WRONG for note in notes))


if __name__ == "__main__":
    sys.exit(main())
