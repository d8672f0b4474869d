"""Now and then: verifications whose time is over, facts kept long enough, claims that lag a hash key."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from portone_payments.domain.identity_records import IDENTITY_SHARDS, AttemptState
from portone_payments.flows.identity_person import PersonDesk
from portone_payments.flows.skipping import Note, Skips, unnoted
from portone_payments.ports import Clock, Deadline, Meter
from portone_payments.ports_identity import IdentityKind, IdentityStore
from portone_payments.ports_store import Conflict

PAGE = 100


@dataclass(slots=True)
class IdentitySwept:
    """What one sweep did: verifications expired, persons looked at, persons whose claims followed a key."""

    expired: int = 0
    persons: int = 0
    rehashed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentitySweeper:
    """Finishes what is due by itself; a lost race leaves it to the next sweep."""

    store: IdentityStore
    desk: PersonDesk
    clock: Clock
    meter: Meter
    note: Note = unnoted

    @property
    def _skips(self) -> Skips:
        return Skips(self.meter, self.note)

    def sweep(self, *, deadline: Deadline) -> IdentitySwept:
        """One sweep, until nothing is due or the time is over."""
        swept = IdentitySwept()
        for kind, act in ((IdentityKind.ATTEMPT, self._expire), (IdentityKind.PERSON, self._retain)):
            for shard in range(IDENTITY_SHARDS):
                due = self.store.due(kind, shard, before=self.clock.now(), limit=PAGE)
                done = self._each(kind, due, act, deadline)
                swept.expired += done if kind is IdentityKind.ATTEMPT else 0
                swept.persons += done if kind is IdentityKind.PERSON else 0
        older = self.desk.hashes.writing() - 1
        for shard in range(IDENTITY_SHARDS):
            lagging = self.store.hashed_by(older, shard, limit=PAGE)
            swept.rehashed += self._each(IdentityKind.PERSON, lagging, self._rehash, deadline)
        return swept

    def _each(self, kind: str, ids: Iterator[str], act: Callable[[str], bool], deadline: Deadline) -> int:
        """How many of them `act` did something about; one that cannot be treated stops no other."""
        done = 0
        with self._skips.over("shard", kind):
            for id_ in ids:
                if deadline.remaining() <= 0:
                    break
                with self._skips.over(kind, id_), suppress(Conflict):
                    done += act(id_)
        return done

    def _expire(self, verification_id: str) -> bool:
        attempt = self.store.attempt(verification_id)
        if attempt is None or attempt.due_at is None or attempt.due_at > self.clock.now():
            return False
        self.store.save(replace(attempt, state=AttemptState.EXPIRED, sending=None, due_at=None))
        return True

    def _retain(self, user_id: str) -> bool:
        person = self.store.person(user_id)
        if person is None or person.due_at is None or person.due_at > self.clock.now():
            return False
        records = self.desk.expired(person, self.clock.now())
        if records:
            self.store.save(*records)
        return bool(records)

    def _rehash(self, user_id: str) -> bool:
        person = self.store.person(user_id)
        if person is None or not 0 < person.hash_version < self.desk.hashes.writing():
            return False
        self.store.save(*self.desk.rehashed(person, self.clock.now()))
        return True
