"""What the payment flows need of PortOne: readings, the list, cancels, approvals and cash receipts."""

from dataclasses import dataclass, field
from typing import Protocol

from portone_payments.domain.readings.payment import Cancellation, ReceiptReading, Snapshot
from portone_payments.ports.world import Deadline


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundAccount:
    """Where a refund is paid to (PortOne facts 5.1); `bank` in PortOne's REST names."""

    bank: str
    number: str = field(repr=False)
    holder: str = field(repr=False)
    phone: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelCommand:
    """What a cancel is sent with; amounts in minor units, `balance` is what was refundable before it."""

    reason: str
    amount: int
    tax_free: int
    balance: int
    requester: str
    vat: int | None = None
    account: RefundAccount | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmCommand:
    """What an approval is sent with, so that PortOne refuses what does not match; amounts in minor units."""

    token: str = field(repr=False)
    total: int
    tax_free: int
    currency: str
    test: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One payment of PortOne's list. `snapshot` None: what the list says of it could not be read.

    `changed_at` in epoch microseconds UTC: when its status changed, by which the list is filtered; None where
    that could not be read.
    """

    payment_id: str
    changed_at: int | None
    snapshot: Snapshot | None


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of PortOne's list; `full`: there may be more (its `totalCount` says nothing, facts 13).

    `unread`: how many on it have not even an id that can be read.
    """

    items: tuple[Listed, ...]
    full: bool
    unread: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptCommand:
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


class PerStore[P](Protocol):
    """An account at PortOne: everything is done in one of its stores."""

    def within(self, store_id: str) -> P:
        """What can be done in a store; in that of the settings for ""."""
        ...


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

    def cancel(self, payment_id: str, order: CancelCommand, *, key: str, deadline: Deadline) -> Cancellation:
        """Refund in full or in part; a 200 may carry a FAILED cancellation (PortOne facts 5)."""
        ...

    def confirm(self, payment_id: str, order: ConfirmCommand, *, key: str, deadline: Deadline) -> None:
        """Charge what the buyer authenticated, or issue the virtual account (PortOne facts 4.1)."""
        ...

    def issue_cash_receipt(
        self, payment_id: str, order: ReceiptCommand, *, key: str, deadline: Deadline
    ) -> IssuedReceipt:
        """Report a cash payment to the tax office (PortOne facts 13)."""
        ...

    def cancel_cash_receipt(self, payment_id: str, *, key: str, deadline: Deadline) -> None:
        """Cancel all of a cash receipt."""
        ...

    def get_cash_receipt(self, payment_id: str, *, deadline: Deadline) -> ReceiptReading | None:
        """The newest cash receipt; None where PortOne knows none (404 CASH_RECEIPT_NOT_FOUND)."""
        ...

    def close_virtual_account(self, payment_id: str, *, key: str, deadline: Deadline) -> None:
        """Stop waiting for a deposit (PortOne facts 7.2)."""
        ...
