"""`make hash-keys`: one step of a rotation of identity hash keys; one that would lose a person is refused."""

import argparse
import json
import secrets
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from portone_local.operator.target import STACK, Place, Unusable
from portone_payments.adapters.aws.hashes import HashKeys, Phase
from portone_payments.adapters.aws.secrets import LAST_GOOD_SECONDS
from portone_payments.adapters.dynamo.identity import DynamoIdentityStore
from portone_payments.adapters.ids import RandomIds
from portone_payments.domain.errors.common import BundleError
from portone_payments.domain.records.identity import DAY, IDENTITY_SHARDS
from portone_payments.flows.identity.rotation import NEWEST
from portone_payments.ports.identity import IdentityStore

PAGE = 400  # keys of persons, below the megabyte that one answer holds
KEPT_DAYS = 366
STEPS = ("show", "add", "write", "retire", "remove")


class Refused(Exception):
    """A step that must not be made now; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Held:
    """The keys as they are: the secret's entries by version, and when it was last changed (epoch seconds)."""

    keys: Mapping[int, Mapping[str, Any]]
    changed_at: float

    @classmethod
    def of(cls, secret: Mapping[str, Any], changed_at: float) -> "Held":
        """The keys of a secret, that of a deploy too. Raises `SecretsUnavailable`."""
        HashKeys.parse(secret)
        first = {"1": {"phase": Phase.WRITING, "key": secret.get("first")}}
        return cls({int(each): said for each, said in (secret["keys"] or first).items()}, changed_at)

    def in_phase(self, *phases: Phase) -> list[int]:
        """Versions in these phases, oldest first."""
        return sorted(version for version, said in self.keys.items() if said["phase"] in phases)

    @property
    def writing(self) -> int:
        """The version to which every claim moves."""
        return self.in_phase(Phase.WRITING)[-1]

    def secret(self) -> str:
        """As it is stored."""
        return json.dumps({"keys": {str(version): dict(said) for version, said in self.keys.items()}})


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The time, a fresh key, and for how many days erasures are kept."""

    now: float
    new_key: str = field(repr=False)
    kept_days: int = KEPT_DAYS


def after(step: str, held: Held, standing: Counter[int], moment: Moment) -> Held:
    """The keys after a step; `standing`: persons claimed under each version. Raises `Refused`."""
    ready = held.changed_at + LAST_GOOD_SECONDS
    if moment.now < ready:
        minutes = int((ready - moment.now) // 60) + 1
        raise Refused(f"the secret was changed less than 15 minutes ago: again in {minutes} minutes")
    match step:
        case "add":
            return _add(held, moment)
        case "write":
            return _write(held, moment)
        case "retire":
            return _retire(held, standing, moment)
        case _:
            return _remove(held, standing, moment)


def _add(held: Held, moment: Moment) -> Held:
    """A new version, known."""
    if [each for each in held.in_phase(Phase.KNOWN, Phase.WRITING) if each != held.writing]:
        raise Refused("another version is still in use: finish that rotation (write, then retire) first")
    entry = {"phase": Phase.KNOWN, "key": moment.new_key, "since": int(moment.now)}
    return replace(held, keys={**held.keys, max(held.keys) + 1: entry})


def _write(held: Held, moment: Moment) -> Held:
    """The known version is written."""
    newer = [each for each in held.in_phase(Phase.KNOWN) if each > held.writing]
    if not newer:
        raise Refused("no version is known that is not written yet: STEP=add")
    return _moved(held, newer[-1:], Phase.WRITING, moment)


def _retire(held: Held, standing: Counter[int], moment: Moment) -> Held:
    """No claim is made any more under a version older than the one that is written."""
    older = [each for each in held.in_phase(Phase.KNOWN, Phase.WRITING) if each < held.writing]
    if not older:
        raise Refused("no older version is in use")
    if left := left_to_follow(held, standing):
        raise Refused(f"{left} persons do not stand under version {held.writing} yet: wait for the sweep")
    return _moved(held, older, Phase.RETIRED, moment)


def _remove(held: Held, standing: Counter[int], moment: Moment) -> Held:
    """Retired versions that no person and no erasure needs are taken out."""
    ends = {each: _since(held, each) + moment.kept_days * DAY for each in held.in_phase(Phase.RETIRED)}
    for version in ends:
        if standing[version]:
            raise Refused(f"{standing[version]} persons stand under version {version}")
    gone = [version for version, end in ends.items() if end <= moment.now]
    if not gone:
        when = f"; the first may go on {_day(min(ends.values()))}" if ends else ""
        raise Refused(f"no version was retired {moment.kept_days} days ago{when}")
    return replace(held, keys={version: said for version, said in held.keys.items() if version not in gone})


def left_to_follow(held: Held, standing: Counter[int]) -> int:
    """How many persons are not claimed under the version that is written."""
    return standing.total() - standing[held.writing]


def standing_in(store: IdentityStore) -> Counter[int]:
    """How many persons are claimed under each version. Raises `StorageUnavailable`."""
    shards = range(IDENTITY_SHARDS)
    return Counter(each.since for shard in shards for each in store.hashed_by(NEWEST, shard, limit=PAGE))


def main(arguments: list[str] | None = None) -> int:
    """0 when it was shown or done, 1 when it was refused or failed, 2 when there is nothing to look at."""
    parser = argparse.ArgumentParser(prog="make hash-keys", description=__doc__)
    parser.add_argument("step", choices=STEPS)
    parser.add_argument("--stack", help=STACK)
    parser.add_argument("--local", default="", help="which of several stacks of make serve")
    parser.add_argument("--kept-days", type=int, default=KEPT_DAYS, help="IdentityBackupDays of the stack")
    chosen = parser.parse_args(arguments)
    console = Console(highlight=False, soft_wrap=True)
    moment = Moment(now=time.time(), new_key=secrets.token_hex(32), kept_days=chosen.kept_days)
    try:
        lines = moved_on(chosen.step, Place.named(chosen.stack, chosen.local), moment)
    except Unusable as reason:
        console.print(f"[red]{reason}[/red]")
        return 2
    except (Refused, BundleError, ClientError, BotoCoreError) as error:
        console.print(f"[red]not done: {error}[/red]")
        return 1
    for line in lines:
        console.print(line)
    return 0


def moved_on(step: str, place: Place, moment: Moment) -> list[str]:
    """The report after a step, or without one (`show`). Raises `Refused` and others."""
    name = place.people["IdentityHashSecret"]
    store = DynamoIdentityStore(place.dynamodb, place.people["IdentityTable"], RandomIds())
    changed = place.secrets.describe_secret(SecretId=name)["LastChangedDate"].timestamp()
    held = Held.of(json.loads(place.secrets.get_secret_value(SecretId=name)["SecretString"]), changed)
    standing = standing_in(store)
    if step != "show":
        held = after(step, held, standing, moment)
        place.secrets.put_secret_value(SecretId=name, SecretString=held.secret())
    return told(held, standing)


def told(held: Held, standing: Counter[int]) -> list[str]:
    """What an operator is shown; never a key."""
    lines = [
        f"version {version}: {said['phase']}, {standing[version]} persons"
        for version, said in sorted(held.keys.items())
    ]
    gone = [version for version in sorted(standing) if version not in held.keys]
    lines += [f"version {version}: NOT IN THE SECRET, {standing[version]} persons" for version in gone]
    return [*lines, f"left: {left_to_follow(held, standing)}"]


def _moved(held: Held, versions: list[int], phase: Phase, moment: Moment) -> Held:
    moved = {each: {**held.keys[each], "phase": phase, "since": int(moment.now)} for each in versions}
    return replace(held, keys={**held.keys, **moved})


def _since(held: Held, version: int) -> float:
    return float(held.keys[version].get("since", held.changed_at))


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()


if __name__ == "__main__":
    sys.exit(main())
