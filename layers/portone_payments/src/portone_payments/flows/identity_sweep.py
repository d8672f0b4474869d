"""Now and then: verifications whose time is over, facts kept long enough, claims that lag a hash key."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from portone_payments.domain.identity_errors import IdentityDuplicate
from portone_payments.domain.identity_records import IDENTITY_SHARDS, AttemptState
from portone_payments.flows.identity_person import PersonDesk
from portone_payments.ports import Clock, Deadline, Meter, Metric
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

    def sweep(self, *, deadline: Deadline) -> IdentitySwept:
        """One sweep, until nothing is due or the time is over."""
        swept = IdentitySwept()
        for kind, id_ in self._due():
            if deadline.remaining() <= 0:
                return swept
            with suppress(Conflict):
                if kind is IdentityKind.ATTEMPT:
                    swept.expired += self._expire(id_)
                else:
                    swept.persons += self._retain(id_)
        for user_id in self.store.hashed_by(self.desk.hashes.writing() - 1, limit=PAGE):
            if deadline.remaining() <= 0:
                return swept
            with suppress(Conflict):
                swept.rehashed += self._rehash(user_id)
        return swept

    def _due(self) -> Iterator[tuple[IdentityKind, str]]:
        for kind in IdentityKind:
            for shard in range(IDENTITY_SHARDS):
                for id_ in self.store.due(kind, shard, before=self.clock.now(), limit=PAGE):
                    yield kind, id_

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
        try:
            self.store.save(*self.desk.rehashed(person))
        except IdentityDuplicate:
            # two accounts from a time without the policy: nobody is cut off, the next verification is refused
            self.meter.count(Metric.IDENTITY_DUPLICATE)
            return False
        return True
