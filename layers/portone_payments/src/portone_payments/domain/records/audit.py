"""The records of the audit: how far it has compared, and the differences it could not heal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class DiscrepancyKind(StrEnum):
    """What differs between PortOne and us; CANCELLED is a cancellation we do not know.

    KEY_MISSING_THERE: a payment method that is to be deleted, and that PortOne does not find.
    """

    MISSING_HERE = "missing_here"
    MISSING_THERE = "missing_there"
    AMOUNT = "amount"
    STATUS = "status"
    CANCELLED = "cancelled"
    UNREADABLE = "unreadable"
    KEY_MISSING_THERE = "key_missing_there"


class DiscrepancyState(StrEnum):
    """Which list a discrepancy is on."""

    OPEN = "discrepancy-open"
    CLOSED = "discrepancy-closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """A difference that no reading heals, one per kind and payment, or payment method, for staff to close.

    `ours` and `theirs` are the evidence, without personal data; times in epoch seconds UTC. `attention` puts
    it on the list of its state, ordered by `attention_at`: when it was found, or found changed. `said` is the
    ciphertext of why it was closed.
    """

    id: str
    payment_id: str
    kind: DiscrepancyKind
    billing_key_id: str | None = None
    found_at: float
    attention_at: float
    ours: Mapping[str, str | int | bool] = field(default_factory=dict)
    theirs: Mapping[str, str | int | bool] = field(default_factory=dict)
    attention: DiscrepancyState = DiscrepancyState.OPEN
    closed_at: float | None = None
    closed_by: str | None = None
    said: str | None = field(default=None, repr=False)
    version: int = 0
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditDay:
    """The counts of PortOne's list for one day (UTC): payments, and those of them that are not ours."""

    listed: int = 0
    foreign: int = 0
    extra: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditMark:
    """How far the audit has compared: every change before `until` (epoch seconds UTC).

    `span` is the length of the next window in seconds; `days` by yyyy-mm-dd, the newest month of them.
    `stores` are those payments were prepared in, and until when (epoch seconds UTC). `began`: the first
    change it compared, 0 where unknown; no record is older.
    """

    until: int
    span: int
    began: int = 0
    stores: Mapping[str, int] = field(default_factory=dict)
    days: Mapping[str, AuditDay] = field(default_factory=dict)
    version: int = 0
    extra: Mapping[str, object] = field(default_factory=dict)
