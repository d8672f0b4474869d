"""What staff did to an account, stored in it: who, when, and why, sealed, with a time it ends."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from portone_payments.domain.errors.common import StorageUnavailable
from portone_payments.domain.records.identity import NOTED_KEPT, NOTED_MOST, Noted, Permit, Person
from portone_payments.flows.identity.seal import Sealer
from portone_payments.ports.identity import Access, Wrapped


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An entry of a history in clear; `reason` is None where it does not open. Epoch seconds UTC."""

    act: str
    by: str
    at: float
    reason: str | None


def noted(person: Person, access: Access, sealed: Wrapped) -> Person:
    """With an act of staff in the history; `sealed` is the reason. The oldest are dropped beyond a bound."""
    return _with(person, access.act, access.by, sealed, at=access.at, given=access.at)


def replaced(person: Person, permit: Permit, now: float) -> Person:
    """The account with the result of a permit in its history."""
    sealed = Wrapped(key=permit.key, text=permit.reason, nonce=permit.nonce)
    return _with(person, "replaced", permit.by, sealed, at=now, given=permit.at)


def living(person: Person, now: float) -> tuple[Noted, ...]:
    """The entries whose time is not over yet."""
    return tuple(each for each in person.history if each.expires_at > now)


def told(person: Person, sealer: Sealer, now: float) -> Iterator[Told]:
    """The history in clear, oldest first; one reason that does not open hides itself only."""
    for each in living(person, now):
        yield Told(act=each.act, by=each.by, at=each.at, reason=_reason(each, person.user_id, sealer))


def _reason(entry: Noted, user_id: str, sealer: Sealer) -> str | None:
    try:
        sealed = Wrapped(key=entry.key, text=entry.reason, nonce=entry.nonce)
        return sealer.reason(sealed, user_id, by=entry.by, given=entry.given)
    except StorageUnavailable as error:
        if not error.lasts:
            raise
        return None


def _with(person: Person, act: str, by: str, sealed: Wrapped, *, at: float, given: float) -> Person:
    entry = Noted(
        act=act,
        by=by,
        key=sealed.key,
        reason=sealed.text,
        nonce=sealed.nonce,
        at=at,
        given=given,
        expires_at=int(at) + NOTED_KEPT,
    )
    return replace(person, history=(*living(person, at), entry)[-NOTED_MOST:])
