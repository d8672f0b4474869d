"""What the billing flows need of PortOne: billing keys, charges, and schedules to clean up."""

from dataclasses import dataclass, field
from typing import Protocol

from portone_payments.domain.readings.billing_key import KeyReading, ScheduleReading
from portone_payments.domain.windows.buyer import NOBODY, Buyer
from portone_payments.ports.portone import PortOne
from portone_payments.ports.world import Deadline


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeCommand:
    """What a charge is sent with (PortOne facts 6.3); amounts in minor units."""

    billing_key: str = field(repr=False)
    order_name: str
    total: int
    tax_free: int
    currency: str
    customer_id: str
    buyer: Buyer = NOBODY
    custom_data: str
    channel_key: str | None = None
    vat: int | None = None
    notice_urls: tuple[str, ...] = ()
    product_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyInCommand:
    """A card typed in by hand, for teams with a PCI scope of their own (PortOne facts 6.1).

    Inicis and Welcome need the whole `buyer`, KPN the name; KSNET and KPN all of the card (docs/windows.md).
    """

    number: str = field(repr=False)
    expiry_year: str = field(repr=False)
    expiry_month: str = field(repr=False)
    birth_or_business_number: str | None = field(default=None, repr=False)
    password_two_digits: str | None = field(default=None, repr=False)
    channel_key: str
    customer_id: str
    buyer: Buyer = NOBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueAndPayCommand:
    """What an issue with a first payment is confirmed with, so that PortOne refuses what differs."""

    payment_id: str
    total: int
    tax_free: int
    currency: str


class BillingPortOne(PortOne, Protocol):
    """PortOne V2 with billing keys. Every method raises `PortOneError`."""

    def get_billing_key(self, billing_key: str, *, deadline: Deadline) -> KeyReading | None:
        """What PortOne says now; None where it knows no such key (404 BILLING_KEY_NOT_FOUND)."""
        ...

    def list_billing_keys(
        self, customer_id: str, since: int, until: int, *, number: int, size: int, deadline: Deadline
    ) -> tuple[KeyReading, ...]:
        """A customer's keys issued between two epoch seconds, one page of them (PortOne facts 6.2)."""
        ...

    def delete_billing_key(self, billing_key: str, *, reason: str, key: str, deadline: Deadline) -> None:
        """Delete it for good, on behalf of the customer (PortOne facts 6.2)."""
        ...

    def confirm_billing_key(self, token: str, *, test: bool, key: str, deadline: Deadline) -> str:
        """Finish an issue on a manual-approval channel; the billing key (PortOne facts 4.2)."""
        ...

    def confirm_issue_and_pay(
        self, token: str, order: IssueAndPayCommand, *, test: bool, key: str, deadline: Deadline
    ) -> str:
        """Finish an issue with its first payment on a manual-approval channel; the billing key."""
        ...

    def issue_billing_key(self, order: KeyInCommand, *, key: str, deadline: Deadline) -> str:
        """Issue from card data; never sent again once its key window is over (rule 3.5)."""
        ...

    def charge(self, payment_id: str, order: ChargeCommand, *, key: str, deadline: Deadline) -> None:
        """Charge a billing key; a decline is a 502 PG_PROVIDER, like an outage (PortOne facts 6.3)."""
        ...

    def list_schedules(
        self, billing_key: str, since: int, until: int, *, number: int, size: int, deadline: Deadline
    ) -> tuple[ScheduleReading, ...]:
        """Schedules of a key between two epoch seconds, one page of them (PortOne facts 6.4)."""
        ...

    def revoke_schedules(self, schedule_ids: tuple[str, ...], *, key: str, deadline: Deadline) -> None:
        """Cancel schedules, all or none (PortOne facts 6.4)."""
        ...
