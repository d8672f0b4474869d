"""PortOne's answer about a billing key or a schedule at one moment (PortOne facts 6), in our own types."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from portone_payments.domain.readings.methods import PayMethod
from portone_payments.domain.readings.payment import Channel


class KeyStatus(StrEnum):
    """PortOne's billing-key states; one it invents later is UNRECOGNISED, never an error."""

    ISSUED = "ISSUED"
    DELETED = "DELETED"
    UNRECOGNISED = "UNRECOGNISED"


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedMethod:
    """How a saved payment method is shown to its owner; `number` as PortOne masks it, never a whole one."""

    kind: PayMethod
    provider: str | None = None
    card_name: str | None = None
    issuer: str | None = None
    brand: str | None = None
    number: str | None = None
    extra: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyReading:
    """One answer of GET /billing-keys/{billingKey}. Times in epoch microseconds UTC.

    None: PortOne omitted the field or it cannot be read, which is not a difference (rule 10.1).
    """

    billing_key: str = field(repr=False)
    status: KeyStatus
    store_id: str
    channels: tuple[Channel, ...] | None = None
    customer_id: str | None = None
    billing_key_id: str | None = None
    custom_data: str | None = None
    method: SavedMethod | None = None
    issued_at: int | None = None
    deleted_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleReading:
    """One schedule of PortOne's list; only SCHEDULED ones can be revoked; epoch microseconds."""

    id: str
    payment_id: str
    status: str
    time_to_pay: int
