"""Claims follow the hash key that is written, and what still lags an older one is counted."""

from collections.abc import Iterator
from dataclasses import dataclass

from portone_payments.domain.identity_records import IDENTITY_SHARDS
from portone_payments.flows.identity_person import PersonDesk
from portone_payments.flows.identity_walk import Line
from portone_payments.ports import Clock
from portone_payments.ports_identity import IdentityKind, IdentityStore, Waiting

PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """Brings persons to the key that is written."""

    store: IdentityStore
    desk: PersonDesk
    clock: Clock

    def lines(self) -> Iterator[Line]:
        """Who lags, by shard."""
        older = self.desk.hashes.writing() - 1
        for shard in range(IDENTITY_SHARDS):
            behind = self.store.hashed_by(older, shard, limit=PAGE)
            yield Line(
                kind=IdentityKind.PERSON, shard=shard, waiting=behind, act=self._rehash, put_off=_stays
            )

    def _rehash(self, waiting: Waiting) -> bool:
        person = self.store.person(waiting.id)
        if person is None or not 0 < person.hash_version < self.desk.hashes.writing():
            return False
        self.store.save(*self.desk.rehashed(person, self.clock.now()))
        return True


def _stays(_waiting: Waiting) -> None:
    """In the index of hash keys nothing has a time of its own."""
