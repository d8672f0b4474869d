"""The records of orders and payments. `version` is the one that was read; 0 means "must not exist yet"."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from portone_payments.domain.readings.payment import (
    Channel,
    Method,
    RemoteStatus,
)
from portone_payments.domain.records.instructions import Approval, CashReceipt, Refund, Returning
from portone_payments.domain.records.webhooks import Hint

# how PortOne shows a payment whose money was taken, refunded or not
TAKEN = frozenset({RemoteStatus.PAID, RemoteStatus.PARTIAL_CANCELLED, RemoteStatus.CANCELLED})

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


class AttentionKind(StrEnum):
    """Why a person has to look at a payment."""

    UNKNOWN = "unknown"
    AMBIGUOUS = "ambiguous"
    MISMATCH = "mismatch"
    QUARANTINED = "quarantined"
    SURPLUS = "surplus"
    LATE = "late"
    LAGGING = "lagging"
    DEAD_LETTERED = "dead-lettered"
    RECEIPT = "receipt"
    CHARGEBACK = "chargeback"
    DEPOSIT_TAKEN_BACK = "deposit-taken-back"
    REFUND_STUCK = "refund-stuck"
    PART_ENDED = "part-ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """One call for staff, since `at` (epoch seconds UTC).

    `subject` is what it is about: "payment", "refund:<id>", "approval:<attempt>", "invoice:<id>".
    """

    kind: AttentionKind
    subject: str
    at: float
    extra: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionRow:
    """The item that lists an attention under its kind, `attention`; None once staff is no longer called."""

    payment_id: str
    kind: AttentionKind
    subject: str
    attention_at: float
    attention: AttentionKind | None = None
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """One line of a payment's history: fact number `seq`, by whom, when (epoch seconds UTC)."""

    seq: int
    at: float
    fact: str
    by: str
    data: Mapping[str, str | int | bool] = field(default_factory=dict)
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The last believed reading, its absent fields taken from earlier ones of the same attempt.

    Amounts in minor units, times in epoch microseconds UTC. `charged_back` are the newest
    cancellations the PG made, `doubts` its strange fields although its money is believed.
    `most_paid`: the amount paid, where `paid` shrank after a refund.
    """

    transaction_id: str
    updated_at: int
    status: RemoteStatus | None = None
    total: int
    paid: int
    most_paid: int = 0
    discount: int = 0
    cancelled: int = 0
    cancelled_tax_free: int = 0
    cancellations: Mapping[str, str] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()
    tax_free: int | None = None
    vat: int | None = None
    cancelled_vat: int = 0
    disputed: bool = False
    receipt_issued: bool | None = None
    charged_back: tuple[str, ...] = ()
    method: Method | None = None
    channel: Channel | None = None
    paid_at: int | None = None
    failed_at: int | None = None
    pg_code: str | None = None
    pg_tx_id: str | None = None
    receipt_url: str | None = None
    extra: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    @property
    def charged(self) -> int:
        """The amount paid, in minor units, refunds included: `paid` may shrink with them (facts 3.2)."""
        return max(self.paid, self.most_paid)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a payment was prepared under: its store, live or test, and channels as short hashes.

    Every call about it names this `store`. `merchants` are PG contracts, by which a channel without a key is
    known. Empty: not limited.
    """

    store: str = ""
    live: bool = False
    channels: tuple[str, ...] = ()
    merchants: tuple[str, ...] = ()
    extra: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPart:
    """One of the amounts an order is paid in; `due_at` in epoch seconds UTC, None at once."""

    amount: int
    tax_free: int = 0
    due_at: int | None = None
    name: str = ""
    extra: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)


class ProductType(StrEnum):
    """What an order is for, in the words of PortOne's REST API (PortOne facts 12.4)."""

    PHYSICAL = "PHYSICAL"
    DIGITAL = "DIGITAL"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderProduct:
    """One product of an order; `amount` of one piece in minor units, categories as Naver names them.

    `link` is where it is sold.
    """

    id: str
    name: str
    quantity: int
    amount: int | None = None
    category_type: str | None = None
    category_id: str | None = None
    link: str | None = None
    extra: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the shop's backend sells; the price comes from here, never from the app.

    `buyer_sealed` stays until a payment is prepared, which takes it over; then it is empty, and None only
    where no buyer was given. At `due_at` (epoch seconds UTC) one that no payment took over is dropped.
    `parts` add up to `total`; `subscription_id` collects them.
    `quarantined`: payments that may have been paid.
    `spent`: how much of the allowance for further payments is used (domain/shared/allowances.py).
    `withdrawn_at`: when the shop withdrew it (epoch seconds UTC), `withdrawn_by`: who of the shop; no further
    payment is accepted.
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
    quarantined: tuple[str, ...] = ()
    parts: tuple[OrderPart, ...] = ()
    product_type: ProductType | None = None
    products: tuple[OrderProduct, ...] = ()
    last_day_of_use: str | None = None
    country: str | None = None
    gift_certificate_type: str | None = None
    buyer_sealed: str | None = field(default=None, repr=False)
    subscription_id: str | None = None
    withdrawn_at: float | None = None
    withdrawn_by: str = ""
    spent: Mapping[str, int] = field(default_factory=dict)
    tries: int = 0
    due_at: int | None = None
    version: int = 0
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One payment of one order, with its hints and history in the same record.

    Amounts in minor units; times in epoch seconds UTC. `due_at` None: nothing is unfinished.
    `withdrawn`: the shop withdrew its order; late money is refunded.
    `buyer_sealed`: who buys, until no window is opened for it any more.
    `customer_id`: how PortOne knows its user, compared with readings.
    `close_wanted`: its virtual account must not be paid into; `close_asked`: the close was requested.
    `terms`: the settings it was prepared under, which readings are compared with. `fixed`: the terms and sum
    that PortOne has confirmed for its windows (flows/payments/open_checkout.py).
    `quarantined`: the last reading could neither be believed nor refuted;
    `quarantined_paid`: it showed money; `accepted`: staff believes it.
    `lagging_since`: when the first of the lagging readings was taken;
    `taken_back`: how many of them showed a paid deposit as awaited; `called_for`: events seen in readings
    that settled nothing, for which staff was called (see `meanwhile`).
    `unanswered`: PortOne did not answer the last read.
    `poll_step` counts answered readings since the last change, `tries` the leases since the last save.
    `receipt_due`: until when the shop must issue a cash receipt of its own accord.
    `listed`: the attentions it was read with; a save compares them to know what it raises or withdraws.
    `settled`: the traces of refunds that left, by their tokens (see `refund_traces`).
    `returning`: the automatic refund of money that must not stay.
    `reversal`: staff's decision about reversed refunds, until the next reading; `by_hand`: the amount paid
    to the buyer outside PortOne instead, and `by_hand_tax_free` its tax-free part.
    `spent`: how much of each allowance its user has used (domain/shared/allowances.py).
    `has_other_payments`: of the order, so its payment is settled on the order too (rule 1.4).
    `subscription_id` and `invoice_id`: what it pays, settled together with it (rule 8.4).
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
    customer_id: str = ""
    buyer_sealed: str | None = field(default=None, repr=False)
    offers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    terms: Terms | None = None
    fixed: str = ""
    status: Status = Status.READY
    status_at: float = 0.0
    seen: Seen | None = None
    read_at: float | None = None
    unanswered: bool = False
    hints: Mapping[str, Hint] = field(default_factory=dict)
    refunds: Mapping[str, Refund] = field(default_factory=dict)
    settled: Mapping[str, str] = field(default_factory=dict)
    returning: Returning | None = None
    reversal: str = ""
    by_hand: int = 0
    by_hand_tax_free: int = 0
    approvals: tuple[Approval, ...] = ()
    receipts: tuple[CashReceipt, ...] = ()
    receipt_due: int | None = None
    history: tuple[HistoryLine, ...] = ()
    next_seq: int = 1
    lagging: int = 0
    lagging_since: float | None = None
    taken_back: int = 0
    called_for: tuple[str, ...] = ()
    poll_step: int = 0
    tries: int = 0
    due_at: int | None = None
    spent: Mapping[str, int] = field(default_factory=dict)
    attentions: tuple[Attention, ...] = ()
    listed: tuple[Attention, ...] = field(default=(), compare=False, repr=False, metadata={"stored": False})
    quarantined: bool = False
    quarantined_paid: bool = False
    accepted: bool = False
    has_other_payments: bool = False
    surplus: bool = False
    late: bool = False
    withdrawn: bool = False
    close_wanted: bool = False
    close_asked: bool = False
    subscription_id: str | None = None
    invoice_id: str | None = None
    version: int = 0
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledRefund:
    """A refund that left its payment in the write that settled it; read before its id is reserved again."""

    payment_id: str
    refund: Refund
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRequest:
    """A client's Idempotency-Key, scoped to user and route, and the resource it created (invariant I8)."""

    user_id: str
    route: str
    key: str
    body_hash: str
    resource_id: str
    created_at: float
    expires_at: int
    version: int = 0
    extra: Mapping[str, object] = field(default_factory=dict)


_MONEY = frozenset({Status.PAID, Status.PARTIAL_CANCELLED, Status.CANCELLED, Status.MISMATCH})


PAYABLE = frozenset({Status.READY, Status.FAILED, Status.EXPIRED, Status.PAY_PENDING})


def by_window(payment: Payment) -> bool:
    """Whether it pays an invoice in a window of PortOne's, not by a saved method."""
    return payment.subscription_id is not None and bool(payment.offers)


def holds_money(status: Status) -> bool:
    """Whether a payment in this status took money, refunded or not."""
    return status in _MONEY
