"""The records of verifications and persons, in a table of its own.

`version` as in domain/records/payments.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

DAY = 24 * 3600
ATTEMPT_SECONDS = 15 * 60
ATTEMPT_KEPT = DAY  # of an attempt after it is over
RELEASED_KEPT = DAY  # of a claim that no account has any more
NOTED_KEPT = 365 * DAY  # of a note about what staff did
NOTED_MOST = 8  # newest notes of one account; the access log has them all
IDENTITY_SHARDS = 4  # per kind of due work; only ever raised


class AttemptState(StrEnum):
    """The state of a verification here."""

    OPEN = "OPEN"
    USED = "USED"
    EXPIRED = "EXPIRED"


class SendState(StrEnum):
    """What is known of the message to the person. UNKNOWN: perhaps sent; only the person may repeat it."""

    UNKNOWN = "UNKNOWN"
    SENT = "SENT"
    FAILED = "FAILED"
    CONFIRMED = "CONFIRMED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """The intent to send, stored before the call: ids and a keyed hash of the phone, no typed text.

    `counted`: the counters that count it as a message until it is known that none was sent.
    """

    key: str
    call: str
    method: str
    phone: str
    state: SendState = SendState.UNKNOWN
    at: float = 0.0
    guesses: int = 0
    counted: tuple[str, ...] = ()
    extra: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    @property
    def proves_phone(self) -> bool:
        """Whether the person entered a code from an SMS, which proves the phone."""
        return self.method == "SMS" and self.state is SendState.CONFIRMED


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The settings a verification was started under; names of `Field`s, full years, days.

    `merchants`: the ids under which its PG knows the shop, empty where none was configured.
    """

    channel_key: str
    require: str = "ci"
    needs: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    typed: tuple[str, ...] = ()
    min_age: int = 0
    kept_days: int = 0
    live: bool = False
    merchants: tuple[str, ...] = ()
    extra: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A verification bound to a user, a purpose and a store, valid for 15 minutes; epoch seconds UTC.

    `customer_id`: how the PG knows its user; made for this verification alone, so that no two can be linked
    there. `spent`: the allowance used by readings without a result (domain/shared/allowances.py).
    """

    verification_id: str
    user_id: str
    purpose: str
    provider: str
    asked: Asked
    customer_id: str
    created_at: float
    expires_at: int
    store_id: str = ""
    state: AttemptState = AttemptState.OPEN
    used_at: float | None = None
    sending: Sending | None = None
    spent: Mapping[str, int] = field(default_factory=dict)
    due_at: int | None = None
    tries: int = 0
    version: int = 0
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """What was verified for one purpose, readable only with its wrapped data key; epoch seconds UTC."""

    verification_id: str
    provider: str
    verified_at: float
    expires_at: int
    key: str = field(repr=False)
    facts: str = field(repr=False)
    unverified: tuple[str, ...] = ()
    extra: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """Staff's permission to verify as another person, once; its reason is sealed. Epoch seconds UTC.

    `same`: staff decided that it is the same person, whom the PG shows under another identifier.
    """

    by: str
    key: str = field(repr=False)
    reason: str = field(repr=False)
    nonce: str
    at: float
    expires_at: int
    same: bool = False
    extra: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """What staff did about a person, or its result: who, when, and the sealed reason. Epoch seconds UTC.

    `given`: when staff gave the reason; for a result that is earlier than the note.
    """

    act: str
    by: str
    key: str = field(repr=False)
    reason: str = field(repr=False)
    nonce: str
    at: float
    given: float
    expires_at: int
    extra: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The verified person of a user. `claims` are the ids of the account's identifier claims.

    `identifiers` are the sealed identifiers, so that claims can follow a new hash key; `hash_version` is the
    newest one they are claimed by. `erased_at`: verifications begun before it no longer count; `emptied_at`:
    everything had been kept long enough. `phone`: the keyed hash of a phone that a PG gave for the person.
    `nonces`: identify the current sealed text of each purpose and of `identifiers`; no older one passes.
    `history`: what staff did, oldest first; it outlives a replacement and goes with an erasure. `contested`:
    those of `claims` that another account has too, found by a verification that was refused for it; they
    admit nobody until staff has decided.
    """

    user_id: str
    verified: bool = False
    purposes: Mapping[str, Sealed] = field(default_factory=dict)
    claims: tuple[str, ...] = ()
    contested: tuple[str, ...] = ()
    identifiers: Sealed | None = None
    nonces: Mapping[str, str] = field(default_factory=dict)
    hash_version: int = 0
    permit: Permit | None = None
    history: tuple[Noted, ...] = ()
    phone: str | None = None
    erased_at: float | None = None
    emptied_at: float | None = None
    due_at: int | None = None
    tries: int = 0
    version: int = 0
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The accounts of an identifier, by its keyed hash: the first one, and how many beside it.

    `exclusive`: made while a person may have one account, and shared with no other. `since`: when the first
    account claimed it. `due_at`: since when several accounts share it and staff has not decided whether they
    may. `released_at`: since when none has it. `group`: staff decided that the accounts on claims of one
    group may stay beside each other. Epoch seconds UTC.
    """

    claim_id: str
    user_id: str | None
    since: float | None = None
    shared: int = 0
    exclusive: bool = True
    due_at: int | None = None
    released_at: int | None = None
    group: str | None = None
    version: int = 0
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def holders(self) -> int:
        """How many accounts have this claim."""
        return self.shared + (self.user_id is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One more account of a claim; an item of its own, so that no claim grows. Epoch seconds UTC.

    It is deleted once the account loses the claim: it would link an account with an identifier.
    """

    claim_id: str
    user_id: str
    due_at: int
    version: int = 0
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gone:
    """A record to delete, IF it is as it was read: a share of an erased account, or a counter."""

    record: "Share | Counter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """The times of the last day at which something that costs money was done; epoch seconds UTC.

    `begun`: the verifications it counts, where it counts those, so that an erasure finds them.
    """

    counter_id: str
    at: tuple[float, ...] = ()
    begun: tuple[str, ...] = ()
    expires_at: int = 0
    version: int = 0
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """The erasure of a user, by the keyed hash of the user's id: when and by whom; epoch seconds UTC.

    It lies outside the identity table: a restore of that table reads here whom to erase again.
    """

    erasure_id: str
    at: float
    expires_at: int
    by: str = ""
    version: int = 0
    extra: Mapping[str, Any] = field(default_factory=dict)


type IdentityRecord = Attempt | Person | Claim | Share | Counter
type IdentityChange = IdentityRecord | Gone
