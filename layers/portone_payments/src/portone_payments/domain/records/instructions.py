"""Requests to PortOne about a payment, stored before they are sent: refunds, approvals, cash receipts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class RefundState(StrEnum):
    """The state of a refund. RESERVED: stored, perhaps sent, unknown. REQUESTED: the PG decides later."""

    AWAITING_APPROVAL = "AWAITING_APPROVAL"
    AWAITING_ACCOUNT = "AWAITING_ACCOUNT"
    RESERVED = "RESERVED"
    REQUESTED = "REQUESTED"
    AMBIGUOUS = "AMBIGUOUS"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


class ApprovalState(StrEnum):
    """The state of a manual approval. ASKED: waits for the stock hook. RESERVED: perhaps sent, unknown.

    CONFIRMED: PortOne confirmed it, a reading has yet to show it. APPROVED: a reading shows the money.
    """

    ASKED = "ASKED"
    RESERVED = "RESERVED"
    CONFIRMED = "CONFIRMED"
    APPROVED = "APPROVED"
    FAILED = "FAILED"


class ReceiptState(StrEnum):
    """The state of a cash receipt. ISSUING and CANCELLING: stored, perhaps sent, unknown."""

    ISSUING = "ISSUING"
    ISSUED = "ISSUED"
    CANCELLING = "CANCELLING"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """One refund, frozen before its first byte leaves: a retry sends exactly the same (rule 5.1).

    Amounts in minor units, times in epoch seconds UTC. `balance` is what could be refunded before it. `token`
    begins the reason that PortOne stores; `account` and `said` are ciphertexts of a refund account and of the
    requester's reason, dropped once settled; `reason` is a code of ours.
    `silent_since`: the first list that showed no trace of it although PortOne had answered or forgotten it.
    `unlisted`: the last reading had no list of cancellations, so it shows nothing of this one.
    `moved`: the amount PortOne refunded, where it is not the amount requested.
    `door` and `person`: how and by which member of staff it was requested, so that the second is another.
    `stopped_until`: PortOne refused *us*, perhaps until then: without a trace it is sent anew, under key
    number `sends`.
    `ends_subscription`: the subscription it refunds ends in the write that releases it.
    """

    id: str
    amount: int
    tax_free: int
    balance: int
    requester: str
    by: str
    body_hash: str
    key: str
    token: str
    created_at: float
    reason: str = ""
    said: str | None = field(default=None, repr=False)
    state: RefundState = RefundState.RESERVED
    vat: int | None = None
    full: bool = False
    sent_at: float | None = None
    sends: int = 0
    stopped_until: float | None = None
    cancellation_id: str | None = None
    pg_answered: bool = False
    silent_since: float | None = None
    unlisted: bool = False
    moved: int | None = None
    account: str | None = field(default=None, repr=False)
    code: str | None = None
    settled_at: float | None = None
    door: str = ""
    person: str = ""
    ends_subscription: bool = False
    extra: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    @property
    def went_back(self) -> int:
        """The amount PortOne refunded as far as known, else the amount requested; minor units."""
        return self.amount if self.moved is None else self.moved


@dataclass(frozen=True, slots=True, kw_only=True)
class Returning:
    """The automatic refund of money that must not stay: why, how many attempts, when next (epoch seconds).

    `reason` is the id of the first attempt; `ended` says why none follows: back, kept, resolved or stuck.
    """

    reason: str
    tries: int = 0
    next_at: int | None = None
    ended: str = ""
    extra: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One attempt to have a payment approved (승인) without a checkout window. Epoch seconds UTC.

    Either what the buyer authenticated (PortOne facts 4.1): `token` is the paymentToken's ciphertext, dropped
    once settled. Or a charge of the saved method `billing_key_id` (facts 6.3). `token_hash` identifies the
    attempt; `pg_provider` and `pg_code` say who declined it and how.
    `failed_before`: the transaction that had failed when this one was stored, so it does not settle this one.
    `resent_at`: since when it is sent anew, after PortOne had refused *us*; `stopped_until`: when that may
    have ended. `answered`: PortOne answered and left the outcome open; `silent_since` as of a refund.
    `channel_key`, `notice_urls`, `product_type` and `test`, as configured when it was stored, until it is
    settled; a withdrawn charge keeps what its key sent.
    """

    attempt: int
    token_hash: str
    key: str
    created_at: float
    token: str | None = field(default=None, repr=False)
    state: ApprovalState = ApprovalState.ASKED
    sent_at: float | None = None
    answered: str | None = None
    silent_since: float | None = None
    failed_before: str | None = None
    transaction_id: str | None = None
    code: str | None = None
    settled_at: float | None = None
    billing_key_id: str | None = None
    resent_at: float | None = None
    stopped_until: float | None = None
    pg_provider: str | None = None
    pg_code: str | None = None
    channel_key: str | None = None
    notice_urls: tuple[str, ...] = ()
    product_type: str | None = None
    test: bool = False
    extra: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CashReceipt:
    """One cash receipt (현금영수증), frozen before it is sent (PortOne facts 13). Minor units, epoch seconds.

    `identity` is the ciphertext of its holder's number, dropped once settled; `self_issued`: to the tax
    office's number. `sent_at` is of the issue or, while CANCELLING, of the cancel. `answered`,
    `silent_since` as of an approval, `stopped` as of a refund. `remainder`: the rest is issued anew once this
    one is cancelled. `channel_key`: the channel it is issued through, whatever is configured later.
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
    channel_key: str = ""
    state: ReceiptState = ReceiptState.ISSUING
    answered: str | None = None
    silent_since: float | None = None
    stopped: bool = False
    remainder: bool = False
    issue_number: str | None = None
    url: str | None = None
    issued_at: float | None = None
    cancelled_at: float | None = None
    code: str | None = None
    extra: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)
