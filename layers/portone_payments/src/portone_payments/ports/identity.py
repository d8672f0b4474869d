"""What the identity flows need from the world: PortOne (facts 9), a table, hashes, sealing, an access log."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from portone_payments.domain.identity.rules import Identifier
from portone_payments.domain.readings.verification import VerificationReading
from portone_payments.domain.records.identity import (
    Attempt,
    Claim,
    Counter,
    Erasure,
    IdentityChange,
    Person,
    Share,
)
from portone_payments.ports.store import Page
from portone_payments.ports.world import Deadline


@dataclass(frozen=True, slots=True, kw_only=True)
class SendCommand:
    """What a verification is sent with. `birth_and_sex` is the first seven digits of a resident number.

    `method` is SMS (which needs `birth_and_sex`) or APP; `operator` in PortOne's names; `phone` digits only;
    `bypass` is an object, though PortOne's page speaks of a text (PortOne facts 9.1).
    """

    channel_key: str
    operator: str
    method: str
    name: str = field(repr=False)
    phone: str = field(repr=False)
    ip_address: str = field(repr=False)
    birth_and_sex: str | None = field(default=None, repr=False)
    customer_id: str | None = None
    custom_data: str | None = None
    bypass: Mapping[str, Any] | None = None


class IdentityPortOne(Protocol):
    """PortOne's verifications. Every method raises `PortOneError` (flows look at its `outcome`)."""

    def get_identity_verification(
        self, verification_id: str, *, deadline: Deadline
    ) -> VerificationReading | None:
        """What PortOne says now; None where it knows none (404 IDENTITY_VERIFICATION_NOT_FOUND)."""
        ...

    def send_identity_verification(
        self, verification_id: str, order: SendCommand, *, key: str, deadline: Deadline
    ) -> None:
        """Have the PG send an SMS or wake its app; each SMS costs money."""
        ...

    def resend_identity_verification(self, verification_id: str, *, key: str, deadline: Deadline) -> None:
        """Send the SMS once more."""
        ...

    def confirm_identity_verification(
        self, verification_id: str, otp: str | None, *, key: str, deadline: Deadline
    ) -> VerificationReading:
        """Confirm with the SMS's code (None: the app was used); the answer is the VERIFIED verification."""
        ...


class IdentityKind(StrEnum):
    """Kinds of due work in the identity table."""

    ATTEMPT = "attempt"
    PERSON = "person"
    CLAIM = "claim"


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits in an index of the identity table: since when (epoch seconds UTC), or by which hash key."""

    id: str
    since: int


class IdentityStore(Protocol):
    """The identity table. Reads by id are strongly consistent; every method raises `StorageUnavailable`."""

    def attempt(self, verification_id: str) -> Attempt | None:
        """A verification by id."""
        ...

    def person(self, user_id: str) -> Person | None:
        """Who a user is."""
        ...

    def counter(self, counter_id: str) -> Counter | None:
        """When something that is rate-limited was done."""
        ...

    def claims(self, claim_ids: Iterable[str]) -> dict[str, Claim]:
        """Claims by id; absent ones are left out."""
        ...

    def shares(self, claim_ids: Iterable[str], user_id: str) -> dict[str, Share]:
        """A user's shares in claims, by claim id; absent ones are left out."""
        ...

    def sharers(self, claim_id: str, *, limit: int) -> Iterator[tuple[str, int]]:
        """The further accounts of a claim and since when, oldest first (eventually consistent)."""
        ...

    def duplicates(self, *, cursor: str | None, limit: int) -> Page[Claim]:
        """Claims that several accounts hold and staff has not decided about. Raises `InvalidRequest`."""
        ...

    def save(self, *records: IdentityChange) -> None:
        """Write all or none, and drop what is gone, each IF its stored version is the one read.

        Raises `Conflict`.
        """
        ...

    def due(self, kind: IdentityKind, shard: int, *, before: float, limit: int) -> Iterator[Waiting]:
        """What is due, oldest first, `limit` a page (eventually consistent)."""
        ...

    def put_off(self, kind: IdentityKind, waiting: Waiting, *, until: int, tries: int | None = None) -> int:
        """Write the due mark alone, whatever state the record is in, IF it is still `waiting.since`.

        The attempts so far, 0 where another write moved it; one more than before, unless `tries` gives them.
        """
        ...

    def hashed_by(self, upto: int, shard: int, *, since: int | None = None, limit: int) -> Iterator[Waiting]:
        """Users of one shard whose newest claims are of these versions, `limit` a page."""
        ...


class ErasureStore(Protocol):
    """Who was erased, in a table of its own. Every method raises `StorageUnavailable`."""

    def erasure(self, erasure_id: str) -> Erasure | None:
        """An erasure by id, strongly consistent."""
        ...

    def keep(self, erasure: Erasure) -> None:
        """Write it IF the stored version is the one read. Raises `Conflict`."""
        ...


class Hashes(Protocol):
    """Keyed hashes in versions. Every method raises `SecretsUnavailable`."""

    def versions(self) -> tuple[int, ...]:
        """The versions that are looked up, oldest first."""
        ...

    def claimed(self) -> tuple[int, ...]:
        """The few of them under which claims are made, oldest first."""
        ...

    def writing(self) -> int:
        """The version every claim has to have."""
        ...

    def claim_ids(self, identifier: Identifier) -> tuple[str, ...]:
        """What an identifier may be claimed as, one id per version that is looked up."""
        ...

    def version_of(self, claim_id: str) -> int:
        """Which version a claim was made by."""
        ...

    def phone(self, number: str) -> str:
        """A phone number as hashed for counters."""
        ...

    def phones(self, number: str) -> tuple[str, ...]:
        """A phone number as hashed under each key in the secret."""
        ...

    def pair(self, user_id: str, phone: str) -> str:
        """A user together with a phone, hashed for counters; `phone` as hashed for them."""
        ...

    def user(self, user_id: str) -> str:
        """A user as hashed for an erasure."""
        ...

    def users(self, user_id: str) -> tuple[str, ...]:
        """The same under every key that the secret still has, retired ones too, oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A text sealed under a data key of its own, and that key as only KMS can unwrap it.

    `nonce` tells it from any other, and opens it: the record with the nonce says which text is current.
    """

    key: str = field(repr=False)
    text: str = field(repr=False)
    nonce: str


class Envelope(Protocol):
    """Envelope encryption under the identity key. Raises `StorageUnavailable`, also in another context."""

    def seal(self, plaintext: str, *, context: dict[str, str]) -> Wrapped:
        """A text that only opens in the same context."""
        ...

    def open(self, wrapped: Wrapped, *, context: dict[str, str]) -> str:
        """The text."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What staff does about a person: who, about whom, why, at an epoch second UTC; `purpose` of a reveal."""

    by: str
    user_id: str
    reason: str
    request_id: str
    at: float
    act: str = "reveal"
    purpose: str | None = None


class AccessLog(Protocol):
    """The access log: what staff does about persons is recorded before it is done."""

    def write(self, access: Access) -> None:
        """Write one line for good. Raises `StorageUnavailable` when that is not certain."""
        ...
