"""`make replay-events SINCE=`: publishes what happened since then once more, from the histories, same ids.

It reads the whole table, which no flow does: an operator's tool.
"""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from portone_local.operator.target import Place, Unusable, since_asked
from portone_local.twins.logs import RecordingMeter
from portone_payments.adapters.aws.event_bus import EventBridgeBus
from portone_payments.adapters.dynamo.codec import Item
from portone_payments.adapters.dynamo.payments import DynamoStore
from portone_payments.adapters.dynamo.stream import TOLD, told_in
from portone_payments.adapters.ids import RandomIds
from portone_payments.domain.errors.common import BundleError
from portone_payments.flows.timers.publish import Publisher

TOLD_EVERY = 1_000


@dataclass(frozen=True, slots=True)
class Replayed:
    """Progress: records read, events published, and the keys of unreadable records."""

    records: int = 0
    events: int = 0
    skipped: tuple[str, ...] = ()


def publisher(place: Place) -> Publisher:
    """What the publisher function is, over this place."""
    store = DynamoStore(place.dynamodb, place.table, RandomIds())
    return Publisher(bus=EventBridgeBus(place.events, place.bus), store=store, meter=RecordingMeter())


def items(place: Place) -> Iterator[Item]:
    """Every record with a history, page by page."""
    pages = place.dynamodb.get_paginator("scan").paginate(
        TableName=place.table,
        ConsistentRead=True,
        FilterExpression="sk IN (:payment, :subscription, :wallet)",
        ExpressionAttributeValues={f":{kind}": {"S": kind} for kind in TOLD},
    )
    return (item for page in pages for item in page["Items"])


def replay(items: Iterable[Item], publisher: Publisher, *, since: float) -> Iterator[Replayed]:
    """Publish anew what happened at or after `since` (epoch seconds UTC), record by record.

    A record that cannot be read is skipped. After a stop it may be run again. Raises
    `BundleError` when the bus refuses events.
    """
    done = Replayed()
    for item in items:
        try:
            told = told_in(item)
            events = publisher.again(told, since=since) if told is not None else 0
        except Exception as error:
            if isinstance(error, BundleError) and error.data.get("service") == "events":
                raise
            done = replace(done, skipped=(*done.skipped, item["pk"]["S"]))
            yield done
            continue
        if told is not None:
            done = replace(done, records=done.records + 1, events=done.events + events)
            yield done


def main(arguments: list[str] | None = None) -> int:
    """0 when all is published, 1 when it stopped on the way, 2 when there is nothing to do it with."""
    console = Console(highlight=False, soft_wrap=True)
    try:
        place, since = since_asked(arguments, program="make replay-events", purpose=__doc__)
    except Unusable as reason:
        console.print(f"[red]{reason}[/red]")
        return 2
    return _run(place, since, console)


def _run(place: Place, since: float, console: Console) -> int:
    done = Replayed()
    try:
        for done in replay(items(place), publisher(place), since=since):
            if done.records % TOLD_EVERY == 0:
                console.print(f"  {done.records:,} records read, {done.events:,} events published")
    except (BundleError, ClientError, BotoCoreError) as error:
        console.print(f"[red]stopped after {done.records:,} records ({error}): run it again[/red]")
        return 1
    console.print(f"{done.events:,} events of {done.records:,} records published under their ids")
    for key in done.skipped:
        console.print(f"[red]passed over, nobody can read it: {key}[/red]")
    return 1 if done.skipped else 0


if __name__ == "__main__":
    sys.exit(main())
