"""Release a person: delete the wrapped data keys, so that nothing opens any more, and free every identifier.

All of it is one transaction, except for a person with very many claims: the rest of them stays named in the
account, which is due at once, until the sweep has released all of them.
"""

from dataclasses import replace

from portone_payments.domain.records.identity import IdentityChange, Person
from portone_payments.flows.identity.claims import released
from portone_payments.ports.identity import IdentityStore

AT_ONCE = 45
"""Claims, each with a share at most, in a transaction of a hundred items."""


def erased(person: Person, now: float, *, store: IdentityStore) -> tuple[IdentityChange, ...]:
    """What one transaction has to write. Verifications begun before `now` (seconds) no longer count."""
    return _let_go(person, replace(blank(person), erased_at=now, history=()), now, store)


def due_of(person: Person) -> int | None:
    """When the first of what is kept has been kept long enough; None where nothing is."""
    kept = [each.expires_at for each in person.purposes.values()]
    noted = [each.expires_at for each in person.history]
    permitted = [person.permit.expires_at] if person.permit else []
    return min([*kept, *noted, *permitted], default=None)


def emptied(person: Person, now: float, *, store: IdentityStore) -> tuple[IdentityChange, ...]:
    """The same once everything was kept long enough; verifications under way still count."""
    return _let_go(person, left_empty(person, now), now, store)


def left_empty(person: Person, now: float) -> Person:
    """The account alone, with nobody in it; verifications under way still count."""
    left = blank(person)
    return replace(left, emptied_at=now, due_at=due_of(left))


def _let_go(person: Person, left: Person, now: float, store: IdentityStore) -> tuple[IdentityChange, ...]:
    going, later = person.claims[:AT_ONCE], person.claims[AT_ONCE:]
    if later:
        left = replace(left, claims=later, due_at=int(now))
    return left, *released(person, going, now, store=store)


def blank(person: Person) -> Person:
    """The account with nobody in it; an erasure stays known, and what staff did."""
    return Person(
        user_id=person.user_id,
        erased_at=person.erased_at,
        history=person.history,
        version=person.version,
        extra=person.extra,
    )
