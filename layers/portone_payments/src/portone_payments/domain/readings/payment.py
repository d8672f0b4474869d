"""PortOne's answer about one payment at one moment (PortOne facts 3), in our own types."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from portone_payments.domain.readings.methods import PayMethod

# replaces a PG's code that did not look like one, so that staff sees there was something
UNFIT = "unfit"
_TOKEN = re.compile(r"([0-9A-Z]{12})(?: |$)")


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


class CancellationStatus(StrEnum):
    """PortOne's cancellation states (PortOne facts 5.3)."""

    SUCCEEDED = "SUCCEEDED"
    REQUESTED = "REQUESTED"
    FAILED = "FAILED"
    UNRECOGNISED = "UNRECOGNISED"


class AccountRefund(StrEnum):
    """How the refund of a deposit stands at the bank (PortOne facts 3.4), apart from its cancellation."""

    PENDING = "PENDING"
    PARTIAL_REFUND_FAILED = "PARTIAL_REFUND_FAILED"
    FAILED = "FAILED"
    COMPLETED = "COMPLETED"
    UNRECOGNISED = "UNRECOGNISED"


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualAccount:
    """Where the buyer deposits, until `due_at`; where PortOne omits that, we offer it until `ends_at`.

    These and `issued_at` in epoch seconds UTC.
    """

    bank: str | None = None
    number: str | None = None
    holder: str | None = None
    due_at: int | None = None
    ends_at: int | None = None
    issued_at: int | None = None
    extra: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """How the buyer paid; None where PortOne omitted it.

    `card_inside` is whether an easy pay charged a card. `refund` is of a deposit.
    """

    kind: PayMethod
    provider: str | None = None
    card_inside: bool | None = None
    virtual_account: VirtualAccount | None = None
    refund: AccountRefund | None = None
    extra: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """Which PG contract took the money; `test` is PortOne's only reliable test flag (facts 3.3)."""

    test: bool
    pg_provider: str
    pg_merchant_id: str
    key: str | None = None
    extra: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)


CHARGEBACK = "CHARGEBACK"  # the requester of a cancellation that a chargeback forced (facts 5)


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

    @property
    def token(self) -> str | None:
        """The token at the start of its reason; None where this cannot be a refund of ours."""
        found = _TOKEN.match(self.reason)
        return found[1] if found else None


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

    A field PortOne omitted is None: neither a difference nor empty (rule 10.1).
    `receipt_issued` is whether the PG has reported a cash receipt; `dropped` is how many texts
    were there and passed no filter.
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
    cancellations: tuple[Cancellation, ...] | None = None
    disputed: bool | None = None
    receipt_issued: bool | None = None
    paid_at: int | None = None
    failed_at: int | None = None
    pg_code: str | None = None
    pg_tx_id: str | None = None
    receipt_url: str | None = None
    dropped: int = field(default=0, compare=False)

    @property
    def shown(self) -> tuple[Cancellation, ...]:
        """The cancellations it shows; one that is missing proves something only where it has a list."""
        return self.cancellations or ()
