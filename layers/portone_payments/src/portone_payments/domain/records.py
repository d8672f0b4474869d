"""The records we keep, immutable. `version` is the one that was read; 0 means "must not exist yet"."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from portone_payments.domain.snapshot import Channel, Method

SCHEMA = 1
DUE_SHARDS = 16  # per kind of due work; only ever raised


class Status(StrEnum):
    """Our payment states: PortOne's, plus EXPIRED (no longer offered) and MISMATCH (proven to differ)."""

    READY = "READY"
    PAY_PENDING = "PAY_PENDING"
    VIRTUAL_ACCOUNT_ISSUED = "VIRTUAL_ACCOUNT_ISSUED"
    PAID = "PAID"
    PARTIAL_CANCELLED = "PARTIAL_CANCELLED"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"
    MISMATCH = "MISMATCH"


class HintState(StrEnum):
    """Where a stored webhook stands; only OPEN is unfinished (invariant I2)."""

    OPEN = "open"
    DONE = "done"
    IGNORED = "ignored"
    QUARANTINED = "quarantined"


class RefundState(StrEnum):
    """Where a refund stands. RESERVED: stored, perhaps sent, unknown. REQUESTED: the PG decides later."""

    AWAITING_APPROVAL = "AWAITING_APPROVAL"
    AWAITING_ACCOUNT = "AWAITING_ACCOUNT"
    RESERVED = "RESERVED"
    REQUESTED = "REQUESTED"
    AMBIGUOUS = "AMBIGUOUS"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


class Attention(StrEnum):
    """Why a person has to look at a payment."""

    UNKNOWN = "unknown"
    AMBIGUOUS = "ambiguous"
    MISMATCH = "mismatch"
    QUARANTINED = "quarantined"
    SURPLUS = "surplus"
    LAGGING = "lagging"
    DEAD_LETTERED = "dead-lettered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """A webhook about a payment, and what it promises a reading will show. Times in epoch seconds UTC."""

    id: str
    type: str
    body_hash: str
    received_at: float
    happened_at: float
    transaction_id: str | None = None
    cancellation_id: str | None = None
    state: HintState = HintState.OPEN
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a payment's history: fact number `seq`, by whom, when (epoch seconds UTC)."""

    seq: int
    at: float
    fact: str
    by: str
    data: Mapping[str, str | int | bool] = field(default_factory=dict)
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """One refund, frozen before its first byte leaves: a retry sends exactly the same (money rule 5).

    Amounts in minor units, times in epoch seconds UTC. `balance` is what could be refunded before it. `token`
    stands at the front of the reason PortOne keeps; `account` is the ciphertext of a refund account.
    `quiet_at` is the first reading that showed no trace of it although PortOne had answered or forgotten it.
    """

    id: str
    amount: int
    tax_free: int
    balance: int
    reason: str
    requester: str
    by: str
    body_hash: str
    key: str
    token: str
    created_at: float
    state: RefundState = RefundState.RESERVED
    vat: int | None = None
    full: bool = False
    sent_at: float | None = None
    sends: int = 0
    cancellation_id: str | None = None
    pg_answered: bool = False
    quiet_at: float | None = None
    account: str | None = None
    code: str | None = None
    settled_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the last believed reading said. Amounts in minor units, times in epoch microseconds UTC."""

    transaction_id: str
    updated_at: int
    total: int
    paid: int
    discount: int
    cancelled: int
    cancelled_tax_free: int
    cancellations: Mapping[str, str] = field(default_factory=dict)
    vat: int | None = None
    cancelled_vat: int = 0
    method: Method | None = None
    channel: Channel | None = None
    paid_at: int | None = None
    failed_at: int | None = None
    pg_code: str | None = None
    pg_tx_id: str | None = None
    receipt_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the shop's backend wants paid; the price comes from here, never from the app."""

    order_id: str
    user_id: str
    name: str
    total: int
    tax_free: int
    currency: str
    pay_methods: tuple[str, ...]
    created_at: float
    item_kind: str | None = None
    expires_at: int | None = None
    payment_id: str | None = None
    earlier: tuple[str, ...] = ()
    settled_by: str | None = None
    version: int = 0
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One payment of one order, with its hints and history in the same record.

    Amounts in minor units; times in epoch seconds UTC. `due_at` None: nothing is unfinished.
    `closing`: its virtual account must not be paid into; `close_tried`: PortOne was asked to close it.
    `doubted`: the last reading could neither be believed nor refuted; `accepted`: staff believes it.
    `rung` counts answered readings since the last change, `tries` the leases since the last save.
    `siblings`: the order has had another payment, so being paid is settled on the order too (rule 1).
    """

    payment_id: str
    order_id: str
    user_id: str
    total: int
    tax_free: int
    currency: str
    order_name: str
    created_at: float
    expires_at: int
    offers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    status: Status = Status.READY
    status_at: float = 0.0
    seen: Seen | None = None
    read_at: float | None = None
    hints: Mapping[str, Hint] = field(default_factory=dict)
    refunds: Mapping[str, Refund] = field(default_factory=dict)
    history: tuple[Entry, ...] = ()
    next_seq: int = 1
    lagging: int = 0
    rung: int = 0
    tries: int = 0
    due_at: int | None = None
    attention: Attention | None = None
    attention_at: float | None = None
    doubted: bool = False
    accepted: bool = False
    siblings: bool = False
    surplus: bool = False
    late: bool = False
    closing: bool = False
    close_tried: bool = False
    version: int = 0
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRequest:
    """A client's Idempotency-Key, scoped to user and route, and the resource it made (invariant I8)."""

    user_id: str
    route: str
    key: str
    body_hash: str
    resource_id: str
    created_at: float
    expires_at: int
    version: int = 0
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stray:
    """A webhook about something we hold no record of (foreign, orphaned, a billing key), by webhook id.

    Never the body: `subject_hash` is a keyed hash, `subject_cipher` a ciphertext of the billing key.
    """

    webhook_id: str
    type: str
    body_hash: str
    received_at: float
    expires_at: int
    payment_id: str | None = None
    subject_hash: str | None = None
    subject_cipher: str | None = None
    state: HintState = HintState.OPEN
    tries: int = 0
    due_at: int | None = None
    version: int = 0
    extra: Mapping[str, object] = field(default_factory=dict)


type Record = Order | Payment | ClientRequest | Stray
