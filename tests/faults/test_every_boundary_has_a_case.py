"""A call that leaves the bundle and that no crash case cuts off fails the build."""

import ast
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from portone_local import template
from portone_local.gateway.functions import Handler
from portone_local.ministack import MiniStack
from portone_local.stack import Stack
from portone_local.testing.boundaries import Boundaries
from portone_local.testing.stories import PATIENCE, Story, World, let_pass
from portone_local.testing.story_acts import look
from portone_local.testing.story_book import ALL_STORIES
from portone_local.testing.telling import in_memory, on_ministack, step_of

type Kind = tuple[str, str]

SOURCE = template.ROOT / "layers/portone_payments/src/portone_payments"
CLIENTS = {
    "dynamo.py": "dynamodb",
    "queue.py": "sqs",
    "event_bus.py": "events",
    "secrets.py": "secretsmanager",
    "vault.py": "kms",
}
# what the port calls it, where PortOne's operation has another name
OPERATIONS = {"cancel": "cancel_payment", "confirm": "confirm_payment"}
# the audit has no payment to tell a story of: its functions die in crash tests of their own
AUDIT = {"audit", "discrepancies", "close_discrepancy"}
# and so do those of the identity functions, which have users and verifications instead
IDENTITY = {each for each in template.functions(template.transformed()) if each.startswith("identity_")}
AUDIT_CALLS = {"portone.list_payments"}


class Seen:
    """Kinds of calls: those in the steps that the crash tests cut off, and all that handlers made."""

    def __init__(self) -> None:
        self.cut_off: set[Kind] = set()
        self.made: set[Kind] = set()

    def record(self, story: Story, world: World, boundaries: Boundaries) -> None:
        """One story with nothing broken."""
        self.cut_off |= {crossing.kind for crossing in step_of(story, world, boundaries)}
        let_pass(world.stack, PATIENCE if story.restless else 0)

    def end(self, worlds: Sequence[World], boundaries: Boundaries) -> None:
        """What time makes of the stories, and a look at what has become of them."""
        let_pass(worlds[0].stack, PATIENCE)
        for world in worlds:
            for payment_id in world.handed:
                look(world, payment_id)
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
    for node in ast.walk(ast.parse((source / "ports_portone.py").read_text())):
        if isinstance(node, ast.ClassDef) and node.name == "PortOne":
            names = [each.name for each in node.body if isinstance(each, ast.FunctionDef)]
            yield from (f"portone.{OPERATIONS.get(name, name)}" for name in names)


def called_on(file: Path, attribute: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        match node:
            case ast.Attribute(value=ast.Attribute(attr=name), attr=method) if name == attribute:
                yield method


@pytest.fixture(scope="module")
def seen(ministack: MiniStack) -> Seen:
    """All stories, told once each with the real adapters."""
    found = Seen()
    with on_ministack(ministack) as (new_world, boundaries):
        worlds = [new_world() for _ in ALL_STORIES]
        for story, world in zip(ALL_STORIES, worlds, strict=True):
            found.record(story, world, boundaries)
        found.end(worlds, boundaries)
    return found


@pytest.mark.ministack
def test_every_kind_of_call_a_handler_makes_is_cut_off_by_a_crash_case(seen: Seen) -> None:
    assert seen.made
    assert seen.owed == set()


@pytest.mark.ministack
def test_every_function_has_crash_cases(seen: Seen) -> None:
    folders = {file.parent.name for file in (template.ROOT / "functions").glob("*/handler.py")}

    assert folders - AUDIT - IDENTITY == {function for function, _ in seen.cut_off}


@pytest.mark.ministack
def test_every_call_the_adapters_can_make_is_cut_off_by_a_crash_case(seen: Seen) -> None:
    assert set(calls_in(SOURCE)) - {call for _, call in seen.cut_off} <= AUDIT_CALLS


@pytest.mark.ministack
def test_a_planted_call_of_an_adapter_is_noticed(seen: Seen, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(SOURCE, tmp_path / "source"))
    with (copy / "adapters" / "queue.py").open("a") as file:
        file.write("\n\ndef planted(queue):\n    queue._client.purge_queue()\n")

    assert "sqs.purge_queue" in set(calls_in(copy)) - {call for _, call in seen.cut_off}


def test_a_planted_call_of_a_handler_is_noticed() -> None:
    found = Seen()
    for story in ALL_STORIES:
        with in_memory() as (world, boundaries):
            plant(world.stack, "GetPayment", lambda stack: stack.ports["queue"].backlog())
            boundaries.follow(world.stack)
            found.record(story, world, boundaries)
            found.end([world], boundaries)

    assert found.owed == {("get_payment", "sqs.backlog")}


def plant(stack: Stack, function: str, extra: Callable[[Stack], object]) -> None:
    """Have a function do something more, about a payment that was paid."""

    def around(name: str, shipped: Handler) -> Handler:
        def planted(event: Any, context: Any) -> Any:
            answer = shipped(event, context)
            if '"PAID"' in answer["body"]:
                extra(stack)
            return answer

        return planted if name == function else shipped

    stack.functions.around = around
