"""The audit's windows over time, its mark, and the discrepancies it lists for staff. Pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from portone_payments.domain.audit.days import day_of
from portone_payments.domain.audit.differences import SETTLED, Difference
from portone_payments.domain.records.audit import (
    AuditDay,
    AuditMark,
    Discrepancy,
    DiscrepancyKind,
    DiscrepancyState,
)

OVERLAP = 3600
FIRST_REACH = 24 * 3600
LONGEST = 24 * 3600
DAYS_KEPT = 31
# after the last payment was prepared in a store; longer than any of them can be refunded or charged back
STORE_KEPT = 400 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of status changes in epoch seconds UTC."""

    since: int
    until: int

    @property
    def span(self) -> int:
        """The window's length in seconds."""
        return self.until - self.since


def first_mark(now: float) -> AuditMark:
    """Where the first run of the audit begins."""
    since = int(now) - FIRST_REACH
    return AuditMark(until=since, span=LONGEST, began=since)


def used(mark: AuditMark, store_id: str, now: float) -> AuditMark:
    """The mark with today's store, without stores in which no payment was prepared for long."""
    left = {store: at for store, at in mark.stores.items() if now - at < STORE_KEPT and store != store_id}
    return replace(mark, stores={store_id: int(now), **left})


def next_window(since: int, span: int, now: float) -> Window | None:
    """The window after `since`, never younger than ten minutes; None when nothing is left."""
    newest = int(now) - SETTLED - 1  # the list query covers one second more
    return Window(since, min(newest, since + span)) if since < newest else None


def narrower(window: Window) -> Window:
    """The window's first half, at least a second."""
    return Window(window.since, window.since + max(1, window.span // 2))


def discrepancy_id(difference: Difference) -> str:
    """One stable id per payment and kind, whatever characters another system's payment id contains."""
    return _id_of(difference.kind, difference.payment_id)


def filed(known: Discrepancy | None, difference: Difference, now: float) -> Discrepancy | None:
    """The discrepancy to save; None where the same evidence is already listed, open or closed."""
    if known is None:
        return Discrepancy(
            id=discrepancy_id(difference),
            payment_id=difference.payment_id,
            kind=difference.kind,
            found_at=now,
            attention_at=now,
            ours=difference.ours,
            theirs=difference.theirs,
        )
    if (known.ours, known.theirs) == (difference.ours, difference.theirs):
        return None
    return replace(
        known,
        ours=difference.ours,
        theirs=difference.theirs,
        attention=DiscrepancyState.OPEN,
        attention_at=now,
        said=None,
    )


def unfound(billing_key_id: str, now: float) -> Discrepancy:
    """The discrepancy of a payment method that awaits deletion and that PortOne does not find."""
    kind = DiscrepancyKind.KEY_MISSING_THERE
    return Discrepancy(
        id=_id_of(kind, billing_key_id),
        payment_id="",
        billing_key_id=billing_key_id,
        kind=kind,
        found_at=now,
        attention_at=now,
        ours={"state": "DELETING"},
    )


def counted(mark: AuditMark, listed: Mapping[str, int], foreign: Mapping[str, int]) -> dict[str, AuditDay]:
    """The daily counts with a window's added; the newest month is kept."""
    days = dict(mark.days)
    for day, count in listed.items():
        known = days.get(day, AuditDay())
        days[day] = AuditDay(listed=known.listed + count, foreign=known.foreign + foreign.get(day, 0))
    return {day: days[day] for day in sorted(days)[-DAYS_KEPT:]}


def _id_of(kind: DiscrepancyKind, subject: str) -> str:
    return hashlib.sha256(f"{kind}:{subject}".encode()).hexdigest()[:32]


def changed_day(micros: int) -> str:
    """The day (UTC) of a change in epoch microseconds."""
    return day_of(micros // 1_000_000)
