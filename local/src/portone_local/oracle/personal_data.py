"""I14: every personal datum has an end, and nothing of an erased person can be read or identified."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from portone_local.oracle.evidence import Finding
from portone_local.oracle.journal import Heard
from portone_local.oracle.persons_seen import DAY, IdentityEvidence
from portone_payments.adapters.dynamo.codec import Item

_SEALED = frozenset({"facts", "reason"})
_OF_A_PERSON = re.compile(r"\b(?:ci|di|phone)\.[0-9]+\.[0-9a-f]{64}")
_WITHOUT_AN_END = frozenset({"claim", "share"})


def nothing_kept_too_long(evidence: IdentityEvidence) -> Iterator[Finding]:
    """I14: everything has an expiry, and a day after it there is nothing to read."""
    for attempt in evidence.attempts.values():
        if attempt.sending and attempt.expires_at + DAY <= evidence.now:
            yield Finding("I14", None, f"verification {attempt.verification_id} still holds a phone's hash")
    for person in evidence.persons.values():
        ends = [sealed.expires_at for sealed in person.purposes.values()]
        if ends and person.due_at is None:
            yield Finding("I14", None, f"{person.user_id} is never looked at again")
        left = (person.identifiers, person.verified, person.phone)
        if not ends and (any(left) or (person.claims and person.due_at is None)):
            yield Finding("I14", None, f"something is left of {person.user_id}")
    for item in evidence.items:
        if "ttl" not in item and "due_at" not in item and item["sk"]["S"] not in _WITHOUT_AN_END:
            yield Finding("I14", None, f"a {item['sk']['S']} without an end")


def what_is_sealed_ends(evidence: IdentityEvidence) -> Iterator[Finding]:
    """I14: whatever is sealed, wherever it lies, says when it ends, and is gone a day after that."""
    for item in evidence.items:
        for sealed in _sealed_in({"M": item}):
            end = sealed.get("expires_at", {}).get("N")
            if end is None:
                yield Finding("I14", None, f"what is sealed in a {item['sk']['S']} has no end")
            elif float(end) + DAY <= evidence.now:
                yield Finding("I14", None, f"{item['pk']['S']} is kept too long")


def erased_is_gone(evidence: IdentityEvidence) -> Iterator[Finding]:
    """I14: from an erasure on nothing sealed before is there, and nothing that identifies the user.

    Who began anew since has something of their own; of them it is what was sealed before that must be gone.
    """
    for user, at in _erased(evidence).items():
        mine = [item for item in evidence.items if item.get("user_id", {}).get("S") == user]
        old = [
            sealed
            for item in mine
            for sealed in _sealed_in({"M": item})
            if min(_times(sealed), default=evidence.now) < at
        ]
        if old:
            yield Finding("I14", None, f"what was sealed of {user} is there after the erasure")
        if _began_anew(evidence, user, at):
            continue
        # hashes beside the user identify the person; what one transaction did not delete is due at once
        soon = at + DAY > evidence.now
        kept = [item for item in mine if not (soon and "N" in item.get("due_at", {}))]
        if any(_OF_A_PERSON.search(json.dumps(item)) for item in kept):
            yield Finding("I14", None, f"a hash of {user} is there after the erasure")


def _erased(evidence: IdentityEvidence) -> dict[str, float]:
    return {act.of[0]: act.began for act in evidence.acts if act.heard is Heard.ERASED}


def _began_anew(evidence: IdentityEvidence, user: str, at: float) -> bool:
    return any(act.ended >= at and user in act.of and act.heard is not Heard.ERASED for act in evidence.acts)


def _times(sealed: Mapping[str, Any]) -> list[float]:
    return [float(sealed[name]["N"]) for name in ("verified_at", "at") if "N" in sealed.get(name, {})]


def _sealed_in(value: Mapping[str, Any]) -> Iterator[Item]:
    """The maps with a wrapped data key and a sealed text, at any depth."""
    held = value.get("M")
    if held is not None:
        if "key" in held and any("S" in held.get(name, {}) for name in _SEALED):
            yield held
        for each in held.values():
            yield from _sealed_in(each)
    for each in value.get("L", ()):
        yield from _sealed_in(each)
