"""What PortOne says about one payment at one moment (PortOne facts 3), in our own types."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class RemoteStatus(StrEnum):
    """PortOne's payment states; a state PortOne invents later is UNRECOGNISED, never an error."""

    READY = "READY"
    PAY_PENDING = "PAY_PENDING"
    VIRTUAL_ACCOUNT_ISSUED = "VIRTUAL_ACCOUNT_ISSUED"
    PAID = "PAID"
    FAILED = "FAILED"
    PARTIAL_CANCELLED = "PARTIAL_CANCELLED"
    CANCELLED = "CANCELLED"
    UNRECOGNISED = "UNRECOGNISED"


class PayMethod(StrEnum):
    """Ways to pay, by the names the app's SDK uses (PortOne facts 12.1); REST types are mapped to them."""

    CARD = "CARD"
    VIRTUAL_ACCOUNT = "VIRTUAL_ACCOUNT"
    TRANSFER = "TRANSFER"
    MOBILE = "MOBILE"
    EASY_PAY = "EASY_PAY"
    GIFT_CERTIFICATE = "GIFT_CERTIFICATE"
    CONVENIENCE_STORE = "CONVENIENCE_STORE"
    CRYPTO = "CRYPTO"
    UNRECOGNISED = "UNRECOGNISED"


class CancellationStatus(StrEnum):
    """PortOne's cancellation states (PortOne facts 5.3)."""

    SUCCEEDED = "SUCCEEDED"
    REQUESTED = "REQUESTED"
    FAILED = "FAILED"
    UNRECOGNISED = "UNRECOGNISED"


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualAccount:
    """Where the buyer deposits; `due_at` in epoch seconds UTC."""

    bank: str | None
    number: str
    holder: str | None
    due_at: int | None
    extra: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """How the buyer paid; `card_inside` is true for an easy pay that charged a card."""

    kind: PayMethod
    provider: str | None = None
    card_inside: bool = False
    virtual_account: VirtualAccount | None = None
    extra: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """Which PG contract took the money; `test` is PortOne's only reliable test flag (facts 3.3)."""

    test: bool
    pg_provider: str
    pg_merchant_id: str
    key: str | None = None
    extra: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    """One refund as PortOne books it; amounts in minor units, times in epoch microseconds UTC."""

    id: str
    status: CancellationStatus
    total: int
    tax_free: int
    reason: str
    requested_at: int
    trigger: str | None = None
    vat: int = 0


class ReceiptStatus(StrEnum):
    """PortOne's cash receipt states (PortOne facts 3.5)."""

    ISSUED = "ISSUED"
    CANCELLED = "CANCELLED"
    ISSUE_FAILED = "ISSUE_FAILED"
    UNRECOGNISED = "UNRECOGNISED"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptReading:
    """The newest cash receipt of a payment as PortOne books it; amounts in minor units."""

    status: ReceiptStatus
    amount: int
    issue_number: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One answer of GET /payments/{id}. Amounts in minor units, times in epoch microseconds UTC.

    A field PortOne left out is None, which is never a difference (money rule 6).
    """

    payment_id: str
    transaction_id: str
    store_id: str
    status: RemoteStatus
    total: int
    tax_free: int
    paid: int
    discount: int
    cancelled: int
    cancelled_tax_free: int
    currency: str
    requested_at: int
    updated_at: int
    vat: int | None = None
    version: str = "V2"
    custom_data: str | None = None
    customer_id: str | None = None
    channel: Channel | None = None
    method: Method | None = None
    cancellations: tuple[Cancellation, ...] = ()
    disputed: bool = False
    paid_at: int | None = None
    failed_at: int | None = None
    pg_code: str | None = None
    pg_tx_id: str | None = None
    receipt_url: str | None = None
