"""Sizes and names: taste, not law. Nothing fails on a figure."""

import ast
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from statistics import median

from portone_local.shape.source import HANDLERS, LOCAL, SHIPPED, TESTS, Source, sources

LONG_FUNCTION = 40
LONG_NAME = 90
FULL_FOLDER = 16
SHARED = 2
"""So many other files of a folder carry a word: then it is the name of a group."""
INIT = "__init__"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure in the part that ships, in what stays here and in the tests, and what the models have."""

    name: str
    of: Callable[[list[Source]], str]
    models: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Sized:
    """So many lines, and of what."""

    lines: int
    what: str

    def __str__(self) -> str:
        """The number first: it is what is compared."""
        return f"{self.lines} {self.what[-20:]}"


def places(root: Path) -> dict[str, list[Source]]:
    """The three parts of the tree."""
    return {
        "ships": sources(root, SHIPPED, HANDLERS),
        "stays here": sources(root, LOCAL),
        "tests": sources(root, TESTS),
    }


def modules(files: Iterable[Source]) -> list[Source]:
    """Without the files that only name a package."""
    return [each for each in files if each.name != INIT]


def file_sizes(files: Iterable[Source]) -> list[Sized]:
    """Lines that are not blank."""
    return [Sized(each.lines(), each.name) for each in modules(files)]


def function_sizes(files: Iterable[Source]) -> list[Sized]:
    """From `def` to the last line, blank ones left out."""
    return [
        Sized(file.lines(each.lineno, each.end_lineno), f"{file.name}.{each.name}")
        for file in files
        for each in file.functions
    ]


def handler_sizes(files: Iterable[Source]) -> list[Sized]:
    """One file per Lambda."""
    return [
        Sized(each.lines(), PurePath(each.path).parent.name)
        for each in files
        if each.path.startswith(f"{HANDLERS}/")
    ]


def folder_sizes(files: Iterable[Source]) -> list[Sized]:
    """How many modules a folder has; one file per Lambda is the rule of its folder."""
    counted = Counter(each.folder for each in modules(files))
    return [Sized(often, PurePath(folder).name) for folder, often in counted.items()]


def carries_its_group(files: list[Source]) -> list[str]:
    """Names with a word of a folder above, or one that two neighbours begin or end with: `refund_rules`."""
    beside: dict[str, Counter[str]] = {}
    for each in modules(files):
        beside.setdefault(each.folder, Counter()).update(set(_words(each.name)))
    return [each.path for each in modules(files) if _is_carried(each, beside[each.folder])]


def _is_carried(file: Source, beside: Counter[str]) -> bool:
    words = _words(file.name)
    above = {word for part in PurePath(file.path).parts[:-1] for word in _words(part)}
    if len(words) > 1 and set(words) & above:
        return True
    return len(words) > 1 and any(beside[word] > SHARED for word in (words[0], words[-1]))


def _words(name: str) -> list[str]:
    """In the singular, without what every test is named by."""
    return [_singular(word) for word in name.removeprefix("test_").split("_")]


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def docstring_lines(file: Source) -> int:
    """How many lines are docstrings."""
    documented = [file.tree, *file.classes, *file.functions]
    return sum(_height(each) for each in documented)


def _height(node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    match node.body[:1]:
        case [ast.Expr(value=ast.Constant(value=str(text)))]:
            return len(text.splitlines())
    return 0


def comment_lines(file: Source) -> int:
    """How many lines are nothing but a comment."""
    return sum(line.lstrip().startswith("#") for line in file.text.splitlines())


def long_test_names(files: Iterable[Source]) -> list[str]:
    """Names of tests over 90 characters."""
    return [
        each.name
        for file in files
        for each in file.functions
        if each.name.startswith("test_") and len(each.name) > LONG_NAME
    ]


def _middle(sizes: list[Sized]) -> str:
    return f"{median(each.lines for each in sizes):.0f}" if sizes else "-"


def _most(sizes: list[Sized]) -> str:
    return str(max(sizes)) if sizes else "-"


def _share(files: list[Source], count: Callable[[Source], int]) -> str:
    return f"{100 * sum(map(count, files)) / (sum(each.lines() for each in files) or 1):.0f} %"


def _over(sizes: list[Sized], bound: int) -> str:
    return str(sum(each.lines > bound for each in sizes))


FIGURES = (
    Figure("files", lambda files: str(len(modules(files)))),
    Figure("median file, lines", lambda files: _middle(file_sizes(files)), "40 to 80"),
    Figure("longest file", lambda files: _most(file_sizes(files))),
    Figure("median function, lines", lambda files: _middle(function_sizes(files)), "10 or fewer"),
    Figure("longest function", lambda files: _most(function_sizes(files)), "40"),
    Figure("functions over 40 lines", lambda files: _over(function_sizes(files), LONG_FUNCTION), "0"),
    Figure("median handler, lines", lambda files: _middle(handler_sizes(files))),
    Figure("longest handler", lambda files: _most(handler_sizes(files))),
    Figure("fullest folder, files", lambda files: _most(folder_sizes(files)), "16 (house)"),
    Figure("folders with more than 16", lambda files: _over(folder_sizes(files), FULL_FOLDER), "0 (house)"),
    Figure("names that carry their group's", lambda files: str(len(carries_its_group(files)))),
    Figure("docstrings, of all lines", lambda files: _share(files, docstring_lines), "under 38 %"),
    Figure("comments, of all lines", lambda files: _share(files, comment_lines), "2 to 6 %"),
    Figure("test names over 90 characters", lambda files: str(len(long_test_names(files)))),
)


def pages(root: Path) -> Iterator[tuple[str, int]]:
    """What a document or the template weighs."""
    template = (root / "template.yaml").read_text().splitlines()
    yield "template.yaml, lines", len(template)
    yield "template.yaml, distinct lines", len(set(template))
    yield "README.md, bytes", (root / "README.md").stat().st_size
