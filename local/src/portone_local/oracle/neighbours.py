"""I18: what is wrong with one record never stops another's progress."""

from collections.abc import Iterator

from portone_local.oracle.evidence import Evidence, Finding
from portone_local.oracle.kinds import LATE_WORK, MINUTE
from portone_local.oracle.silence import SWEEPS
from portone_local.oracle.sizes import too_large
from portone_payments.adapters.dynamo.codec import Item

SKIPPED = "ItemSkipped"
TOLD_WITHIN = 15 * MINUTE
_FOR_ALL = frozenset({"Sweep", "Audit"})


def others_get_on(evidence: Evidence) -> Iterator[Finding]:
    """I18: beside an item that cannot be read or is full, sweeps end well and nothing else is overdue."""
    poisoned = {name_of(item) for item in (*evidence.unreadable, *too_large(evidence))}
    if not poisoned:
        return
    for function, error in evidence.failures:
        if function in _FOR_ALL:
            yield Finding("I18", None, f"{function} raised {error} beside {min(poisoned)}")
    for item in evidence.items:
        due_at = _due_at(item)
        if due_at is not None and name_of(item) not in poisoned and _overdue(evidence, due_at):
            yield Finding("I18", None, f"{name_of(item)} is overdue beside {min(poisoned)}")


def skipped_items_are_told(evidence: Evidence) -> Iterator[Finding]:
    """I18: an item that nobody can read and that is due sets off an alarm."""
    for item in evidence.unreadable:
        due_at = _due_at(item)
        if due_at is None or not _overdue(evidence, due_at + TOLD_WITHIN):
            continue
        if not evidence.alarms.told(SKIPPED, due_at, evidence.now):
            yield Finding("I18", None, f"{name_of(item)} cannot be read, and no alarm goes off")


def name_of(item: Item) -> str:
    """Its partition key."""
    return str(item["pk"]["S"])


def _due_at(item: Item) -> float | None:
    due = item.get("due_at") if "due_shard" in item else None
    return float(due["N"]) if due else None


def _overdue(evidence: Evidence, due_at: float) -> bool:
    """Whether it was due long before the last sweep."""
    swept = evidence.alarms.last(SWEEPS)
    return swept is not None and swept - due_at > LATE_WORK
