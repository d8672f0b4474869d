"""`make erase-again`: after the identity table was restored, erases again whoever had been erased since.

It reads both tables whole, which no flow does, and the keys of the hashes: an operator's tool. Run again, it
changes nothing more. Who verified again after an erasure stays.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from portone_local.operator.target import PEOPLE, STACK, Place, Unusable
from portone_local.twins.logs import RecordingMeter
from portone_payments.adapters.aws.hashes import SecretHashes
from portone_payments.adapters.dynamo.codec import Item
from portone_payments.adapters.dynamo.erasures import DynamoErasureStore, decode
from portone_payments.adapters.dynamo.identity import DynamoIdentityStore
from portone_payments.adapters.ids import RandomIds
from portone_payments.domain.errors.common import BundleError
from portone_payments.entry.wiring.clock import SystemClock
from portone_payments.flows.identity.erase import Custodian

TOLD_EVERY = 1_000


@dataclass(frozen=True, slots=True)
class Done:
    """Progress: users read; of the erasures, how many were done again, were done already, match no user.

    `lost`: erasures recorded under hash keys that are gone; their users can no longer be found.
    `skipped`: users who could not be erased.
    """

    users: int = 0
    erased: int = 0
    before: int = 0
    nobody: int = 0
    lost: int = 0
    skipped: tuple[str, ...] = ()


def erase_again(people: Iterable[Item], erasures: Iterable[Item], custodian: Custodian) -> Iterator[Done]:
    """Erase again whoever was erased and is in `people`, user by user; the last one yielded is the total.

    One that fails is skipped. Raises `BundleError` when the erasures cannot be read.
    """
    noted = {each.erasure_id: each.at for each in map(decode, erasures)}
    unmet = set(noted)
    done = Done()
    for user_id in _users(people):
        mine = [name for name in custodian.hashes.users(user_id) if name in noted]
        unmet -= set(mine)
        done = replace(done, users=done.users + 1)
        if mine:
            done = _again(custodian, user_id, max(noted[name] for name in mine), done)
        yield done
    versions = _versions(custodian.hashes.users(""))
    lost = sum(not _versions([name]) <= versions for name in unmet)
    yield replace(done, nobody=done.nobody + len(unmet) - lost, lost=lost)


def _again(custodian: Custodian, user_id: str, at: float, done: Done) -> Done:
    try:
        came = custodian.erase_again(user_id, at)
    except BundleError:
        return replace(done, skipped=(*done.skipped, user_id))
    return replace(done, **{came.value: getattr(done, came.value) + 1})


def _users(people: Iterable[Item]) -> Iterator[str]:
    """Every user that an item of the table is about, each once."""
    met = set[str]()
    for item in people:
        user_id = item.get("user_id", {}).get("S")
        if user_id and user_id not in met:
            met.add(user_id)
            yield user_id


def _versions(names: Iterable[str]) -> set[str]:
    return {name.split(".")[1] for name in names}


def items(place: Place, table: str) -> Iterator[Item]:
    """Every item of a table, page by page."""
    pages = place.dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    return (item for page in pages for item in page["Items"])


def custodian_of(place: Place) -> Custodian:
    """The flow that erases on this stack. It records no new erasure, so their retention does not matter."""
    clock, ids, known = SystemClock(), RandomIds(), place.people
    return Custodian(
        store=DynamoIdentityStore(place.dynamodb, known["IdentityTable"], ids),
        erasures=DynamoErasureStore(place.dynamodb, known["ErasuresTable"], ids),
        hashes=SecretHashes(place.secrets, clock, known["IdentityHashSecret"]),
        clock=clock,
        meter=RecordingMeter(),
        kept_days=0,
    )


def main(arguments: list[str] | None = None) -> int:
    """0 when all is done, 1 when a user is left, 2 without a stack."""
    parser = argparse.ArgumentParser(prog="make erase-again", description=__doc__)
    parser.add_argument("--stack", help=STACK)
    parser.add_argument("--local", default="", help="which of several stacks of make serve")
    chosen = parser.parse_args(arguments)
    console = Console(highlight=False, soft_wrap=True)
    try:
        place = Place.named(chosen.stack, chosen.local)
        if set(place.people) < set(PEOPLE):
            raise Unusable("this stack knows of no erasures: deploy this version first")  # noqa: TRY301
    except Unusable as reason:
        console.print(f"[red]{reason}[/red]")
        return 2
    return _run(place, console)


def _run(place: Place, console: Console) -> int:
    done = Done()
    people, erasures = (items(place, place.people[each]) for each in ("IdentityTable", "ErasuresTable"))
    try:
        for done in erase_again(people, erasures, custodian_of(place)):
            if done.users % TOLD_EVERY == 0:
                console.print(f"  {done.users:,} users looked at, {done.erased:,} erased again")
    except (BundleError, ClientError, BotoCoreError) as error:
        console.print(f"[red]stopped after {done.users:,} users ({error}): run it again[/red]")
        return 1
    return tell(done, console.print)


def tell(done: Done, say: Callable[[str], None]) -> int:
    """Print what was done; 1 when a user is left who should have been erased."""
    say(
        f"{done.erased:,} erased again, {done.before:,} were so already, {done.nobody:,} not found"
        f" ({done.users:,} users in the table)"
    )
    for user_id in done.skipped:
        say(f"[red]not erased, run it again: {user_id}[/red]")
    if done.lost:
        say(f"[red]{done.lost:,} noted under a hash key that is gone from the secret: put it back[/red]")
    return 1 if done.skipped or done.lost else 0


if __name__ == "__main__":
    sys.exit(main())
