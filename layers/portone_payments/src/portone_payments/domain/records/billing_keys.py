"""The records of saved payment methods: one wallet per user, with every billing key the user ever started."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from portone_payments.domain.readings.billing_key import SavedMethod
from portone_payments.domain.records.payments import HistoryLine


class KeyState(StrEnum):
    """Where a saved payment method stands.

    PENDING: the issue window was opened. CONFIRMING: a manual-approval token is stored, perhaps sent.
    CHECKING: a key is known, a reading has yet to show whether it is ours. UNWANTED: it is of our issue but
    must not be charged, and is deleted at PortOne a day later. DELETING: no charge takes it any more.
    """

    PENDING = "PENDING"
    CONFIRMING = "CONFIRMING"
    CHECKING = "CHECKING"
    ACTIVE = "ACTIVE"
    UNWANTED = "UNWANTED"
    DELETING = "DELETING"
    DELETED = "DELETED"
    REFUSED = "REFUSED"
    LAPSED = "LAPSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedKey:
    """One billing key from its issue window to its deletion, by our issueId. Times in epoch seconds UTC.

    `customer_id` is what its window and its charges tell PortOne of its user.
    `sealed` is the key's ciphertext, `token` that of a billingIssueToken; both gone once they are of no use.
    `buyer_sealed`: who saved it, where the PG wants to hear that with every charge; gone with the key.
    `store_id`: every call about it names this store, in which its window was opened.
    `channels` and `merchants` are what it was issued on, as the terms of its charges.
    `test`: under what mode its token is confirmed, as it was first sent.
    `claims` are payments that may be under way with it. `given_at`: when its owner chose it as default.
    """

    issue_id: str
    created_at: float
    pay_method: str
    customer_id: str
    store_id: str = ""
    state: KeyState = KeyState.PENDING
    key_hash: str | None = field(default=None, repr=False)
    sealed: str | None = field(default=None, repr=False)
    buyer_sealed: str | None = field(default=None, repr=False)
    method: SavedMethod | None = None
    channel_key: str | None = None
    channels: tuple[str, ...] = ()
    merchants: tuple[str, ...] = ()
    issued_at: float | None = None
    payment_id: str | None = None
    token: str | None = field(default=None, repr=False)
    token_hash: str | None = field(default=None, repr=False)
    request_key: str | None = None
    test: bool = False
    sent_at: float | None = None
    looked: int = 0
    claims: tuple[str, ...] = ()
    settled_at: float | None = None
    code: str | None = None
    extra: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    @property
    def channel(self) -> str:
        """What a charge with it goes through, also where PortOne chooses; it is stopped as a whole."""
        return self.channel_key or ",".join(self.channels) or "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wallet:
    """A user's saved payment methods in one item, so that claim, default and deletion exclude each other.

    `waking`: subscriptions that wait for a payment method have yet to hear of the new default.
    `spent`: what its user has had of what costs, by allowance (domain/shared/allowances.py).
    """

    user_id: str
    keys: Mapping[str, SavedKey] = field(default_factory=dict)
    default: str | None = None
    waking: bool = False
    spent: Mapping[str, int] = field(default_factory=dict)
    history: tuple[HistoryLine, ...] = ()
    next_seq: int = 1
    poll_step: int = 0
    tries: int = 0
    due_at: int | None = None
    version: int = 0
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledKey:
    """A key that left its wallet in the write after it was settled: deleted, refused or lapsed."""

    user_id: str
    key: SavedKey
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRef:
    """Whose a billing key is: by `issue:<issueId>` or `key:<keyed hash>`. Written once; goes with its key."""

    ref: str
    user_id: str
    issue_id: str
    version: int = 0
    extra: Mapping[str, object] = field(default_factory=dict)


_SETTLED = frozenset({KeyState.DELETED, KeyState.REFUSED, KeyState.LAPSED})


def settled(key: SavedKey) -> bool:
    """Whether nothing is expected of a key any more."""
    return key.state in _SETTLED
