"""What staff may do: allow another person in an account, and reveal clear values."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from portone_payments.domain.errors.identity import IdentityNotFound
from portone_payments.domain.records.identity import DAY, Permit, Person
from portone_payments.flows.identity.history import Told, noted, told
from portone_payments.flows.identity.release import due_of
from portone_payments.flows.identity.seal import Sealer
from portone_payments.flows.shared.optimistic import retried
from portone_payments.ports.identity import Access, AccessLog, IdentityStore, Wrapped
from portone_payments.ports.world import Clock, Meter

PERMIT_SECONDS = DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacer:
    """Allows another person in an account."""

    store: IdentityStore
    sealer: Sealer
    log: AccessLog
    meter: Meter

    def permit(self, access: Access, *, same: bool = False) -> Permit:
        """For a day the user may verify as another person, once; the access is logged first.

        Raises `IdentityNotFound`, `Busy`; a failing log refuses it.
        """
        verified_person(self.store, access.user_id)
        self.log.write(access)
        sealed = self.sealer.sealed_reason(access)
        permit = Permit(
            by=access.by,
            key=sealed.key,
            reason=sealed.text,
            nonce=sealed.nonce,
            at=access.at,
            expires_at=int(access.at) + PERMIT_SECONDS,
            same=same,
        )

        def write() -> Permit:
            person = verified_person(self.store, access.user_id)
            self.store.save(_permitted(person, permit, access, sealed))
            return permit

        return retried(write, meter=self.meter)


def _permitted(person: Person, permit: Permit, access: Access, sealed: Wrapped) -> Person:
    changed = replace(noted(person, access, sealed), permit=permit)
    return replace(changed, due_at=due_of(changed))


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What staff sees of a person: the facts of a purpose, and what staff did, oldest first."""

    facts: Mapping[str, str]
    history: tuple[Told, ...]


def reveal(
    access: Access, purpose: str, *, store: IdentityStore, sealer: Sealer, log: AccessLog, clock: Clock
) -> Looked:
    """The clear facts of a purpose and the history, after the access was logged.

    Raises `IdentityNotFound`; a failing log refuses the access.
    """
    verified_person(store, access.user_id)
    log.write(access)
    # read again, at the time it is now: what was erased or ended meanwhile is not shown
    person, now = verified_person(store, access.user_id), clock.now()
    facts = sealer.facts(person, purpose, now)
    if facts is None:
        raise IdentityNotFound
    return Looked(facts=facts, history=tuple(told(person, sealer, now)))


def verified_person(store: IdentityStore, user_id: str) -> Person:
    """A person of whom something is kept. Raises `IdentityNotFound`."""
    person = store.person(user_id)
    if person is None or not person.verified:
        raise IdentityNotFound
    return person
