"""Where an operator's command works: a deployed stack, or the one of `make serve`."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from portone_local.serve.running import NotRunning, the_one
from portone_local.stack.ministack import FAKE_CREDENTIALS, REGION

STACK = "a deployed stack; without it the one of make serve"
PEOPLE = ("IdentityTable", "ErasuresTable", "IdentityHashSecret")
USAGE = "SINCE is a time such as 2026-11-01T00:00:00Z"


class Unusable(Exception):
    """The command cannot be carried out; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Place:
    """A deployed stack or the one of `make serve`: its clients, its table, its bus, and what is of persons.

    `people`: IdentityTable, ErasuresTable and IdentityHashSecret by these names.
    """

    dynamodb: Any
    events: Any
    table: str
    bus: str
    secrets: Any = None
    people: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def deployed(cls, name: str) -> "Place":
        """By CloudFormation's outputs, with the caller's own credentials. Raises `Unusable`."""
        try:
            [stack] = boto3.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
        except (ClientError, BotoCoreError) as error:
            raise Unusable(f"no stack {name} to be seen with these credentials ({error})") from None
        outputs = {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}
        if "EventBus" not in outputs:
            raise Unusable(f"the stack {name} has no event bus: deploy this version first")
        outputs["IdentityHashSecret"] = outputs.get("IdentityHashSecretArn", "")
        return cls._over(boto3.client, outputs)

    @classmethod
    def served(cls, name: str = "") -> "Place":
        """The stack of this name that `make serve` runs now, or the only one. Raises `Unusable`."""
        try:
            known = the_one(name)
        except NotRunning as reason:
            raise Unusable(str(reason)) from None
        session = boto3.Session(region_name=REGION, **FAKE_CREDENTIALS)
        return cls._over(partial(session.client, endpoint_url=known["aws"]), known["resources"])

    @classmethod
    def _over(cls, client: Callable[[Any], Any], known: Mapping[str, str]) -> "Place":
        dynamodb, events, secrets = map(client, ("dynamodb", "events", "secretsmanager"))
        people = {each: known[each] for each in PEOPLE if each in known}
        return cls(dynamodb, events, known["PaymentsTable"], known["EventBus"], secrets, people)

    @classmethod
    def named(cls, stack: str | None, local: str = "") -> "Place":
        """The deployed stack of this name, or a served one. Raises `Unusable`."""
        return cls.deployed(stack) if stack else cls.served(local)


def since_asked(arguments: list[str] | None, *, program: str, purpose: str | None) -> tuple[Place, float]:
    """The stack and the time (epoch seconds UTC) on a command line. Raises `Unusable`."""
    parser = argparse.ArgumentParser(prog=program, description=purpose)
    parser.add_argument("--since", default="", help=USAGE)
    parser.add_argument("--stack", help=STACK)
    parser.add_argument("--local", default="", help="which of several stacks of make serve")
    chosen = parser.parse_args(arguments)
    try:
        since = epoch_of(chosen.since)
    except ValueError:
        raise Unusable(USAGE) from None
    return Place.named(chosen.stack, chosen.local), since


def epoch_of(text: str) -> float:
    """RFC 3339 as epoch seconds; without an offset it is UTC. Raises ValueError."""
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
