"""What the fake PortOne's books consist of: payments, their attempts, cancellations and cash receipts."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from portone_local.portone.checkout import Channel, Checkout


class Status(StrEnum):
    """The seven payment states (PortOne facts 3.1)."""

    READY = "READY"
    PAY_PENDING = "PAY_PENDING"
    VIRTUAL_ACCOUNT_ISSUED = "VIRTUAL_ACCOUNT_ISSUED"
    PAID = "PAID"
    FAILED = "FAILED"
    PARTIAL_CANCELLED = "PARTIAL_CANCELLED"
    CANCELLED = "CANCELLED"


class CancellationStatus(StrEnum):
    """The three cancellation states (PortOne facts 5.3)."""

    REQUESTED = "REQUESTED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


class Refused(Exception):
    """The request is impossible; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Parts:
    """An amount and the shares of it that are tax-free and VAT. Minor units."""

    amount: int = 0
    tax_free: int = 0
    vat: int = 0

    @property
    def taxable(self) -> int:
        """All but the tax-free share, VAT included."""
        return self.amount - self.tax_free

    def plus(self, other: "Parts") -> "Parts":
        """Share by share."""
        return Parts(self.amount + other.amount, self.tax_free + other.tax_free, self.vat + other.vat)

    def minus(self, other: "Parts") -> "Parts":
        """Share by share."""
        return Parts(self.amount - other.amount, self.tax_free - other.tax_free, self.vat - other.vat)


@dataclass(frozen=True)
class PreRegistration:
    """The values of `pre-register`; None where left out. Minor units."""

    total: int | None = None
    tax_free: int | None = None
    currency: str | None = None


@dataclass
class Attempt:
    """One attempt at paying a paymentId, with a transactionId of its own. Times in epoch seconds, UTC.

    `deposited` before PortOne hears of it; `refundable` is what a full refund returns; `token` waits for a
    manual approval, `billing_key` was charged, by a schedule where there is a `schedule_id`.
    """

    transaction_id: str
    checkout: Checkout
    requested_at: float
    changed_at: float
    status: Status = Status.READY
    method: dict[str, Any] | None = None
    paid_at: float | None = None
    failure: dict[str, str] = field(default_factory=dict)
    readable: bool = True
    window_open: bool = True
    placeholder: bool = False
    deposited: bool = False
    refundable: Parts = Parts()
    token: str | None = field(default=None, repr=False)
    token_at: float = 0.0
    billing_key: str | None = field(default=None, repr=False)
    schedule_id: str | None = None
    channel_group: dict[str, Any] | None = None

    @property
    def kind(self) -> str:
        """The discriminator of its method, such as `PaymentMethodVirtualAccount`."""
        return str((self.method or {}).get("type", ""))

    @property
    def channel(self) -> Channel | None:
        """The channel it went through, resolved when its window opened."""
        return self.checkout.channel if isinstance(self.checkout.channel, Channel) else None


@dataclass
class Cancellation:
    """One refund as PortOne lists it. Epoch seconds."""

    id: str
    parts: Parts
    reason: str
    trigger: str
    requested_at: float
    status: CancellationStatus
    cancelled_at: float | None = None


@dataclass
class CashReceipt:
    """One cash receipt (현금영수증) of a paymentId. Minor units, epoch seconds."""

    issue_number: str
    kind: str
    channel: dict[str, str]
    order_name: str
    currency: str
    parts: Parts
    issued_at: float
    cancelled_at: float | None = None

    def summary(self) -> dict[str, str]:
        """CashReceiptSummary of an answer."""
        number = self.issue_number
        url = f"https://receipts.example/cash/{number}"
        return {"issueNumber": number, "url": url, "pgReceiptId": f"pg-receipt-{number}"}


@dataclass
class PaymentRecord:
    """All that happened under one paymentId; `history` holds each answer GET gave, with its time.

    `shown_refund_status` is what the bank says of a deposit's refund, whatever PortOne says of it;
    `taken_back_at` is when it took a deposit back, in epoch seconds.
    """

    payment_id: str
    pre_registered: PreRegistration | None = None
    attempts: list[Attempt] = field(default_factory=list)
    cancellations: list[Cancellation] = field(default_factory=list)
    retain_option: str | None = None
    shown_refund_status: str | None = None
    receipts: list[CashReceipt] = field(default_factory=list)
    disputes: list[dict[str, Any]] = field(default_factory=list)
    shown_status: str | None = None
    taken_back_at: float | None = None
    times_paid: int = 0
    history: list[tuple[float, dict[str, Any] | None]] = field(default_factory=list)

    @property
    def paid_attempt(self) -> Attempt | None:
        """The one attempt that succeeded, refunded since or not."""
        return next((attempt for attempt in self.attempts if attempt.status is Status.PAID), None)

    @property
    def standing_receipt(self) -> CashReceipt | None:
        """The cash receipt that is issued and not cancelled."""
        return next((entry for entry in self.receipts if entry.cancelled_at is None), None)

    def cancelled(self, *statuses: CancellationStatus) -> Parts:
        """Sum of the cancellations in one of `statuses`, of those that succeeded when none is named."""
        counted, total = statuses or (CancellationStatus.SUCCEEDED,), Parts()
        for entry in self.cancellations:
            total = total.plus(entry.parts) if entry.status in counted else total
        return total

    def shown_attempt(self, *, reopened_window_shows_ready: bool) -> Attempt | None:
        """The attempt that GET answers with: the paid one, else the newest readable one."""
        if self.paid_attempt:
            return self.paid_attempt
        readable = [attempt for attempt in self.attempts if attempt.readable]
        if not reopened_window_shows_ready:
            readable = [attempt for attempt in readable if attempt.status is not Status.READY] or readable
        return readable[-1] if readable else None

    def status_of(self, attempt: Attempt) -> Status:
        """The payment's state when `attempt` is shown."""
        cancelled = self.cancelled().amount
        if attempt.status is not Status.PAID or not cancelled:
            return attempt.status
        whole = cancelled >= attempt.refundable.amount
        return Status.CANCELLED if whole else Status.PARTIAL_CANCELLED

    def newest(self, status: Status) -> Attempt | None:
        """The newest attempt in `status` that a buyer made."""
        of_buyer = [entry for entry in self.attempts if entry.status is status and not entry.placeholder]
        return of_buyer[-1] if of_buyer else None
