"""Who a user is: the records that make it so, and keep it so under new hash keys and old age."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from portone_payments.domain.errors import StorageUnavailable
from portone_payments.domain.identity import Identifier, Known, Purpose, newest
from portone_payments.domain.identity_errors import DifferentPerson, VerificationExpired, VerificationMismatch
from portone_payments.domain.identity_phone import normal_phone
from portone_payments.domain.identity_records import (
    DAY,
    Attempt,
    AttemptState,
    Claim,
    IdentityRecord,
    Person,
    Sealed,
)
from portone_payments.flows.identity_claims import Change, check_alone, released, taken
from portone_payments.flows.identity_history import living, replaced
from portone_payments.flows.identity_release import blank, due_of, emptied
from portone_payments.flows.identity_seal import Sealer
from portone_payments.ports_identity import Hashes, IdentityStore

ROOM = 90
"""Claims and shares written in one transaction, which holds a hundred items."""


@dataclass(frozen=True, slots=True)
class _Moved:
    """Claims as they change, what the account holds then, and the hash key it stands under."""

    changes: tuple[Change, ...]
    held: tuple[str, ...]
    hash_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDesk:
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
        person = self.store.person(attempt.user_id) or Person(user_id=attempt.user_id)
        if person.erased_at is not None and attempt.created_at <= person.erased_at:
            raise VerificationExpired
        same = self._same(person, known, now)
        held = self._held(person) if same else ()
        identifiers = newest(held or (), known.identifiers)
        wanted, stored = self._looked_up(identifiers)
        if self.unique:
            check_alone(person, map(self.hashes.claim_ids, identifiers), stored)
        if known.strange and not person.verified:
            # it may be somebody's who has an account by another DI
            raise VerificationMismatch(reason="merchant")
        over = self._over(person, opened=held is not None) if same else person.claims
        moved = self._moved(person, wanted, over, stored, now)
        changed = self._with_facts(person if same else _let_in(person, now), attempt, known, purpose, now)
        sealed = self.sealer.sealed_identifiers(changed.purposes[purpose.name], identifiers, person.user_id)
        changed = replace(changed, identifiers=sealed, claims=moved.held, hash_version=moved.hash_version)
        used = replace(attempt, state=AttemptState.USED, used_at=now, sending=None, due_at=None)
        return used, changed, moved.changes

    def expired(self, person: Person, now: float) -> tuple[IdentityRecord, ...]:
        """Without what was kept long enough; nothing when it all still is to be kept."""
        permit = person.permit if person.permit and person.permit.expires_at > now else None
        kept = {name: sealed for name, sealed in person.purposes.items() if sealed.expires_at > now}
        left = replace(person, purposes=kept, permit=permit, history=living(person, now))
        if not kept:
            return emptied(left, now, store=self.store)
        left = replace(left, due_at=due_of(left))
        return () if left == person else (left,)

    def rehashed(self, person: Person, now: float) -> tuple[IdentityRecord, ...]:
        """Claimed by the hash keys of today, beside other accounts where there are any.

        Raises `StorageUnavailable` where nothing tells what to claim.
        """
        identifiers = self.sealer.identifiers(person)
        if not identifiers:
            raise StorageUnavailable(service="dynamodb", reason="no_identifiers")
        wanted, stored = self._looked_up(identifiers)
        moved = self._moved(person, wanted, self._over(person, opened=True), stored, now)
        return replace(person, claims=moved.held, hash_version=moved.hash_version), *moved.changes

    def _held(self, person: Person) -> tuple[Identifier, ...] | None:
        """What stood for the person before; None where that does not open: its claims alone go on."""
        try:
            return self.sealer.identifiers(person)
        except StorageUnavailable as error:
            if not error.lasts:
                raise
            return None

    def _over(self, person: Person, *, opened: bool) -> tuple[str, ...]:
        """The claims that go unless they are wanted: of a key of the past, of an identifier of the past.

        A key newer than all we know is known to another container.
        """
        alive, newest_key = () if opened else self.hashes.claimed(), self.hashes.versions()[-1]
        versions = {each: self.hashes.version_of(each) for each in person.claims}
        return tuple(
            each for each, made_by in versions.items() if made_by <= newest_key and made_by not in alive
        )

    def _same(self, person: Person, known: Known, now: float) -> bool:
        """Whether this may be the person the account belongs to; False where staff lets another one in."""
        if not person.verified or not person.claims:
            return True
        if set(person.claims) & set(self._claim_ids(known.identifiers)):
            return True
        if person.permit is None or person.permit.expires_at <= now:
            raise DifferentPerson
        return person.permit.same

    def _claim_ids(self, identifiers: Iterable[Identifier]) -> tuple[str, ...]:
        return tuple(each for identifier in identifiers for each in self.hashes.claim_ids(identifier))

    def _looked_up(self, identifiers: Iterable[Identifier]) -> tuple[tuple[str, ...], Mapping[str, Claim]]:
        """What the identifiers are to be claimed as, and what is stored of all they may be claimed as."""
        looked_up = self._claim_ids(identifiers)
        claimed = self.hashes.claimed()
        wanted = tuple(each for each in looked_up if self.hashes.version_of(each) in claimed)
        return wanted, self.store.claims(looked_up)

    def _moved(
        self,
        person: Person,
        wanted: tuple[str, ...],
        over: tuple[str, ...],
        stored: Mapping[str, Claim],
        now: float,
    ) -> _Moved:
        """As far as one transaction goes; who holds more than has room to go stays behind, with the rest."""
        changes = tuple(taken(person, wanted, stored, now, store=self.store, unique=self.unique))
        gone_by = tuple(each for each in over if each not in wanted)
        left = gone_by[: (ROOM - len(changes)) // 2]
        gone = tuple(released(person, left, now, store=self.store)) if left else ()
        stay = (each for each in person.claims if each not in left)
        held = tuple(dict.fromkeys((*stay, *wanted)))
        writing = self.hashes.writing()
        return _Moved((*changes, *gone), held, writing if left == gone_by else max(writing - 1, 1))

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
        sealed = self.sealer.sealed_facts(empty, known.facts, person.user_id, purpose.name)
        purposes = {**person.purposes, purpose.name: sealed}
        phone = person.phone if known.phone is None else self.hashes.phone(normal_phone(known.phone))
        if known.phone is None and attempt.sending is not None and attempt.sending.proves_phone:
            phone = attempt.sending.phone
        changed = replace(person, verified=True, purposes=purposes, permit=None, phone=phone)
        return replace(changed, due_at=due_of(changed))


def _let_in(person: Person, now: float) -> Person:
    """The account for another person, with who let them in."""
    left = blank(person)
    return replaced(left, person.permit, now) if person.permit else left
