"""The Python files of a tree, read and parsed once."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

SHIPPED = "layers/portone_payments/src/portone_payments"
HANDLERS = "functions"
LOCAL = "local/src/portone_local"
TESTS = "tests"
type Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """A file by its path from the root of the tree."""

    path: str
    text: str = field(repr=False)

    @cached_property
    def tree(self) -> ast.Module:
        """What it says."""
        return ast.parse(self.text)

    @property
    def name(self) -> str:
        """Without folder and ending."""
        return Path(self.path).stem

    @property
    def folder(self) -> str:
        """Where it lies."""
        return str(Path(self.path).parent)

    @cached_property
    def functions(self) -> list[Function]:
        """All of them, methods and inner ones too."""
        return [each for each in ast.walk(self.tree) if isinstance(each, Function.__value__)]

    @cached_property
    def classes(self) -> list[ast.ClassDef]:
        """All of them."""
        return [each for each in ast.walk(self.tree) if isinstance(each, ast.ClassDef)]

    @cached_property
    def imported(self) -> dict[str, str]:
        """Where each name comes from that is imported `from` a module."""
        found = [each for each in ast.walk(self.tree) if isinstance(each, ast.ImportFrom)]
        return {name.asname or name.name: each.module or "" for each in found for name in each.names}

    def lines(self, first: int = 1, last: int | None = None) -> int:
        """How many of its lines, from `first` to `last`, are not blank."""
        return sum(bool(line.strip()) for line in self.text.splitlines()[first - 1 : last])


def sources(root: Path, *places: str) -> list[Source]:
    """Every Python file under `places`, packages inside packages too."""
    files = (file for place in places for file in sorted((root / place).rglob("*.py")))
    return [Source(str(file.relative_to(root)), file.read_text()) for file in files]


def shipped(root: Path) -> list[Source]:
    """What is deployed."""
    return sources(root, SHIPPED, HANDLERS)


def under(files: list[Source], folder: str) -> Iterator[Source]:
    """Those of a folder of the shipped package, such as `flows`."""
    yield from (each for each in files if each.path.startswith(f"{SHIPPED}/{folder}/"))


def handlers(files: list[Source]) -> Iterator[Source]:
    """One file per Lambda."""
    yield from (each for each in files if each.path.startswith(f"{HANDLERS}/"))
