"""What the flows need from the world. Each port has two implementations: the real adapter and a fake."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


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
    """One total limit for all calls of a request, on the monotonic clock (rule 4.6)."""

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


@dataclass(frozen=True, slots=True)
class WebhookSecrets:
    """The signing secrets that are alive (at most two, PortOne facts 8.4)."""

    signing: tuple[str, ...]

    def __repr__(self) -> str:
        """Never the secrets."""
        return f"WebhookSecrets({len(self.signing)} signing)"


class Secrets(Protocol):
    """Secrets Manager, cached (rules 2.9 and 9.5). Every method raises `SecretsUnavailable`."""

    def api_secret(self) -> str: ...
    def webhook(self) -> WebhookSecrets: ...

    def hash_key(self) -> str:
        """The key of the keyed hashes billing keys are found again by; never lost."""
        ...

    def charge_keys(self) -> Mapping[int, str]:
        """The keys of what PGs get instead of ids of ours, by version: paymentIds of charges, customers.

        The highest is for new ones, all are kept (rule 8.2).
        """
        ...

    def refresh_webhook(self) -> bool:
        """After a signature miss: read anew unless done within the last minute; True when it was read."""
        ...


class Vault(Protocol):
    """Encryption under a KMS key. Raises `StorageUnavailable`."""

    def encrypt(self, plaintext: str, *, context: dict[str, str]) -> str: ...
    def decrypt(self, ciphertext: str, *, context: dict[str, str]) -> str: ...


class StockHook(Protocol):
    """The shop's own decision on whether a payment may be approved."""

    def reserve(self, payment_id: str, attempt: int) -> bool:
        """Whether the shop reserves the goods for this attempt; an error or a timeout is a no. Idempotent."""
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
    DIFFERS_UNPAID = "PaymentDiffersUnpaid"
    QUARANTINED = "PaymentQuarantined"
    UNRECOGNISED = "PortOneUnrecognised"
    LAGGING = "ReadingLagging"
    HINT_GIVEN_UP = "HintGivenUp"
    UNKNOWN = "OutcomeUnknown"
    AMBIGUOUS = "RefundAmbiguous"
    LATE = "PaymentLate"
    LAGGING_LONG = "PaymentLagging"
    CHARGEBACK = "PaymentChargeback"
    DEPOSIT_TAKEN_BACK = "DepositTakenBack"
    REFUND_STUCK = "RefundStuck"
    PART_ENDED = "PartEnded"
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
    SENDING_STOPPED = "SendingStopped"
    TEXT_DROPPED = "PortOneTextDropped"
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
    ITEM_SKIPPED = "ItemSkipped"
    JOB_FAILED = "JobFailed"
    PUBLISHED = "EventPublished"
    RECORD_ENDED = "RecordEnded"
    END_PUT_OFF = "EndPutOff"
    IDENTITY_VERIFIED = "IdentityVerified"
    IDENTITY_DUPLICATES = "IdentityDuplicates"
    IDENTITY_MERCHANT = "IdentityMerchantChanged"
    IDENTITY_SENT = "IdentityMessageSent"
    IDENTITY_LEFT = "IdentityDueLeft"
    IDENTITY_LAG = "IdentityDueLagSeconds"
    IDENTITY_BEHIND = "IdentityKeyBehind"
    IDENTITY_ORPHANS = "IdentityKeyGone"


class Meter(Protocol):
    """Metrics of one invocation, written by `flush`."""

    def count(self, metric: Metric, value: float = 1) -> None: ...
    def flush(self) -> None: ...
