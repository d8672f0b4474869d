"""Who a user is: the records that say so, and their upkeep under new hash keys and retention."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from portone_payments.domain.errors.common import StorageUnavailable
from portone_payments.domain.errors.identity import DifferentPerson, VerificationExpired, VerificationMismatch
from portone_payments.domain.identity.phone import normal_phone
from portone_payments.domain.identity.rules import Identifier, Known, Purpose, newest
from portone_payments.domain.records.identity import (
    DAY,
    Attempt,
    AttemptState,
    IdentityChange,
    Person,
    Sealed,
)
from portone_payments.flows.identity.claiming import Claiming, Moved, Wanted, contested
from portone_payments.flows.identity.claims import Change, beside_others, check_alone
from portone_payments.flows.identity.history import living, replaced
from portone_payments.flows.identity.release import blank, due_of, emptied
from portone_payments.flows.identity.seal import Sealer, holding
from portone_payments.ports.identity import Hashes, IdentityStore


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looked:
    """An account and the person to store in it; `same`: as far as is known, the person already there."""

    person: Person
    same: bool
    identifiers: tuple[Identifier, ...]
    told: tuple[tuple[str, ...], ...]
    wanted: Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Persons:
    """Makes records and saves none. `unique`: a person holds at most one account (invariant I13).

    Identifiers are claimed either way, so that accounts of one person can be found later.
    """

    store: IdentityStore
    hashes: Hashes
    sealer: Sealer
    unique: bool = True

    def accepted(
        self, attempt: Attempt, known: Known, purpose: Purpose, now: float
    ) -> tuple[Attempt, Person, tuple[Change, ...]]:
        """What one transaction has to write: used up, every identifier claimed, the facts sealed.

        Raises `DifferentPerson`, `IdentityDuplicate`, `VerificationMismatch`, `VerificationExpired` after an
        erasure.
        """
        looked = self._looked(attempt, known, now)
        person, wanted = looked.person, looked.wanted
        if self.unique:
            check_alone(person, looked.told, wanted.stored)
        if known.strange and not person.verified:
            # it may be somebody's who has an account by another DI
            raise VerificationMismatch(reason="merchant")
        moved = self._claiming.moved(person, wanted, now)
        changed = self._with_facts(
            person if looked.same else _let_in(person, now), attempt, known, purpose, now
        )
        told = {each for claim_ids in looked.told for each in claim_ids}
        changed = _holding(changed, moved, contested(changed, wanted) - told)
        # as long as anything is kept, and no longer
        base = max(changed.purposes.values(), key=lambda each: each.expires_at)
        changed = self.sealer.with_identifiers(changed, base, looked.identifiers)
        used = replace(attempt, state=AttemptState.USED, used_at=now, sending=None, due_at=None)
        return used, changed, moved.changes

    def found_twice(self, attempt: Attempt, known: Known, now: float) -> tuple[Person | Change, ...]:
        """The records by which staff sees that accounts are one person, as a refused verification shows.

        The account stands on what is the others' from then on, and is let in by it once staff has decided.
        Nothing where nobody lives in it, or that is known. Raises as `accepted`.
        """
        looked = self._looked(attempt, known, now)
        person, wanted = looked.person, looked.wanted
        beside = set(beside_others(person, looked.told, wanted.stored))
        base = person.identifiers if _living(person, now) and looked.same else None
        if base is None or not beside - contested(person, wanted):
            return ()
        moved = self._claiming.moved(person, wanted, now)
        changed = _holding(person, moved, contested(person, wanted) | beside)
        changed = self.sealer.with_identifiers(changed, base, looked.identifiers)
        return changed, *moved.changes

    def expired(self, person: Person, now: float) -> tuple[IdentityChange, ...]:
        """The account without what was kept long enough; None when all of it is still to be kept."""
        permit = person.permit if person.permit and person.permit.expires_at > now else None
        kept = {name: sealed for name, sealed in person.purposes.items() if sealed.expires_at > now}
        left = replace(holding(person, kept), permit=permit, history=living(person, now))
        if not kept:
            return emptied(left, now, store=self.store)
        left = replace(left, due_at=due_of(left))
        return () if left == person else (left,)

    def rehashed(self, person: Person, now: float) -> tuple[IdentityChange, ...]:
        """Claimed by the hash keys of today, beside other accounts where there are any.

        Raises `StorageUnavailable` where nothing shows what to claim.
        """
        identifiers = self.sealer.identifiers(person)
        if not identifiers:
            raise StorageUnavailable(service="dynamodb", reason="no_identifiers")
        wanted = self._claiming.wanted(person, identifiers, opened=True)
        moved = self._claiming.moved(person, wanted, now)
        return _holding(person, moved, contested(person, wanted)), *moved.changes

    @property
    def _claiming(self) -> Claiming:
        return Claiming(store=self.store, hashes=self.hashes, unique=self.unique)

    def _looked(self, attempt: Attempt, known: Known, now: float) -> _Looked:
        """Raises `DifferentPerson`, `VerificationExpired` after an erasure."""
        person = self.store.person(attempt.user_id) or Person(user_id=attempt.user_id)
        if person.erased_at is not None and attempt.created_at <= person.erased_at:
            raise VerificationExpired
        told = self._claiming.claim_ids(known.identifiers)
        same = _same(person, told, now)
        held = self._held(person) if same else ()
        identifiers = newest(held or (), known.identifiers)
        wanted = self._claiming.wanted(person, identifiers, opened=held is not None)
        return _Looked(
            person=person,
            same=same,
            identifiers=identifiers,
            told=told,
            wanted=wanted if same else replace(wanted, over=person.claims),
        )

    def _held(self, person: Person) -> tuple[Identifier, ...] | None:
        """The identifiers stored before; None where they do not open: then only the claims are kept."""
        try:
            return self.sealer.identifiers(person)
        except StorageUnavailable as error:
            if not error.lasts:
                raise
            return None

    def _with_facts(
        self, person: Person, attempt: Attempt, known: Known, purpose: Purpose, now: float
    ) -> Person:
        empty = Sealed(
            verification_id=attempt.verification_id,
            provider=attempt.provider,
            verified_at=now,
            expires_at=int(now) + purpose.kept_days * DAY,
            key="",
            facts="",
            unverified=known.unverified,
        )
        changed = self.sealer.with_facts(person, purpose.name, empty, known.facts)
        phone = person.phone if known.phone is None else self.hashes.phone(normal_phone(known.phone))
        if known.phone is None and attempt.sending is not None and attempt.sending.proves_phone:
            phone = attempt.sending.phone
        changed = replace(changed, verified=True, permit=None, phone=phone)
        return replace(changed, due_at=due_of(changed))


def _same(person: Person, told: Iterable[Iterable[str]], now: float) -> bool:
    """Whether this may be the person of the account; False where a permit of staff allows another one."""
    if not person.verified or not person.claims:
        return True
    if any(set(person.claims) & set(each) for each in told):
        return True
    if person.permit is None or person.permit.expires_at <= now:
        raise DifferentPerson
    return person.permit.same


def _living(person: Person, now: float) -> bool:
    return bool(person.claims) and any(each.expires_at > now for each in person.purposes.values())


def _holding(person: Person, moved: Moved, contested_ids: set[str]) -> Person:
    return replace(
        person,
        claims=moved.held,
        contested=tuple(each for each in moved.held if each in contested_ids),
        hash_version=moved.hash_version,
    )


def _let_in(person: Person, now: float) -> Person:
    """The account with another person, and who allowed it."""
    left = blank(person)
    return replaced(left, person.permit, now) if person.permit else left
