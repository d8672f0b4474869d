"""Keyed hashes of identifiers and phones: HMAC-SHA-256 with versioned keys from Secrets Manager.

The secret is {"keys": {"1": {"phase": "writing", "key": "..."}, ...}}; as a deploy makes it, {"keys": {},
"first": "..."}, which is version 1. A key goes through the phases *known* (claimed by, so that containers
which do not have it yet still meet the others under an older one), *writing* (every person's claims follow to
it) and *retired* (nothing is claimed by it any more). Each phase must last longer than a container may go on
with what it read (`LAST_GOOD_SECONDS`). Looked up is by every key the secret holds, so that one retired too
early hides nobody.
"""

import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from portone_payments.adapters.aws.secret_shape import is_strong
from portone_payments.adapters.aws.secrets import Cached, read_secret
from portone_payments.domain.errors.common import SecretsUnavailable
from portone_payments.domain.identity.rules import Identifier
from portone_payments.ports.world import Clock

MOST_CLAIMED = 3
"""Versions an identifier is claimed by at most: what a person's claims amount to is bounded by it."""


class Phase(StrEnum):
    """What a hash key is for at the moment."""

    KNOWN = "known"
    WRITING = "writing"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class HashKeys:
    """The keys that are alive by version, the newest one that is written, and all that there are."""

    alive: Mapping[int, bytes] = field(repr=False)
    writing: int
    held: Mapping[int, bytes] = field(repr=False)

    @classmethod
    def parse(cls, secret: Mapping[str, Any]) -> "HashKeys":
        """The keys of a secret. Raises `SecretsUnavailable` for one that says nothing usable."""
        first = {"1": {"phase": Phase.WRITING, "key": secret.get("first", "")}}
        try:
            said = {
                int(version): (Phase(key["phase"]), str(key["key"]))
                for version, key in (secret["keys"] or first).items()
            }
        except (KeyError, TypeError, ValueError, AttributeError):
            raise SecretsUnavailable(reason="malformed") from None
        alive = {
            version: key.encode() for version, (phase, key) in said.items() if phase is not Phase.RETIRED
        }
        writing = [version for version, (phase, _) in said.items() if phase is Phase.WRITING]
        if not writing or min(alive) < 1 or not all(map(is_strong, alive.values())):
            raise SecretsUnavailable(reason="malformed")
        held = {version: key.encode() for version, (_, key) in said.items() if is_strong(key.encode())}
        return cls(alive, max(writing), held)


class KeyedHashes:
    """`Hashes` over wherever the keys come from."""

    def __init__(self, keys: Callable[[], HashKeys]) -> None:
        self._keys = keys

    def versions(self) -> tuple[int, ...]:
        """The versions that are looked up, oldest first."""
        return tuple(sorted(self._keys().held))

    def claimed(self) -> tuple[int, ...]:
        """The versions that are claimed by, oldest first: the one that is written, and the newest alive."""
        keys = self._keys()
        others = sorted(keys.alive.keys() - {keys.writing})[-MOST_CLAIMED + 1 :]
        return tuple(sorted((*others, keys.writing)))

    def writing(self) -> int:
        """The newest version in the phase *writing*."""
        return self._keys().writing

    def claim_ids(self, identifier: Identifier) -> tuple[str, ...]:
        """One id per version that is looked up, oldest first: kind, version and hash."""
        said = json.dumps([identifier.kind, *identifier.parts], ensure_ascii=False)
        held = self._keys().held
        return tuple(f"{identifier.kind}.{version}.{_hash(held[version], said)}" for version in sorted(held))

    def version_of(self, claim_id: str) -> int:
        """The version in a claim's id."""
        return int(claim_id.split(".")[1])

    def phone(self, number: str) -> str:
        """A phone under the version that is written."""
        keys = self._keys()
        return _phone(keys.writing, keys.alive[keys.writing], number)

    def phones(self, number: str) -> tuple[str, ...]:
        """A phone under every version the secret holds, oldest first."""
        return tuple(_phone(version, key, number) for version, key in sorted(self._keys().held.items()))

    def pair(self, user_id: str, phone: str) -> str:
        """A user and a phone under the version that is written."""
        keys = self._keys()
        said = json.dumps(["pair", user_id, phone])
        return f"pair.{keys.writing}.{_hash(keys.alive[keys.writing], said)}"

    def user(self, user_id: str) -> str:
        """A user under the version that is written."""
        keys = self._keys()
        return _user(keys.writing, keys.alive[keys.writing], user_id)

    def users(self, user_id: str) -> tuple[str, ...]:
        """A user under every version the secret holds, oldest first."""
        return tuple(_user(version, key, user_id) for version, key in sorted(self._keys().held.items()))


class SecretHashes(KeyedHashes):
    """The real `Hashes`, over a low-level boto3 Secrets Manager client."""

    def __init__(self, client: Any, clock: Clock, arn: str) -> None:
        super().__init__(Cached(lambda: HashKeys.parse(read_secret(client, arn)), clock).get)


def _phone(version: int, key: bytes, number: str) -> str:
    return f"phone.{version}.{_hash(key, json.dumps(['phone', number]))}"


def _user(version: int, key: bytes, user_id: str) -> str:
    return f"user.{version}.{_hash(key, json.dumps(['user', user_id]))}"


def _hash(key: bytes, said: str) -> str:
    return hmac.digest(key, said.encode(), "sha256").hex()
