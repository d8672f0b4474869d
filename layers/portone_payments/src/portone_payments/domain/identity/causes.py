"""Why a verification failed, in causes of our own: what PGs say never reaches a person (PortOne facts 11)."""

from enum import StrEnum
from functools import cache
from typing import NamedTuple

from portone_payments.domain.identity.danal_codes import BY_CAUSE, SHEET

_DIGITS = 4


class Cause(StrEnum):
    """What a person can be told; texts and actions are in the catalogue."""

    WRONG_CODE = "wrong_code"
    WRONG_INPUT = "wrong_input"
    WRONG_CARRIER = "wrong_carrier"
    UNDER_AGE = "under_age"
    TIMED_OUT = "timed_out"
    NOT_FINISHED = "not_finished"
    IN_PROGRESS = "in_progress"
    TOO_MANY_TRIES = "too_many_tries"
    LIMIT_REACHED = "limit_reached"
    APP_UNAVAILABLE = "app_unavailable"
    LINE_NOT_ELIGIBLE = "line_not_eligible"
    BLOCKED_BY_PERSON = "blocked_by_person"
    BLOCKED_BY_PG = "blocked_by_pg"
    NOT_CONFIGURED = "not_configured"
    MAINTENANCE = "maintenance"
    TEMPORARY = "temporary"
    UNKNOWN = "unknown"


class Citation(NamedTuple):
    """Where Danal's list says what a code means."""

    sheet: str
    rows: tuple[int, ...]


def cause_of(provider: str | None, pg_code: str | None) -> Cause:
    """The cause behind a PG's code; UNKNOWN for one, or a PG, that no list we hold explains."""
    found = _found(provider, pg_code)
    return found[0] if found else Cause.UNKNOWN


def citation_of(provider: str | None, pg_code: str | None) -> Citation | None:
    """Where the code stands in its PG's list, None where it does not."""
    found = _found(provider, pg_code)
    return Citation(SHEET, found[1]) if found else None


def _found(provider: str | None, pg_code: str | None) -> tuple[Cause, tuple[int, ...]] | None:
    """Whether V2 passes Danal's codes with their leading zeros is unknown, so padding does not matter."""
    code = (pg_code or "").strip()
    if provider != "DANAL" or not code:
        return None
    return _danal().get(code.lstrip("0").zfill(_DIGITS))


@cache
def _danal() -> dict[str, tuple[Cause, tuple[int, ...]]]:
    """Parsed when the first failure is looked up, not when a function starts."""
    found: dict[str, tuple[Cause, tuple[int, ...]]] = {}
    for cause, entries in BY_CAUSE.items():
        for entry in entries.split():
            code, _, row = entry.partition("/")
            found[code] = (Cause(cause), (*found.get(code, (cause, ()))[1], int(row)))
    return found
