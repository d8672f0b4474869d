"""Claims move to the current hash key; persons not yet claimed under it are counted, with the reason."""

from collections.abc import Iterator
from dataclasses import dataclass

from portone_payments.domain.records.identity import IDENTITY_SHARDS, Person
from portone_payments.flows.identity.person import Persons
from portone_payments.flows.identity.walk import Line
from portone_payments.ports.identity import Hashes, IdentityKind, IdentityStore, Waiting
from portone_payments.ports.world import Clock

PAGE = 100
STEPS = 5
"""Transactions for one person in one sweep: very many claims take several."""
NEWEST = 10**9
"""No version of a key is greater."""


@dataclass(slots=True, kw_only=True)
class Rotation:
    """Moves persons to the current key. `orphans`: persons whose key the secret no longer has."""

    store: IdentityStore
    persons: Persons
    hashes: Hashes
    clock: Clock
    orphans: int = 0

    def lines(self) -> Iterator[Line]:
        """Persons claimed under an older key, or under a newer one that is gone, by shard."""
        writing, held = self.hashes.writing(), frozenset(self.hashes.versions())
        for shard in range(IDENTITY_SHARDS):
            behind = self._behind(shard, writing, held)
            yield Line(
                kind=IdentityKind.PERSON, shard=shard, waiting=behind, act=self._follow, put_off=_stays
            )

    def _behind(self, shard: int, writing: int, held: frozenset[int]) -> Iterator[Waiting]:
        for each in self.store.hashed_by(writing - 1, shard, limit=PAGE):
            self.orphans += each.since not in held
            yield each
        for each in self.store.hashed_by(NEWEST, shard, since=writing + 1, limit=PAGE):
            if each.since not in held:
                self.orphans += 1
                yield each

    def _follow(self, waiting: Waiting) -> bool:
        for step in range(STEPS):
            person = self.store.person(waiting.id)
            if person is None or not self._is_behind(person):
                return step > 0
            self.store.save(*self.persons.rehashed(person, self.clock.now()))
        return True

    def _is_behind(self, person: Person) -> bool:
        by = person.hash_version
        return 0 < by < self.hashes.writing() or (by > 0 and by not in self.hashes.versions())


def _stays(_waiting: Waiting) -> None:
    """In the index of hash keys nothing has a time of its own."""
