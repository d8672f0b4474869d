"""Makes the stack's table equal to another one.

`python -m portone_local.operator.restore_table --from TABLE --stack NAME`; `--persons`: the identity table.
TABLE is what point-in-time recovery made. Only what differs is written, so the stack keeps its table,
with its name, stream, permissions and alarms. No function may write meanwhile (docs/runbook.md).
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import batched
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from portone_local.operator.target import STACK, Place, Unusable
from portone_payments.adapters.dynamo.codec import Item
from portone_payments.adapters.dynamo.keys import Key
from portone_payments.adapters.dynamo.table import DynamoTable, all_of
from portone_payments.adapters.ids import RandomIds
from portone_payments.domain.errors.common import BundleError

AT_ONCE = 100  # keys of one BatchGetItem


@dataclass(frozen=True, slots=True)
class PutBack:
    """Progress: items read, written, deleted."""

    read: int = 0
    written: int = 0
    deleted: int = 0


def put_back(client: Any, *, past: str, live: str) -> Iterator[PutBack]:
    """Make table `live` equal to table `past`, batch by batch.

    After a stop it may be run again. Raises `BundleError`, botocore's errors.
    """
    done = PutBack()
    for keys, theirs, ours in _compared(client, past, live):
        changed = [each for each in keys if theirs.get(each) != ours.get(each)]
        for each in changed:
            client.put_item(TableName=live, Item=theirs[each])
        done = PutBack(done.read + len(keys), done.written + len(changed), done.deleted)
        yield done
    for keys, ours, theirs in _compared(client, live, past):
        newer = ours.keys() - theirs.keys()
        for each in newer:
            client.delete_item(TableName=live, Key=each.wire())
        done = PutBack(done.read + len(keys), done.written, done.deleted + len(newer))
        yield done


def _compared(
    client: Any, first: str, second: str
) -> Iterator[tuple[list[Key], dict[Key, Item], dict[Key, Item]]]:
    """Each key of the first table, with the items of both tables under it now."""
    tables = [DynamoTable(client, name, RandomIds().jitter) for name in (first, second)]
    for keys in map(list, batched(_keys(client, first), AT_ONCE, strict=False)):
        held = [{Key.of(item): item for item in all_of(table.get_many, keys)} for table in tables]
        yield keys, held[0], held[1]


def _keys(client: Any, table: str) -> Iterator[Key]:
    pages = client.get_paginator("scan").paginate(
        TableName=table, ConsistentRead=True, ProjectionExpression="pk, sk"
    )
    return (Key.of(item) for page in pages for item in page["Items"])


def main(arguments: list[str] | None = None) -> int:
    """0 when the table has what the other had, 1 when it stopped on the way, 2 without a stack."""
    parser = argparse.ArgumentParser(
        prog="python -m portone_local.operator.restore_table", description=__doc__
    )
    parser.add_argument("--from", dest="past", required=True, help="the table point-in-time recovery made")
    parser.add_argument("--persons", action="store_true", help="the identity table, not that of payments")
    parser.add_argument("--stack", help=STACK)
    chosen = parser.parse_args(arguments)
    console = Console(highlight=False, soft_wrap=True)
    try:
        place = Place.named(chosen.stack)
    except Unusable as reason:
        console.print(f"[red]{reason}[/red]")
        return 2
    live = place.people["IdentityTable"] if chosen.persons else place.table
    return _run(place, chosen.past, live, console)


def _run(place: Place, past: str, live: str, console: Console) -> int:
    done = PutBack()
    try:
        for done in put_back(place.dynamodb, past=past, live=live):
            console.print(f"  {done.read:,} read", end="\r")
    except (BundleError, ClientError, BotoCoreError) as error:
        console.print(f"[red]stopped after {done.read:,} items ({error}): run it again[/red]")
        return 1
    console.print(f"{done.written:,} items written, {done.deleted:,} deleted: {live} is as {past}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
