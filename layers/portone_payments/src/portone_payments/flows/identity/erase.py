"""Make a person unreadable, for good: also where a backup replaces today's table.

The erasure is stored outside the identity table before anything is deleted. Facts are distinguished by
when they were verified: who verified again after an erasure stays.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum

from portone_payments.domain.records.identity import DAY, Attempt, AttemptState, Erasure, Gone, Person
from portone_payments.flows.identity.release import due_of, erased
from portone_payments.flows.identity.seal import holding
from portone_payments.flows.identity.start import counters_of
from portone_payments.flows.shared.optimistic import retried
from portone_payments.ports.identity import ErasureStore, Hashes, IdentityStore
from portone_payments.ports.store import Conflict
from portone_payments.ports.world import Clock, Meter


class Again(StrEnum):
    """The result of erasing somebody again."""

    ERASED = "erased"
    BEFORE = "before"  # this table knows of the erasure
    NOBODY = "nobody"  # nothing was kept of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Custodian:
    """Ends what is kept about a user. `kept_days`: how long an erasure is known, longer than any backup."""

    store: IdentityStore
    erasures: ErasureStore
    hashes: Hashes
    clock: Clock
    meter: Meter
    kept_days: int

    def erase(self, user_id: str, *, by: str) -> bool:
        """Unreadable from this write on, and verifications begun before no longer count. Raises `Busy`.

        Whether anything was kept; who ordered it stays recorded.
        """

        def write() -> tuple[Person, float]:
            person = self.store.person(user_id) or Person(user_id=user_id)
            at = max(self.clock.now(), *_moments(person))
            self._note(user_id, at, by)
            self.store.save(*erased(person, at, store=self.store))
            return person, at

        person, at = retried(write, meter=self.meter)
        ended = self._end_attempts(user_id, at)
        self._drop_counters(user_id, at)
        return ended or _holds(person)

    def erase_again(self, user_id: str, at: float) -> Again:
        """Erase again what was known of a user before `at` (epoch seconds UTC). Raises `Busy`."""

        def write() -> bool | None:
            person = self.store.person(user_id) or Person(user_id=user_id)
            if person.erased_at is not None and person.erased_at >= at:
                return None
            gone = _gone(person, at)
            records = (gone,) if gone.verified else erased(person, at, store=self.store)
            self.store.save(*records)
            return _lost(person, gone)

        lost = retried(write, meter=self.meter)
        if lost is None:
            return Again.BEFORE
        ended = self._end_attempts(user_id, at)
        return Again.ERASED if ended or lost else Again.NOBODY

    def _note(self, user_id: str, at: float, by: str) -> None:
        """The latest erasure stands. Raises `Conflict`."""
        name = self.hashes.user(user_id)
        held = self.erasures.erasure(name) or Erasure(erasure_id=name, at=0, expires_at=0)
        if held.at < at:
            self.erasures.keep(replace(held, at=at, by=by, expires_at=int(at) + self.kept_days * DAY))

    def _end_attempts(self, user_id: str, at: float) -> bool:
        """Whether there were open ones: they record whom a message was sent to."""
        counter = self.store.counter(f"start.{user_id}")
        ended = [self._end(each, at) for each in (counter.begun if counter else ())]
        return any(ended)

    def _drop_counters(self, user_id: str, at: float) -> None:
        """Deleted last, for one of them lists the attempts; one that counts something newer stays."""
        for counter in map(self.store.counter, counters_of(user_id)):
            if counter is not None and max(counter.at, default=at) <= at:
                with suppress(Conflict):
                    self.store.save(Gone(counter))

    def _end(self, verification_id: str, at: float) -> bool:
        def write() -> bool:
            attempt = self.store.attempt(verification_id)
            if attempt is None or not _open_before(attempt, at):
                return False
            self.store.save(replace(attempt, state=AttemptState.EXPIRED, sending=None, due_at=None))
            return True

        return retried(write, meter=self.meter)


def _open_before(attempt: Attempt, at: float) -> bool:
    return attempt.state is AttemptState.OPEN and attempt.created_at <= at


def _moments(person: Person) -> tuple[float, ...]:
    """When anything came to be known; another container's clock may be ahead of ours."""
    return (
        0.0,
        *(each.verified_at for each in person.purposes.values()),
        *(each.at for each in person.history),
    )


def _gone(person: Person, at: float) -> Person:
    """Without what was known before `at`."""
    purposes = {name: each for name, each in person.purposes.items() if each.verified_at > at}
    history = tuple(each for each in person.history if each.at > at)
    permit = person.permit if person.permit and person.permit.at > at else None
    left = replace(holding(person, purposes), verified=bool(purposes), permit=permit, history=history)
    return replace(left, erased_at=at, due_at=due_of(left))


def _lost(person: Person, gone: Person) -> bool:
    return _holds(person) and (person.purposes, person.history) != (gone.purposes, gone.history)


def _holds(person: Person) -> bool:
    return person.verified or bool(person.history)
