"""Keyed hashes of identifiers and phones: HMAC-SHA-256 with versioned keys from Secrets Manager.

The secret is {"keys": {"1": {"phase": "writing", "key": "..."}, ...}}; as a deploy makes it, {"keys": {},
"first": "..."}, which is version 1. A key passes through the phases *known* (new claims use it beside
an older one, which containers that do not have it yet look up), *writing* (every person's claims move to it)
and *retired* (no new claim uses it). Each phase must last longer than a container may use a cached secret
(`LAST_GOOD_SECONDS`). Lookups use every key in the secret, so that one retired too early hides nobody.
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
"""The most key versions under which an identifier is claimed; it bounds the number of a person's claims."""


class Phase(StrEnum):
    """The phase of a hash key."""

    KNOWN = "known"
    WRITING = "writing"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class HashKeys:
    """The keys that are not retired by version, the newest one in the phase *writing*, and all keys."""

    alive: Mapping[int, bytes] = field(repr=False)
    writing: int
    held: Mapping[int, bytes] = field(repr=False)

    @classmethod
    def parse(cls, secret: Mapping[str, Any]) -> "HashKeys":
        """The keys of a secret. Raises `SecretsUnavailable` for a malformed one."""
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
    """`Hashes` over any source of keys."""

    def __init__(self, keys: Callable[[], HashKeys]) -> None:
        self._keys = keys

    def versions(self) -> tuple[int, ...]:
        """The versions that are looked up, oldest first."""
        return tuple(sorted(self._keys().held))

    def claimed(self) -> tuple[int, ...]:
        """The versions of new claims, oldest first: the one in *writing*, and the newest others alive."""
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
        """A phone's hash under the version in the phase *writing*."""
        keys = self._keys()
        return _phone(keys.writing, keys.alive[keys.writing], number)

    def phones(self, number: str) -> tuple[str, ...]:
        """A phone's hashes under every version in the secret, oldest first."""
        return tuple(_phone(version, key, number) for version, key in sorted(self._keys().held.items()))

    def pair(self, user_id: str, phone: str) -> str:
        """The hash of a user and a phone under the version in the phase *writing*."""
        keys = self._keys()
        said = json.dumps(["pair", user_id, phone])
        return f"pair.{keys.writing}.{_hash(keys.alive[keys.writing], said)}"

    def user(self, user_id: str) -> str:
        """A user's hash under the version in the phase *writing*."""
        keys = self._keys()
        return _user(keys.writing, keys.alive[keys.writing], user_id)

    def users(self, user_id: str) -> tuple[str, ...]:
        """A user's hashes under every version in the secret, oldest first."""
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
