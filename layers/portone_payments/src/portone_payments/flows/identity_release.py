"""Let a person go: the wrapped data keys dropped, so nothing opens any more, and every identifier free."""

from dataclasses import replace

from portone_payments.domain.identity_records import IdentityRecord, Person
from portone_payments.flows.identity_claims import released
from portone_payments.ports_identity import IdentityStore


def erased(person: Person, now: float, *, store: IdentityStore) -> tuple[IdentityRecord, ...]:
    """What one transaction has to write. Verifications begun before `now` (seconds) no longer count."""
    gone = replace(blank(person), erased_at=now, history=())
    return gone, *released(person, person.claims, now, store=store)


def due_of(person: Person) -> int | None:
    """When the first of what is kept has been kept long enough; None where nothing is."""
    kept = [each.expires_at for each in person.purposes.values()]
    noted = [each.expires_at for each in person.history]
    permitted = [person.permit.expires_at] if person.permit else []
    return min([*kept, *noted, *permitted], default=None)


def emptied(person: Person, now: float, *, store: IdentityStore) -> tuple[IdentityRecord, ...]:
    """The same once everything was kept long enough; verifications under way still count."""
    left = blank(person)
    left = replace(left, emptied_at=now, due_at=due_of(left))
    return left, *released(person, person.claims, now, store=store)


def blank(person: Person) -> Person:
    """The account with nobody in it; an erasure stays known, and what staff did."""
    return Person(
        user_id=person.user_id,
        erased_at=person.erased_at,
        history=person.history,
        version=person.version,
        extra=person.extra,
    )
