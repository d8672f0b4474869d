"""Who a user is: the records that make it so, and keep it so under new hash keys and old age."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from portone_payments.domain.errors import StorageUnavailable
from portone_payments.domain.identity import Identifier, Known, Purpose
from portone_payments.domain.identity_errors import DifferentPerson, IdentityDuplicate, VerificationExpired
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
from portone_payments.flows.identity_history import living, replaced
from portone_payments.flows.identity_release import blank, due_of, emptied, released
from portone_payments.flows.identity_seal import Sealer
from portone_payments.ports_identity import Hashes, IdentityStore


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDesk:
    """Makes records and saves none. `unique`: a person holds at most one account (invariant I13)."""

    store: IdentityStore
    hashes: Hashes
    sealer: Sealer
    unique: bool = True

    def accepted(
        self, attempt: Attempt, known: Known, purpose: Purpose, now: float
    ) -> tuple[Attempt, Person, tuple[Claim, ...]]:
        """What one transaction has to write: used up, every identifier claimed, the facts sealed.

        Raises `DifferentPerson`, `IdentityDuplicate`, `VerificationExpired` after an erasure.
        """
        person = self.store.person(attempt.user_id) or Person(user_id=attempt.user_id)
        if person.erased_at is not None and attempt.created_at <= person.erased_at:
            raise VerificationExpired
        same = self._same(person, known, now)
        held = self._held(person) if same else ()
        identifiers = tuple(dict.fromkeys((*held, *known.identifiers)))
        wanted = self._claim_ids(identifiers)
        left = self._left(person, wanted, same=same)
        claims = (*self._claims(person, wanted), *self._released(person, left, now))
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
        """Claimed by every hash key that is alive. Raises `IdentityDuplicate` where another account is."""
        wanted = self._claim_ids(self.sealer.identifiers(person))
        left = self._left(person, wanted, same=True)
        claims = (*self._claims(person, wanted), *self._released(person, left, now))
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

    def _claims(self, person: Person, wanted: tuple[str, ...]) -> tuple[Claim, ...]:
        return tuple(self._new_claims(person, wanted)) if self.unique else ()

    def _new_claims(self, person: Person, wanted: tuple[str, ...]) -> Iterator[Claim]:
        stored = self.store.claims(wanted)
        if any(claim.user_id not in {None, person.user_id} for claim in stored.values()):
            raise IdentityDuplicate
        for claim_id in wanted:
            claim = stored.get(claim_id)
            if claim is None:
                yield Claim(claim_id=claim_id, user_id=person.user_id)
            elif claim.user_id is None:
                yield replace(claim, user_id=person.user_id, released_at=None)

    def _released(self, person: Person, left: tuple[str, ...], now: float) -> tuple[Claim, ...]:
        return tuple(released(person, left, now, store=self.store)) if left else ()

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
