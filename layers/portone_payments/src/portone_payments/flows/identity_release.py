"""Let a person go: the wrapped data keys dropped, so nothing opens any more, and every identifier free."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from portone_payments.domain.identity_records import Claim, IdentityRecord, Permit, Person, Sealed
from portone_payments.ports_identity import IdentityStore


def erased(person: Person, now: float, *, store: IdentityStore) -> tuple[IdentityRecord, ...]:
    """What one transaction has to write. Verifications begun before `now` (seconds) no longer count."""
    return replace(blank(person), erased_at=now), *released(person, person.claims, now, store=store)


def due_of(purposes: Mapping[str, Sealed], permit: Permit | None) -> int:
    """When the first of what is kept has been kept long enough."""
    ends = [sealed.expires_at for sealed in purposes.values()]
    return min([*ends, permit.expires_at] if permit else ends)


def emptied(person: Person, now: float, *, store: IdentityStore) -> tuple[IdentityRecord, ...]:
    """The same once everything was kept long enough; verifications under way still count."""
    return replace(blank(person), emptied_at=now), *released(person, person.claims, now, store=store)


def blank(person: Person) -> Person:
    """The account with nobody in it; an erasure stays known."""
    return Person(
        user_id=person.user_id, erased_at=person.erased_at, version=person.version, extra=person.extra
    )


def released(
    person: Person, claim_ids: Iterable[str], now: float, *, store: IdentityStore
) -> Iterator[Claim]:
    """Those of the claims that the person holds, free for anybody."""
    for claim in store.claims(claim_ids).values():
        if claim.user_id == person.user_id:
            yield replace(claim, user_id=None, released_at=int(now))
