"""`make shape`: sizes, names and words beside those of the models; nothing fails on them.

`python -m portone_local.shape FOLDER` counts another tree, such as an older commit's.
"""

import sys
from pathlib import Path

from portone_local.shape import claims
from portone_local.shape.figures import FIGURES, pages, places
from portone_local.shape.source import shipped
from portone_local.shape.words import Dialect, names_left, prose_left
from portone_local.template.cloudformation import ROOT

CLAIMS = {
    "chains to a port, as in a.b.store": claims.chains_to_a_port,
    "loops by hand that repeat after a lost race": claims.retry_loops,
    "handlers that build a flow or declare dependencies": claims.handlers_that_build,
    "views that start work": claims.views_that_work,
}


def sizes(root: Path) -> list[str]:
    """A table of the three parts."""
    parts = places(root)
    rows = [("", *parts, "models")]
    rows += [(each.name, *(each.of(files) for files in parts.values()), each.models) for each in FIGURES]
    return [f"{name:34}" + "".join(f"{cell:26}" for cell in cells).rstrip() for name, *cells in rows]


def counts(root: Path) -> list[str]:
    """What a test holds at none, and the weight of the long files."""
    files = shipped(root)
    found = {name: len(claim(files)) for name, claim in CLAIMS.items()} | dict(pages(root))
    return [f"{name:50}{count:>8,}" for name, count in found.items()]


def dialect(left: dict[Dialect, int]) -> list[str]:
    """A line for each word that is left, the most frequent first, under their sum."""
    rows = sorted((often, str(word), word.write) for word, often in left.items() if often)
    lines = [f"{often:>8,}  {word} -> {write}" for often, word, write in reversed(rows)]
    return [f"{sum(left.values()):>8,}  in all", *lines]


def main(folder: str = str(ROOT)) -> None:
    """Print it."""
    root = Path(folder)
    print(*sizes(root), "", *counts(root), sep="\n")
    print("", "words of our own, as names in code and documents", *dialect(names_left(root)), sep="\n")
    print("", "ordinary words for one of the field's, in sentences", *dialect(prose_left(root)), sep="\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
