"""What the flows need from the world. Each port has two implementations: the real adapter and a fake."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from portone_payments.domain.events import Event
from portone_payments.domain.kept import Record
from portone_payments.domain.records import (
    Attention,
    AuditMark,
    ClientRequest,
    Discrepancy,
    DiscrepancyState,
    Entry,
    Order,
    Payment,
    Stray,
)
from portone_payments.domain.snapshot import Cancellation, ReceiptReading, Snapshot
from portone_payments.domain.subscription_records import Pace, Plan, Subscription
from portone_payments.domain.wallet_records import KeyRef, Wallet


class Clock(Protocol):
    """Time: `now` in epoch seconds UTC, `monotonic` for deadlines in seconds."""

    def now(self) -> float: ...
    def monotonic(self) -> float: ...


class Ids(Protocol):
    """Randomness that must not be guessed."""

    def payment_id(self) -> str:
        """A new paymentId: `[0-9A-Za-z]`, at most 32 characters (PortOne facts 12.3)."""
        ...

    def token(self) -> str:
        """A new owner token or idempotency key, at least 16 characters of `[0-9a-zA-Z-_]`."""
        ...

    def jitter(self, seconds: float) -> float:
        """Somewhere between 0 and `seconds`."""
        ...


@dataclass(frozen=True, slots=True)
class Deadline:
    """One total limit for all calls of a request, on the monotonic clock (money rule 4)."""

    clock: Clock
    at: float

    @classmethod
    def after(cls, clock: Clock, seconds: float) -> "Deadline":
        """The deadline `seconds` from now."""
        return cls(clock, clock.monotonic() + seconds)

    def remaining(self) -> float:
        """Seconds left; zero or less when it has passed."""
        return self.at - self.clock.monotonic()

    def leaving(self, seconds: float) -> "Deadline":
        """An earlier deadline, so that `seconds` are left for the reading that decides."""
        return Deadline(self.clock, self.at - seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundAccount:
    """Where a refund is paid to (PortOne facts 5.1); `bank` in PortOne's REST names."""

    bank: str
    number: str = field(repr=False)
    holder: str = field(repr=False)
    phone: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrder:
    """What a cancel is sent with; amounts in minor units, `balance` is what was refundable before it."""

    reason: str
    amount: int
    tax_free: int
    balance: int
    requester: str
    vat: int | None = None
    account: RefundAccount | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmOrder:
    """What an approval is sent with, so that PortOne refuses what does not match; amounts in minor units."""

    token: str = field(repr=False)
    total: int
    tax_free: int
    currency: str
    test: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One payment of PortOne's list. `snapshot` None: what the list says of it could not be read.

    `changed_at` in epoch microseconds UTC: when its status changed, by which the list was asked.
    """

    payment_id: str
    changed_at: int
    snapshot: Snapshot | None


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of PortOne's list; `full`: there may be more (its `totalCount` says nothing, facts 13)."""

    items: tuple[Listed, ...]
    full: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptOrder:
    """What a cash receipt is issued with (PortOne facts 13); amounts in minor units."""

    identity: str = field(repr=False)
    kind: str
    amount: int
    tax_free: int
    currency: str
    order_name: str
    channel_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedReceipt:
    """PortOne's answer to an issue."""

    issue_number: str
    url: str | None


class PortOne(Protocol):
    """PortOne V2. Every method raises `PortOneError` (flows look at its `outcome`)."""

    def get_payment(self, payment_id: str, *, deadline: Deadline) -> Snapshot | None:
        """What PortOne says now; None where it knows no such payment (404 PAYMENT_NOT_FOUND)."""
        ...

    def list_payments(
        self, since: int, until: int, *, number: int, size: int, deadline: Deadline
    ) -> ListPage:
        """Payments whose status changed between two epoch seconds, oldest change first (facts 13)."""
        ...

    def pre_register(
        self, payment_id: str, *, total: int, tax_free: int, currency: str, key: str, deadline: Deadline
    ) -> None:
        """Fix the amount before checkout (PortOne facts 2); may be repeated."""
        ...

    def cancel(self, payment_id: str, order: CancelOrder, *, key: str, deadline: Deadline) -> Cancellation:
        """Refund in full or in part; a 200 may carry a FAILED cancellation (PortOne facts 5)."""
        ...

    def confirm(self, payment_id: str, order: ConfirmOrder, *, key: str, deadline: Deadline) -> None:
        """Charge what the buyer authenticated, or issue the virtual account (PortOne facts 4.1)."""
        ...

    def issue_cash_receipt(
        self, payment_id: str, order: ReceiptOrder, *, key: str, deadline: Deadline
    ) -> IssuedReceipt:
        """Report a cash payment to the tax office (PortOne facts 13)."""
        ...

    def cancel_cash_receipt(self, payment_id: str, *, key: str, deadline: Deadline) -> None:
        """Take all of a cash receipt back."""
        ...

    def get_cash_receipt(self, payment_id: str, *, deadline: Deadline) -> ReceiptReading | None:
        """The newest cash receipt; None where PortOne knows none (404 CASH_RECEIPT_NOT_FOUND)."""
        ...

    def close_virtual_account(self, payment_id: str, *, key: str, deadline: Deadline) -> None:
        """Stop waiting for a deposit (PortOne facts 7.2)."""
        ...


class Kind(StrEnum):
    """Kinds of due work; each has its shards in the due index."""

    PAYMENT = "payment"
    STRAY = "stray"
    WALLET = "wallet"
    SUBSCRIPTION = "subscription"


# charges have a queue and workers of their own: a million of them never stand before a refund (rule 4)
CHARGES = frozenset({Kind.SUBSCRIPTION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A hint that a record is unfinished since `due_at` (epoch seconds UTC). The table is the truth.

    `slot`: when PortOne may be asked to charge (epoch seconds UTC); None at once.
    """

    kind: Kind
    id: str
    due_at: int
    slot: float | None = None


@dataclass(frozen=True, slots=True)
class Page[T]:
    """Some items and the cursor of the next page, None at the end."""

    items: tuple[T, ...]
    cursor: str | None


class Store(Protocol):
    """The payments table. Reads by id are strongly consistent."""

    def order(self, order_id: str) -> Order | None: ...
    def payment(self, payment_id: str) -> Payment | None: ...
    def request(self, user_id: str, route: str, key: str) -> ClientRequest | None: ...
    def stray(self, webhook_id: str) -> Stray | None: ...
    def wallet(self, user_id: str) -> Wallet | None: ...
    def key_ref(self, ref: str) -> KeyRef | None: ...
    def plan(self, plan_id: str) -> Plan | None: ...
    def pace(self) -> Pace | None: ...
    def subscription(self, subscription_id: str) -> Subscription | None: ...

    def subscriptions(self, user_id: str, *, cursor: str | None, limit: int) -> Page[Subscription]:
        """A user's subscriptions and plans of parts, newest first. Raises `InvalidRequest`."""
        ...

    def spilled(self, kind: str, record_id: str, seqs: Sequence[int]) -> tuple[Entry, ...]:
        """The history entries of these numbers that have items of their own, in order."""
        ...

    def save(self, *records: Record) -> None:
        """Write all or none, each IF its stored version is the one read; stored as version + 1.

        Raises `Conflict` when another write came first; our own earlier attempt that had committed
        unseen counts as success (owner token). Raises `StorageUnavailable`.
        """
        ...

    def due(self, kind: Kind, shard: int, *, before: float, limit: int) -> tuple[Due, ...]:
        """What is due, oldest first, from the sparse index (eventually consistent)."""
        ...

    def lease(self, due: Due, *, until: int) -> int | None:
        """Push `due_at` to `until` and count a try IF it is still what the index said; the tries, or None.

        Does not raise the version: a save that was under way wins over a lease (design 3.3).
        """
        ...

    def mine(self, user_id: str, *, cursor: str | None, limit: int) -> Page[Payment]:
        """A user's payments, newest first. Raises `InvalidRequest` for a cursor we did not make."""
        ...

    def attention(self, kind: Attention, *, cursor: str | None, limit: int) -> Page[Payment]:
        """Payments a person has to look at, oldest first."""
        ...

    def payments(self, payment_ids: Iterable[str]) -> dict[str, Payment]:
        """Payments by id; absent ones are left out."""
        ...

    def changed(self, since: float, until: float) -> Iterable[str]:
        """Ids of payments PortOne must know whose status changed in here (sparse, eventually consistent)."""
        ...

    def audit_mark(self) -> AuditMark | None: ...
    def discrepancy(self, discrepancy_id: str) -> Discrepancy | None: ...

    def discrepancies(self, state: DiscrepancyState, *, cursor: str | None, limit: int) -> Page[Discrepancy]:
        """What the audit could not heal, oldest first. Raises `InvalidRequest`."""
        ...


class Conflict(Exception):
    """A record was not at the version that was read."""


class EventBus(Protocol):
    """Where facts leave for the shop's own services."""

    def publish(self, events: tuple[Event, ...]) -> None:
        """Hand over all of them, in order. Raises `StorageUnavailable` when some were refused again."""
        ...


class Queue(Protocol):
    """The work queue: hints that may be lost or repeated."""

    def send(self, work: tuple[Due, ...], *, delay: int = 0) -> None:
        """Send ids; `delay` in seconds. Raises `StorageUnavailable`."""
        ...

    def backlog(self) -> int:
        """About how many messages wait, also those sent with a delay."""
        ...


@dataclass(frozen=True, slots=True)
class WebhookSecrets:
    """The signing secrets that are alive (at most two, PortOne facts 8.4) and the key of keyed hashes."""

    signing: tuple[str, ...]
    hash_key: str

    def __repr__(self) -> str:
        """Never the secrets."""
        return f"WebhookSecrets({len(self.signing)} signing)"


class Secrets(Protocol):
    """Secrets Manager, cached (money rule 2, 9). Every method raises `SecretsUnavailable`."""

    def api_secret(self) -> str: ...
    def webhook(self) -> WebhookSecrets: ...

    def charge_keys(self) -> Mapping[int, str]:
        """The keys of charges' paymentIds by version; the highest is for new ones, all are kept (rule 8)."""
        ...

    def refresh_webhook(self) -> bool:
        """After a signature miss: read anew unless done within the last minute; True when it was read."""
        ...


class Vault(Protocol):
    """Encryption under a KMS key. Raises `StorageUnavailable`."""

    def encrypt(self, plaintext: str, *, context: dict[str, str]) -> str: ...
    def decrypt(self, ciphertext: str, *, context: dict[str, str]) -> str: ...


class StockHook(Protocol):
    """The shop's own word on whether a payment may be approved."""

    def reserve(self, payment_id: str, attempt: int) -> bool:
        """Whether the shop holds the goods for this try; an error or a timeout is a no. Idempotent."""
        ...


class Metric(StrEnum):
    """Everything that is counted; alarms and the runbook go by these names."""

    PREPARED = "PaymentPrepared"
    PAID = "PaymentPaid"
    FAILED = "PaymentFailed"
    EXPIRED = "PaymentExpired"
    CANCELLED = "PaymentCancelled"
    PENDING = "PaymentPending"
    VIRTUAL_ACCOUNT_ISSUED = "VirtualAccountIssued"
    MISMATCH = "PaymentMismatch"
    SURPLUS = "PaymentSurplus"
    QUARANTINED = "PaymentQuarantined"
    UNRECOGNISED = "PortOneUnrecognised"
    LAGGING = "ReadingLagging"
    HINT_GIVEN_UP = "HintGivenUp"
    UNKNOWN = "OutcomeUnknown"
    RECEIPT_UNKNOWN = "CashReceiptUnknown"
    ORPHAN = "WebhookOrphan"
    FOREIGN = "WebhookForeign"
    DUPLICATE = "WebhookDuplicate"
    QUARANTINED_HINT = "WebhookQuarantined"
    IGNORED = "WebhookIgnored"
    READY_HINT = "WebhookReady"
    BILLING_KEY_HINT = "WebhookBillingKey"
    OLD_VERSION = "WebhookOldVersion"
    SIGNATURE_FAILURE = "WebhookSignatureFailure"
    STALE_SIGNATURE = "WebhookStaleTimestamp"
    CONFIRM_REFUSED = "ConfirmRefused"
    CONFIRM_APPROVED = "ConfirmApproved"
    DUE_LAG = "DueLagSeconds"
    CHARGE_LAG = "ChargeLagSeconds"
    CHARGE_DECLINED = "ChargeDeclined"
    DEAD_LETTERED = "WorkDeadLettered"
    BACKLOG_STOP = "SweepStoppedByBacklog"
    CREDENTIAL_REFUSED = "PortOneCredentialRefused"
    CUSTOMER_DIFFERS = "CustomerDiffers"
    TAX_FREE_DIFFERS = "TaxFreeDiffers"
    METHOD_DIFFERS = "MethodDiffers"
    TEST_CHANNEL = "ChannelTest"
    LIVE_CHANNEL = "ChannelLive"
    DISCREPANCY = "AuditDiscrepancy"
    AUDIT_HEALED = "AuditHealed"
    AUDIT_FOREIGN = "AuditForeign"
    AUDIT_CROWDED = "AuditSecondCrowded"
    CONFLICT = "SaveConflict"
    PUBLISHED = "EventPublished"
    IDENTITY_VERIFIED = "IdentityVerified"
    IDENTITY_DUPLICATE = "IdentityDuplicate"
    IDENTITY_SENT = "IdentityMessageSent"


class Meter(Protocol):
    """Metrics of one invocation, written by `flush`."""

    def count(self, metric: Metric, value: float = 1) -> None: ...
    def flush(self) -> None: ...
