"""Who a user is: the records that make it so, and keep it so under new hash keys and old age."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from portone_payments.domain.errors import StorageUnavailable
from portone_payments.domain.identity import Identifier, Known, Purpose
from portone_payments.domain.identity_errors import DifferentPerson, VerificationExpired
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

        Raises `DifferentPerson`, `IdentityDuplicate`, `VerificationExpired` after an erasure.
        """
        person = self.store.person(attempt.user_id) or Person(user_id=attempt.user_id)
        if person.erased_at is not None and attempt.created_at <= person.erased_at:
            raise VerificationExpired
        same = self._same(person, known, now)
        held = self._held(person) if same else ()
        identifiers = tuple(dict.fromkeys((*held, *known.identifiers)))
        wanted, stored = self._looked_up(identifiers)
        if self.unique:
            check_alone(person, map(self.hashes.claim_ids, identifiers), stored)
        left = self._left(person, wanted, same=same)
        claims = self._moved(person, wanted, left, stored, now)
        changed = self._with_facts(person if same else _let_in(person, now), attempt, known, purpose, now)
        kept = _followed(changed, left, wanted)
        changed = replace(
            changed,
            identifiers=self.sealer.sealed_identifiers(
                changed.purposes[purpose.name], identifiers, person.user_id
            ),
            claims=kept,
            hash_version=self.hashes.writing(),
        )
        used = replace(attempt, state=AttemptState.USED, used_at=now, sending=None, due_at=None)
        return used, changed, claims

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
        """Claimed by every hash key that is alive, beside other accounts where there are any."""
        wanted, stored = self._looked_up(self.sealer.identifiers(person))
        left = self._left(person, wanted, same=True)
        claims = self._moved(person, wanted, left, stored, now)
        return replace(
            person, claims=_followed(person, left, wanted), hash_version=self.hashes.writing()
        ), *claims

    def _held(self, person: Person) -> tuple[Identifier, ...]:
        """What stood for the person before; where that does not open, its claims alone go on."""
        try:
            return self.sealer.identifiers(person)
        except StorageUnavailable as error:
            if not error.lasts:
                raise
            return ()

    def _left(self, person: Person, wanted: tuple[str, ...], *, same: bool) -> tuple[str, ...]:
        """The claims that go: another person is let in, or nothing looks them up any more."""
        alive = self.hashes.versions() if same else ()
        return tuple(
            each for each in person.claims if each not in wanted and self.hashes.version_of(each) not in alive
        )

    def _same(self, person: Person, known: Known, now: float) -> bool:
        """Whether this may be the person the account belongs to; False where staff lets another one in."""
        if not person.claims or set(person.claims) & set(self._claim_ids(known.identifiers)):
            return True
        if person.permit is None or person.permit.expires_at <= now:
            raise DifferentPerson
        return False

    def _claim_ids(self, identifiers: Iterable[Identifier]) -> tuple[str, ...]:
        return tuple(each for identifier in identifiers for each in self.hashes.claim_ids(identifier))

    def _looked_up(self, identifiers: Iterable[Identifier]) -> tuple[tuple[str, ...], Mapping[str, Claim]]:
        """What the identifiers are claimed as, and those claims that are stored."""
        wanted = self._claim_ids(identifiers)
        return wanted, self.store.claims(wanted)

    def _moved(
        self,
        person: Person,
        wanted: tuple[str, ...],
        left: tuple[str, ...],
        stored: Mapping[str, Claim],
        now: float,
    ) -> tuple[Change, ...]:
        gone = released(person, left, now, store=self.store) if left else ()
        return *taken(person, wanted, stored, now, store=self.store, unique=self.unique), *gone

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
        changed = replace(person, verified=True, purposes=purposes, permit=None, phone=phone)
        return replace(changed, due_at=due_of(changed))


def _let_in(person: Person, now: float) -> Person:
    """The account for another person, with who let them in."""
    left = blank(person)
    return replaced(left, person.permit, now) if person.permit else left


def _followed(person: Person, left: tuple[str, ...], wanted: tuple[str, ...]) -> tuple[str, ...]:
    """What the account holds from now on."""
    stay = (each for each in person.claims if each not in left)
    return tuple(dict.fromkeys((*stay, *wanted)))
