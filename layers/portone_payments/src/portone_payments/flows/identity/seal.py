"""What is known of a person, sealed for one user and one purpose, and opened again."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from portone_payments.domain.identity.rules import Field, Identifier
from portone_payments.domain.records.identity import Person, Sealed
from portone_payments.domain.shared.sealing import Sealing, bound_to
from portone_payments.ports.identity import Access, Envelope, Wrapped

# no purpose can have these names
IDENTIFIERS = "#identifiers"
REASON = "#reason"
_KINDS = {IDENTIFIERS: Sealing.IDENTIFIERS, REASON: Sealing.REASON}


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals and opens; whatever it opens stays in memory."""

    envelope: Envelope

    def facts(self, person: Person, purpose: str, now: float) -> Mapping[str, str] | None:
        """What is known for a purpose, in clear; None once its time is over. Raises `StorageUnavailable`."""
        sealed = person.purposes.get(purpose)
        if sealed is None or sealed.expires_at <= now:
            return None
        facts: dict[str, str] = json.loads(self._open(person, purpose, sealed))
        return facts

    def identifiers(self, person: Person) -> tuple[Identifier, ...]:
        """What stands for the person, in clear."""
        if person.identifiers is None:
            return ()
        said = json.loads(self._open(person, IDENTIFIERS, person.identifiers))
        return tuple(Identifier(Field(kind), tuple(parts)) for kind, *parts in said)

    def with_facts(self, person: Person, purpose: str, empty: Sealed, facts: Mapping[str, str]) -> Person:
        """The person with these facts for a purpose."""
        said = json.dumps(dict(facts), ensure_ascii=False)
        sealed, nonces = self._seal(person, purpose, empty, said)
        return replace(person, purposes={**person.purposes, purpose: sealed}, nonces=nonces)

    def with_identifiers(self, person: Person, base: Sealed, found: Iterable[Identifier]) -> Person:
        """The person with these identifiers, which end as `base` does."""
        said = json.dumps([[each.kind, *each.parts] for each in found], ensure_ascii=False)
        sealed, nonces = self._seal(person, IDENTIFIERS, base, said)
        return replace(person, identifiers=sealed, nonces=nonces)

    def sealed_reason(self, access: Access) -> Wrapped:
        """The reason of an act of staff about a user, sealed; it opens for no other act."""
        context = _of_reason(access.user_id, access.by, access.at)
        return self.envelope.seal(access.reason, context=context)

    def reason(self, sealed: Wrapped, user_id: str, *, by: str, given: float) -> str:
        """The same, in clear, as somebody gave it at an epoch second. Raises `StorageUnavailable`."""
        return self.envelope.open(sealed, context=_of_reason(user_id, by, given))

    def _seal(self, person: Person, name: str, sealed: Sealed, text: str) -> tuple[Sealed, Mapping[str, str]]:
        wrapped = self.envelope.seal(text, context=_of(sealed, person.user_id, name))
        nonces = {**person.nonces, name: wrapped.nonce}
        return replace(sealed, key=wrapped.key, facts=wrapped.text), nonces

    def _open(self, person: Person, name: str, sealed: Sealed) -> str:
        wrapped = Wrapped(key=sealed.key, text=sealed.facts, nonce=person.nonces.get(name, ""))
        return self.envelope.open(wrapped, context=_of(sealed, person.user_id, name))


def holding(person: Person, purposes: Mapping[str, Sealed]) -> Person:
    """The person with these purposes alone."""
    nonces = {name: each for name, each in person.nonces.items() if name in {*purposes, IDENTIFIERS}}
    return replace(person, purposes=purposes, nonces=nonces)


def sealing_context(user_id: str, purpose: str) -> dict[str, str]:
    """The encryption context of a person's data: it opens for no other user and no other purpose."""
    return bound_to(_KINDS.get(purpose, Sealing.FACTS), user=user_id, purpose=purpose)


def _of_reason(user_id: str, by: str, given: float) -> dict[str, str]:
    return sealing_context(user_id, REASON) | {"by": by, "given": f"{given:.6f}"}


def _of(sealed: Sealed, user_id: str, purpose: str) -> dict[str, str]:
    """The same, of one verification until its end: no older text passes for it, and none lives longer."""
    end = {"verification": sealed.verification_id, "until": str(sealed.expires_at)}
    return sealing_context(user_id, purpose) | end
