"""The shapes of what the audit shows to staff, for docs/openapi.json."""

from typing import Literal, TypedDict

from pydantic import with_config

from portone_local.openapi.shapes import CLOSED, Cursor, Time
from portone_payments.domain.records.audit import DiscrepancyKind

type DiscrepancyStatus = Literal["open", "closed"]


@with_config(CLOSED)
class Discrepancy(TypedDict):
    """A difference between PortOne and us that did not heal, with what both sides say."""

    discrepancy_id: str
    payment_id: str | None
    billing_key_id: str | None
    kind: DiscrepancyKind
    status: DiscrepancyStatus
    found_at: Time
    ours: dict[str, str | int | bool]
    theirs: dict[str, str | int | bool]
    closed_at: Time | None
    closed_by: str | None
    reason: str | None


@with_config(CLOSED)
class AuditDay(TypedDict):
    """What PortOne listed for a day (UTC), and how much of it is not ours."""

    listed: int
    foreign: int


@with_config(CLOSED)
class Audit(TypedDict):
    """How far the audit got, and its last days."""

    until: Time
    days: dict[str, AuditDay]


@with_config(CLOSED)
class Discrepancies(TypedDict):
    """One page of discrepancies."""

    items: list[Discrepancy]
    cursor: Cursor
    audit: Audit | None
