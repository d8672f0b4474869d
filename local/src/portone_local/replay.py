"""`make replay-events SINCE=`: publishes what happened since then once more, from the histories, same ids.

It reads the whole table, which no flow does: an operator's tool.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from portone_local.capture import RecordingMeter
from portone_local.ministack import FAKE_CREDENTIALS, REGION
from portone_local.serve.up import STATE
from portone_payments.adapters.codec import Item
from portone_payments.adapters.event_bus import TOLD, EventBridgeBus, told_in
from portone_payments.adapters.ids import RandomIds
from portone_payments.adapters.tables import DynamoStore
from portone_payments.domain.errors import BundleError
from portone_payments.flows.publish import Publisher

TOLD_EVERY = 1_000
USAGE = "SINCE is a time such as 2026-11-01T00:00:00Z"


class NoStack(Exception):
    """There is nothing to read from or to publish to; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Place:
    """A deployed stack or the one of `make serve`: its clients, its table, its bus."""

    dynamodb: Any
    events: Any
    table: str
    bus: str

    @classmethod
    def deployed(cls, name: str) -> "Place":
        """By CloudFormation's outputs, with the caller's own credentials. Raises `NoStack`."""
        try:
            [stack] = boto3.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
        except (ClientError, BotoCoreError) as error:
            raise NoStack(f"no stack {name} to be seen with these credentials ({error})") from None
        outputs = {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}
        if "EventBus" not in outputs:
            raise NoStack(f"the stack {name} has no event bus: deploy this version first")
        dynamodb, events = boto3.client("dynamodb"), boto3.client("events")
        return cls(dynamodb, events, outputs["PaymentsTable"], outputs["EventBus"])

    @classmethod
    def served(cls) -> "Place":
        """The stack `make serve` runs now. Raises `NoStack`."""
        if not STATE.exists():
            raise NoStack("no local stack runs: start one with `make serve`, or name one: STACK=...")
        known = json.loads(STATE.read_text())
        session = boto3.Session(region_name=REGION, **FAKE_CREDENTIALS)
        dynamodb, events = (
            session.client(each, endpoint_url=known["aws"]) for each in ("dynamodb", "events")
        )
        return cls(dynamodb, events, known["resources"]["PaymentsTable"], known["resources"]["EventBus"])

    def publisher(self) -> Publisher:
        """What the publisher function is, over this place."""
        store = DynamoStore(self.dynamodb, self.table, RandomIds())
        return Publisher(bus=EventBridgeBus(self.events, self.bus), store=store, meter=RecordingMeter())

    def items(self) -> Iterator[Item]:
        """Every payment's item, page by page."""
        pages = self.dynamodb.get_paginator("scan").paginate(
            TableName=self.table,
            ConsistentRead=True,
            FilterExpression="sk IN (:payment, :subscription, :wallet)",
            ExpressionAttributeValues={f":{kind}": {"S": kind} for kind in TOLD},
        )
        return (item for page in pages for item in page["Items"])


@dataclass(frozen=True, slots=True)
class Replayed:
    """How far it is: records read, events published."""

    records: int = 0
    events: int = 0


def replay(items: Iterable[Item], publisher: Publisher, *, since: float) -> Iterator[Replayed]:
    """Publish anew what happened at or after `since` (epoch seconds UTC), record by record.

    Where it stops, it may simply be started again. Raises `BundleError`.
    """
    done = Replayed()
    for item in items:
        told = told_in(item)
        if told is not None:
            events = publisher.again(told, since=since)
            done = Replayed(done.records + 1, done.events + events)
            yield done


def epoch_of(text: str) -> float:
    """RFC 3339 as epoch seconds; without an offset it is UTC. Raises ValueError."""
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def main(arguments: list[str] | None = None) -> int:
    """0 when all is published, 1 when it stopped on the way, 2 when there is nothing to do it with."""
    parser = argparse.ArgumentParser(prog="make replay-events", description=__doc__)
    parser.add_argument("--since", default="", help=USAGE)
    parser.add_argument("--stack", help="a deployed stack; without it the one of make serve")
    chosen = parser.parse_args(arguments)
    console = Console(highlight=False, soft_wrap=True)
    try:
        since = epoch_of(chosen.since)
        place = Place.deployed(chosen.stack) if chosen.stack else Place.served()
    except (ValueError, NoStack) as reason:
        console.print(f"[red]{USAGE if isinstance(reason, ValueError) else reason}[/red]")
        return 2
    return _run(place, since, console)


def _run(place: Place, since: float, console: Console) -> int:
    done = Replayed()
    try:
        for done in replay(place.items(), place.publisher(), since=since):
            if done.records % TOLD_EVERY == 0:
                console.print(f"  {done.records:,} records read, {done.events:,} events published")
    except (BundleError, ClientError, BotoCoreError) as error:
        console.print(f"[red]stopped after {done.records:,} records ({error}): run it again[/red]")
        return 1
    console.print(f"{done.events:,} events of {done.records:,} records published under their ids")
    return 0


if __name__ == "__main__":
    sys.exit(main())
