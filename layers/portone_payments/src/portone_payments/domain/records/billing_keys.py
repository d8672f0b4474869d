"""The records of saved payment methods: one wallet per user, with every key the user began to save."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from portone_payments.domain.readings.billing_key import SavedMethod
from portone_payments.domain.records.payments import HistoryLine


class KeyState(StrEnum):
    """Where a saved payment method stands.

    PENDING: the issue window was opened. CONFIRMING: a manual-approval token is stored, perhaps sent.
    CHECKING: a key is known, a reading has yet to show whether it is ours. UNWANTED: issued in our window but
    must not be charged; deleted at PortOne a day later. DELETING: no charge may use it.
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
    """One billing key from its window to its deletion; `id` is PortOne's issueId. Times in epoch seconds UTC.

    `customer_id` names its user in its window and in its charges.
    `sealed` is the key's ciphertext, `token` that of a billingIssueToken; both dropped once unused.
    `buyer_sealed`: who saved it, where the PG needs that with every charge; dropped with the key.
    `store_id`: every call about it names this store, in which its window was opened.
    `channels` and `merchants` are those it was issued on, which become terms of its charges.
    `test`: the mode in which its token is confirmed, as it was first sent.
    `claims` are payments that may be under way with it. `given_at`: when its owner chose it as default.
    """

    id: str
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
        """The channel of its charges, or the set from which PortOne chooses; a stop covers it as a whole."""
        return self.channel_key or ",".join(self.channels) or "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wallet:
    """A user's saved payment methods in one item, so that claim, default and deletion exclude each other.

    `waking`: subscriptions that wait for a payment method have yet to get the new default.
    `telling`: subscriptions have yet to record which method pays them now.
    `closing_at`, `closing_by`: the account is being closed, since when and for whom; `closed_at`: it was.
    `spent`: how much of each allowance its user has used (domain/shared/allowances.py).
    """

    user_id: str
    keys: Mapping[str, SavedKey] = field(default_factory=dict)
    default: str | None = None
    waking: bool = False
    telling: bool = False
    closing_at: float | None = None
    closing_by: str = ""
    closed_at: float | None = None
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
    """The user of a billing key, by `issue:<issueId>` or `key:<keyed hash>`. Deleted with its key."""

    ref: str
    user_id: str
    billing_key_id: str
    version: int = 0
    extra: Mapping[str, object] = field(default_factory=dict)


_SETTLED = frozenset({KeyState.DELETED, KeyState.REFUSED, KeyState.LAPSED})


def settled(key: SavedKey) -> bool:
    """Whether a key is in a final state."""
    return key.state in _SETTLED
