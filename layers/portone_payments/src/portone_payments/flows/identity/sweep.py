"""Every 15 minutes: end verifications, delete facts kept long enough, move claims to a new hash key."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from portone_payments.domain.errors.common import StorageUnavailable
from portone_payments.domain.records.identity import DAY, IDENTITY_SHARDS, AttemptState
from portone_payments.domain.shared.times import POISON
from portone_payments.flows.identity.duplicates import undecided
from portone_payments.flows.identity.person import Persons
from portone_payments.flows.identity.rotation import Rotation
from portone_payments.flows.identity.walk import Line, left_in, walk
from portone_payments.flows.shared.skipping import Note, Skips, unnoted
from portone_payments.ports.identity import Hashes, IdentityKind, IdentityStore, Waiting
from portone_payments.ports.world import Clock, Deadline, Meter, Metric

PAGE = 100
PUT_OFF = 3_600


@dataclass(slots=True)
class IdentitySwept:
    """What one sweep did: verifications expired, persons looked at, persons whose claims followed a key.

    `left`: how many are due still, at least; `lag`: for how many seconds the oldest of them is. `skipped`:
    what could not be treated and was put off. `behind`: whose claims have not followed the key yet, at least;
    `stuck`: why those of them that cannot follow cannot.
    """

    expired: int = 0
    persons: int = 0
    rehashed: int = 0
    left: int = 0
    lag: float = 0.0
    skipped: int = 0
    behind: int = 0
    stuck: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentitySweeper:
    """Finishes identity records that are due; a lost race leaves one to the next sweep."""

    store: IdentityStore
    persons: Persons
    hashes: Hashes
    clock: Clock
    meter: Meter
    note: Note = unnoted

    @property
    def _skips(self) -> Skips:
        return Skips(self.meter, self.note)

    def sweep(self, *, deadline: Deadline) -> IdentitySwept:
        """One sweep, until nothing is due or the time is over.

        Raises `StorageUnavailable` where not one shard could be read: that is no fault of one item.
        """
        attempts = list(self._lines(IdentityKind.ATTEMPT, self._expire))
        persons = list(self._lines(IdentityKind.PERSON, self._retain))
        rotation = Rotation(store=self.store, persons=self.persons, hashes=self.hashes, clock=self.clock)
        lagging: list[Line] = []
        # keys that cannot be read are no reason to keep personal data longer
        with self._skips.over("hash_keys", "identity"):
            lagging += rotation.lines()
        lines = [*attempts, *persons, *lagging]
        going = walk(lines, PAGE, deadline, self._skips)
        if all(line.silent for line in lines):
            raise StorageUnavailable(service="dynamodb", reason="no_shard_answered")
        swept = IdentitySwept(_done(attempts), _done(persons), _done(lagging))
        swept.skipped = sum(line.failed for line in (*attempts, *persons))
        self._tell_of_duplicates()
        self._tell_left([line for line in going if line not in lagging], swept)
        self._tell_behind(lagging, going, swept)
        self.meter.count(Metric.IDENTITY_ORPHANS, rotation.orphans)
        return swept

    def _tell_of_duplicates(self) -> None:
        """While a person may have one account only, staff is called about those who have several."""
        if self.persons.unique:
            with self._skips.over("shard", IdentityKind.CLAIM):
                self.meter.count(Metric.IDENTITY_DUPLICATES, undecided(self.store, self.clock.now()))

    def _lines(self, kind: IdentityKind, act: Callable[[Waiting], bool]) -> Iterator[Line]:
        def put_off(waiting: Waiting) -> None:
            self._put_off(kind, waiting)

        for shard in range(IDENTITY_SHARDS):
            due = self.store.due(kind, shard, before=self.clock.now(), limit=PAGE)
            yield Line(kind=kind, shard=shard, waiting=due, act=act, put_off=put_off)

    def _tell_left(self, going: Iterable[Line], swept: IdentitySwept) -> None:
        for line in going:
            left, oldest = left_in(line, self._skips)
            swept.left += left
            swept.lag = max(swept.lag, self.clock.now() - oldest.since if oldest else 0.0)
        self.meter.count(Metric.IDENTITY_LEFT, swept.left)
        self.meter.count(Metric.IDENTITY_LAG, swept.lag)

    def _tell_behind(self, lagging: Iterable[Line], going: Iterable[Line], swept: IdentitySwept) -> None:
        for line in lagging:
            later = left_in(line, self._skips)[0] if line in going else 0
            swept.behind += later + line.raced + line.failed
        swept.stuck = sum((line.why for line in lagging), Counter[str]())
        self.meter.count(Metric.IDENTITY_BEHIND, swept.behind)

    def _expire(self, waiting: Waiting) -> bool:
        attempt = self.store.attempt(waiting.id)
        if attempt is None:
            raise StorageUnavailable(service="dynamodb", reason="due_and_not_there")
        if attempt.due_at is None or attempt.due_at > self.clock.now():
            return False
        self.store.save(replace(attempt, state=AttemptState.EXPIRED, sending=None, due_at=None))
        return True

    def _retain(self, waiting: Waiting) -> bool:
        person = self.store.person(waiting.id)
        if person is None:
            raise StorageUnavailable(service="dynamodb", reason="due_and_not_there")
        if person.due_at is None or person.due_at > self.clock.now():
            return False
        records = self.persons.expired(person, self.clock.now())
        if records:
            self.store.save(*records)
        return bool(records)

    def _put_off(self, kind: IdentityKind, waiting: Waiting) -> None:
        """Put off by an hour, after many attempts by a day: those behind it are due as well."""
        soon, tomorrow = (int(self.clock.now()) + wait for wait in (PUT_OFF, DAY))
        tries = self.store.put_off(kind, waiting, until=soon)
        if tries > POISON:
            self.store.put_off(kind, replace(waiting, since=soon), until=tomorrow, tries=tries)


def _done(lines: Iterable[Line]) -> int:
    return sum(line.done for line in lines)
