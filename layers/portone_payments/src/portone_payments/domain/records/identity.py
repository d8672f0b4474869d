"""What is kept about verifications and persons, in a table of its own.

`version` as in domain/records/payments.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

DAY = 24 * 3600
ATTEMPT_SECONDS = 15 * 60
ATTEMPT_KEPT = DAY  # of an attempt after it is over
RELEASED_KEPT = DAY  # of a claim that nobody holds any more
NOTED_KEPT = 365 * DAY  # of what staff did about a person
NOTED_MOST = 8  # of one account, the newest; the access log has them all
IDENTITY_SHARDS = 4  # per kind of due work; only ever raised


class AttemptState(StrEnum):
    """Where a verification stands here."""

    OPEN = "OPEN"
    USED = "USED"
    EXPIRED = "EXPIRED"


class SendState(StrEnum):
    """What is known of the message to the person. UNKNOWN: perhaps sent; only the person presses again."""

    UNKNOWN = "UNKNOWN"
    SENT = "SENT"
    FAILED = "FAILED"
    CONFIRMED = "CONFIRMED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """The intent to send, stored before the call: ids and a keyed hash of the phone, never what was typed.

    `counted`: the counters that hold it as a message until it is known that none was sent.
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
        """Whether somebody read the code that an SMS brought to it."""
        return self.method == "SMS" and self.state is SendState.CONFIRMED


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The settings a verification was started under; names of `Field`s, full years, days.

    `merchants`: the ids under which its PG knows the shop, none where nobody named any.
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
    """A verification bound to a user, a purpose, a store and a quarter of an hour; epoch seconds UTC.

    `customer_id`: what the PG is told of its user; made for this verification alone, so that no two can be
    linked there. `spent`: readings that came to nothing (domain/shared/allowances.py).
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
    """Staff's leave to verify as another person, once; its reason is sealed. Epoch seconds UTC.

    `same`: by staff's word it is the person it was, whom the PG tells of under another identifier.
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
    """What staff did about a person, or what came of it: who, when, and why, sealed. Epoch seconds UTC.

    `given`: when the reason was, which of what came of it is earlier.
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
    """Who a user is. `claims` are the ids of the identifier claims the account holds.

    `identifiers` are the sealed identifiers, so that claims can follow a new hash key; `hash_version` is the
    newest one they are claimed by. `erased_at`: verifications begun before it no longer count; `emptied_at`:
    everything had been kept long enough. `phone`: the keyed hash of a phone that a PG told of the person.
    `nonces`: which sealed text each purpose holds, and `identifiers`, so that no older one passes for it.
    `history`: what staff did, oldest first; it outlives a replacement and goes with an erasure. `contested`:
    those of `claims` that another account holds too, learnt by a verification that was refused for it; they
    let nobody in until staff has decided.
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
    """Who holds an identifier, by its keyed hash: the account that came first, and how many beside it.

    `exclusive`: taken while a person may hold one account, and held by nobody else. `since`: when the first
    took it. `due_at`: since when several accounts hold it and staff has not said whether they may.
    `released_at`: since when nobody does. `group`: by staff's word the accounts on claims of one group may
    stay beside each other. Epoch seconds UTC.
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
        """How many accounts hold it."""
        return self.shared + (self.user_id is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One more account that holds a claim; a row of its own, so that no claim grows. Epoch seconds UTC.

    Who holds it no more has none: it would name somebody beside their identifier.
    """

    claim_id: str
    user_id: str
    due_at: int
    version: int = 0
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gone:
    """What is deleted, IF it is what was read: a share with its account, what a user's counters tell."""

    record: "Share | Counter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """When something that costs money was done, the last day's worth; epoch seconds UTC.

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
    """That somebody was erased, when and by whom, by the keyed hash of the user's id; epoch seconds UTC.

    It lies outside the identity table: whoever restores that table learns whom to erase again.
    """

    erasure_id: str
    at: float
    expires_at: int
    by: str = ""
    version: int = 0
    extra: Mapping[str, Any] = field(default_factory=dict)


type IdentityRecord = Attempt | Person | Claim | Share | Counter
type IdentityChange = IdentityRecord | Gone
