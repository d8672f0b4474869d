"""What the fake PortOne's books hold of billing: keys, from the window to deletion, and schedules."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Literal, Self

from pydantic import ConfigDict

from portone_local.portone.checkout import FIRST_CHANNEL, Channel, Decline
from portone_local.portone.ledger import History

UNCONFIRMED = "NEEDS_CONFIRMATION"
"""What a browser is told instead of a key where the shop confirms the issue (PortOne facts 4.2)."""

type SavedMethod = Literal["CARD", "MOBILE", "EASY_PAY", "PAYPAL", "TRANSFER"]


class KeyState(StrEnum):
    """Where a billing key is; GET knows ISSUED and DELETED alone (PortOne facts 6.2)."""

    READY = "READY"
    NEEDS_CONFIRMATION = "NEEDS_CONFIRMATION"
    ISSUED = "ISSUED"
    FAILED = "FAILED"
    DELETED = "DELETED"


class ScheduleState(StrEnum):
    """The states of a schedule (PortOne facts 6.4)."""

    SCHEDULED = "SCHEDULED"
    STARTED = "STARTED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    PENDING = "PENDING"
    REVOKED = "REVOKED"


@dataclass(frozen=True)
class BillingIssue:
    """Parameters of one `PortOne.requestIssueBillingKey`, in the words of PortOne's answers.

    `channel_key` may be several: a multi-channel key, of which `failing_channels` do not issue. `card` names
    what is charged, so that the PG can be told how it behaves; keys of one card share it. `manual` is a
    channel on which the shop confirms. `decline` makes the issue fail. `handed` is what the browser handed
    over, which the channels' PGs judge; without it there was no browser.
    """

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid")

    issue_id: str | None = None
    issue_name: str | None = None
    customer_id: str | None = "customer-1"
    customer: dict[str, Any] = field(default_factory=dict)
    custom_data: str | None = None
    channel_key: str | tuple[str, ...] = FIRST_CHANNEL
    failing_channels: tuple[str, ...] = ()
    method: SavedMethod = "CARD"
    provider: str = "KAKAOPAY"
    card: str = "example-card"
    store_id: str | None = None
    manual: bool = False
    decline: Decline | None = None
    platform: Literal["PC", "MOBILE"] = "MOBILE"
    handed: dict[str, Any] | None = field(default=None, compare=False, repr=False)

    @classmethod
    def from_browser(cls, parameters: Mapping[str, Any], **changes: Any) -> Self:
        """From the browser SDK's words (PortOne facts 12.4); `changes` are fields altered on the way."""
        customer = dict(parameters.get("customer") or {})
        custom_data = parameters.get("customData")
        values: dict[str, Any] = {
            "issue_id": parameters.get("issueId"),
            "issue_name": parameters.get("issueName"),
            "customer_id": customer.pop("customerId", None),
            "customer": {"name" if name == "fullName" else name: value for name, value in customer.items()},
            "custom_data": None
            if custom_data is None
            else json.dumps(custom_data, ensure_ascii=False, separators=(",", ":")),
            "channel_key": parameters.get("channelKey", FIRST_CHANNEL),
            "method": parameters.get("billingKeyMethod", "CARD"),
            "store_id": parameters.get("storeId"),
            "handed": dict(parameters),
        }
        return cls(**(values | changes))

    @property
    def last_four(self) -> str:
        """The end of the number of `card`, made up but always the same."""
        return f"{zlib.crc32(self.card.encode()) % 10_000:04d}"


@dataclass(frozen=True)
class IssueResult:
    """What the browser is answered (PortOne facts 12.2); success is the absence of `code`."""

    billing_key: str = field(repr=False)
    billing_issue_token: str | None = field(default=None, repr=False)
    payment_id: str | None = None
    tx_id: str | None = None
    code: str | None = None
    pg_code: str | None = None
    pg_message: str | None = None

    def as_browser(self) -> dict[str, str]:
        """In the browser SDK's words."""
        kind = "ISSUE_BILLING_KEY" if self.payment_id is None else "ISSUE_BILLING_KEY_AND_PAY"
        values = {
            "billingKey": self.billing_key,
            "billingIssueToken": self.billing_issue_token,
            "paymentId": self.payment_id,
            "txId": self.tx_id,
            "code": self.code,
            "pgCode": self.pg_code,
            "pgMessage": self.pg_message,
        }
        return {"transactionType": kind, **{name: value for name, value in values.items() if value}}


@dataclass
class KeyRecord:
    """One billing key. Epoch seconds; `token` is a billingIssueToken that waits for the shop."""

    billing_key: str = field(repr=False)
    issue: BillingIssue
    store_id: str
    channels: tuple[Channel, ...]
    failed_channels: tuple[Channel, ...]
    requested_at: float
    channel_group: dict[str, Any] | None = None
    state: KeyState = KeyState.READY
    issued_at: float | None = None
    deleted_at: float | None = None
    token: str | None = field(default=None, repr=False)
    token_at: float = 0.0
    first_payment: "FirstPayment | None" = None
    platform: Literal["SDK_MOBILE", "SDK_PC", "API"] = "SDK_MOBILE"
    history: History = field(default_factory=list, repr=False)

    @property
    def customer(self) -> dict[str, Any]:
        """Customer of an answer."""
        known = {} if self.issue.customer_id is None else {"id": self.issue.customer_id}
        return known | self.issue.customer


@dataclass(frozen=True)
class ChargeAsk:
    """A charge as requested by the API or by a schedule. Minor units."""

    billing_key: str = field(repr=False)
    order_name: str
    total: int
    tax_free: int
    vat: int | None
    currency: str
    channel_key: str | None = None
    store_id: str | None = None
    custom_data: str | None = None
    customer: dict[str, Any] | None = None
    installment_month: int | None = None
    product_type: str | None = None
    silent: bool = False


@dataclass(frozen=True)
class FirstPayment:
    """What an issue with a payment charges once the shop confirms it."""

    payment_id: str
    ask: ChargeAsk


@dataclass
class ScheduleRecord:
    """One payment that waits for its time. Epoch seconds."""

    id: str
    payment_id: str
    ask: ChargeAsk
    store_id: str
    created_at: float
    time_to_pay: float
    state: ScheduleState = ScheduleState.SCHEDULED
    started_at: float | None = None
    completed_at: float | None = None
    revoked_at: float | None = None
    history: History = field(default_factory=list, repr=False)
