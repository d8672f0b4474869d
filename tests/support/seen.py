"""Which kinds of calls leave the bundle, and which of them a crash case cuts off."""

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

from portone_local.stories.boundaries import Boundaries, Crossing

type Kind = tuple[str, str]

CLIENTS = {
    "dynamo/table.py": "dynamodb",
    "aws/queue.py": "sqs",
    "aws/event_bus.py": "events",
    "aws/secrets.py": "secretsmanager",
    "aws/vault.py": "kms",
}
# what the port calls it, where PortOne's operation has another name
OPERATIONS = {"cancel": "cancel_payment", "confirm": "confirm_payment"}


class Seen:
    """Kinds of calls: those in the steps that the crash tests cut off, and all that handlers made.

    Whoever tells a story leaves it here, so that no story is told only to be listed.
    """

    def __init__(self) -> None:
        self.stories: set[str] = set()
        self.cut_off: set[Kind] = set()
        self.made: set[Kind] = set()

    def record(self, story: str, crossed: Sequence[Crossing], boundaries: Boundaries) -> None:
        """A story played to its end: the calls of its step, and all calls."""
        self.stories.add(story)
        self.cut_off |= {crossing.kind for crossing in crossed}
        self.made |= boundaries.made

    @property
    def owed(self) -> set[Kind]:
        """What handlers make and no case cuts off."""
        return self.made - self.cut_off


def calls_in(source: Path) -> Iterator[str]:
    """Every method of a boto3 client, and every operation of PortOne, that the shipped source names."""
    for file, service in CLIENTS.items():
        for method in called_on(source / "adapters" / file, "_client"):
            yield f"{service}.{method}"
    for node in ast.walk(ast.parse((source / "ports/portone.py").read_text())):
        if isinstance(node, ast.ClassDef) and node.name == "PortOne":
            names = [each.name for each in node.body if isinstance(each, ast.FunctionDef)]
            yield from (f"portone.{OPERATIONS.get(name, name)}" for name in names)


def called_on(file: Path, attribute: str) -> Iterator[str]:
    """The methods called on this attribute in a file."""
    for node in ast.walk(ast.parse(file.read_text())):
        match node:
            case ast.Attribute(value=ast.Attribute(attr=name), attr=method) if name == attribute:
                yield method
