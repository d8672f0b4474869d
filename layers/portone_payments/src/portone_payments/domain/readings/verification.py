"""PortOne's answer about an identity verification at one moment (PortOne facts 9), in our own types."""

from dataclasses import dataclass, field
from enum import StrEnum

from portone_payments.domain.readings.payment import Channel


class VerificationStatus(StrEnum):
    """PortOne's states of a verification; one it invents later is UNRECOGNISED, never an error."""

    READY = "READY"
    VERIFIED = "VERIFIED"
    FAILED = "FAILED"
    UNRECOGNISED = "UNRECOGNISED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A verified person as PortOne spells it; None where the PG gave nothing, or an empty text.

    `birth_date` is `yyyy-MM-dd`, `phone` digits only, `gender` MALE, FEMALE or OTHER, `operator` a carrier.
    `id` is the customer id that we sent ourselves.
    """

    name: str | None = field(default=None, repr=False)
    birth_date: str | None = field(default=None, repr=False)
    gender: str | None = field(default=None, repr=False)
    ci: str | None = field(default=None, repr=False)
    di: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    operator: str | None = field(default=None, repr=False)
    is_foreigner: bool | None = field(default=None, repr=False)
    id: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationFailure:
    """Why it failed: PortOne's `reason` and the PG's code; the PG's own text is never kept."""

    reason: str | None = field(default=None, repr=False)
    pg_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationReading:
    """One answer of GET /identity-verifications/{id}; `pgRawResponse` is never read. Epoch microseconds UTC.

    `customer` is there when VERIFIED, `failure` when FAILED.
    """

    id: str
    status: VerificationStatus
    channel: Channel | None = None
    custom_data: str | None = field(default=None, repr=False)
    requested_at: int | None = None
    status_changed_at: int | None = None
    verified_at: int | None = None
    customer: Customer | None = None
    failure: VerificationFailure | None = None
