"""The records we keep, immutable. `version` is the one that was read; 0 means "must not exist yet"."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from portone_payments.domain.snapshot import Channel, Method

SCHEMA = 1
DUE_SHARDS = 16  # per kind of due work; only ever raised
DAY_SHARDS = 4  # per day in the index of changes; only ever raised


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


class ApprovalState(StrEnum):
    """Where a manual approval stands. ASKED: of the stock hook. RESERVED: perhaps sent, unknown.

    CONFIRMED: PortOne said yes, a reading has yet to show it. APPROVED: a reading shows the money.
    """

    ASKED = "ASKED"
    RESERVED = "RESERVED"
    CONFIRMED = "CONFIRMED"
    APPROVED = "APPROVED"
    FAILED = "FAILED"


class ReceiptState(StrEnum):
    """Where a cash receipt stands. ISSUING and CANCELLING: stored, perhaps sent, unknown."""

    ISSUING = "ISSUING"
    ISSUED = "ISSUED"
    CANCELLING = "CANCELLING"
    CANCELLED = "CANCELLED"
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
    RECEIPT = "receipt"


class DiscrepancyKind(StrEnum):
    """What differs between PortOne's list and ours; CANCELLED is a cancellation we do not know."""

    MISSING_HERE = "missing_here"
    MISSING_THERE = "missing_there"
    AMOUNT = "amount"
    STATUS = "status"
    CANCELLED = "cancelled"
    UNREADABLE = "unreadable"


class DiscrepancyState(StrEnum):
    """Which list a discrepancy is on."""

    OPEN = "discrepancy-open"
    CLOSED = "discrepancy-closed"


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
class Approval:
    """One try at having a payment approved (승인) without a checkout window. Epoch seconds UTC.

    Either what the buyer authenticated (PortOne facts 4.1): `token` is the paymentToken's ciphertext, gone
    once settled. Or a charge of the saved payment method `issue_id` (facts 6.3). `token_hash` knows the same
    try again; `pg_provider` and `pg_code` say who declined it and how.
    `failed_before` is the attempt that had failed when this one was stored: it says nothing about this one.
    `answered`: PortOne answered without saying what became of it; `quiet_at` as of a refund.
    """

    attempt: int
    token_hash: str
    key: str
    created_at: float
    token: str | None = field(default=None, repr=False)
    state: ApprovalState = ApprovalState.ASKED
    sent_at: float | None = None
    answered: str | None = None
    quiet_at: float | None = None
    failed_before: str | None = None
    transaction_id: str | None = None
    code: str | None = None
    settled_at: float | None = None
    issue_id: str | None = None
    pg_provider: str | None = None
    pg_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CashReceipt:
    """One cash receipt (현금영수증), frozen before it is sent (PortOne facts 13). Minor units, epoch seconds.

    `identity` is the ciphertext of whose it is, gone once settled; `self_issued` goes to the tax office's
    number. `sent_at` is of the issue or, while CANCELLING, of the cancel. `answered`, `quiet_at` as of an
    approval. `remainder`: what is left is issued anew once this one is cancelled.
    """

    number: int
    kind: str
    amount: int
    tax_free: int
    by: str
    key: str
    sent_at: float
    identity: str | None = field(default=None, repr=False)
    self_issued: bool = False
    state: ReceiptState = ReceiptState.ISSUING
    answered: str | None = None
    quiet_at: float | None = None
    remainder: bool = False
    issue_number: str | None = None
    url: str | None = None
    issued_at: float | None = None
    cancelled_at: float | None = None
    code: str | None = None


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
    tax_free: int | None = None
    vat: int | None = None
    cancelled_vat: int = 0
    disputed: bool = False
    method: Method | None = None
    channel: Channel | None = None
    paid_at: int | None = None
    failed_at: int | None = None
    pg_code: str | None = None
    pg_tx_id: str | None = None
    receipt_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPart:
    """One of the amounts an order is paid in; `due_at` in epoch seconds UTC, None at once."""

    amount: int
    tax_free: int = 0
    due_at: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the shop's backend wants paid; the price comes from here, never from the app.

    `parts` add up to `total`; `subscription_id` collects them.
    """

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
    parts: tuple[OrderPart, ...] = ()
    subscription_id: str | None = None
    version: int = 0
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One payment of one order, with its hints and history in the same record.

    Amounts in minor units; times in epoch seconds UTC. `due_at` None: nothing is unfinished.
    `closing`: its virtual account must not be paid into; `close_tried`: PortOne was asked to close it.
    `doubted`: the last reading could neither be believed nor refuted; `accepted`: staff believes it.
    `rung` counts answered readings since the last change, `tries` the leases since the last save.
    `receipt_due`: when the shop has to have issued a cash receipt of its own accord.
    `siblings`: the order has had another payment, so being paid is settled on the order too (rule 1).
    `subscription_id` and `invoice_id`: what it pays, settled together with it (rule 8).
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
    approvals: tuple[Approval, ...] = ()
    receipts: tuple[CashReceipt, ...] = ()
    receipt_due: int | None = None
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
    subscription_id: str | None = None
    invoice_id: str | None = None
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """A difference the audit could not heal, one per payment and kind, for a person (audit).

    `ours` and `theirs` are the evidence, without personal data; times in epoch seconds UTC. `attention` puts
    it on the list of its state, ordered by `attention_at`: when it was found, or found changed.
    """

    id: str
    payment_id: str
    kind: DiscrepancyKind
    found_at: float
    attention_at: float
    ours: Mapping[str, str | int | bool] = field(default_factory=dict)
    theirs: Mapping[str, str | int | bool] = field(default_factory=dict)
    attention: DiscrepancyState = DiscrepancyState.OPEN
    closed_at: float | None = None
    closed_by: str | None = None
    reason: str | None = None
    version: int = 0
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditDay:
    """What PortOne's list showed for one day (UTC): how many payments, and how many of them are not ours."""

    listed: int = 0
    foreign: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditMark:
    """How far the audit got: all that changed before `until` (epoch seconds UTC) has been compared.

    `span` is the length of the next window in seconds; `days` by yyyy-mm-dd, the newest month of them.
    """

    until: int
    span: int
    days: Mapping[str, AuditDay] = field(default_factory=dict)
    version: int = 0
    extra: Mapping[str, object] = field(default_factory=dict)
