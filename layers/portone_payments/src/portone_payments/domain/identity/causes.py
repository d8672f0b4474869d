"""Why a verification failed, in causes of our own: no text of a PG reaches a person (PortOne facts 11)."""

from enum import StrEnum
from functools import cache
from typing import NamedTuple

from portone_payments.domain.identity.danal_codes import BY_CAUSE, SHEET

_DIGITS = 4


class Cause(StrEnum):
    """The causes a person may see; texts and actions are in the catalogue."""

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
    """The place of a code in Danal's list."""

    sheet: str
    rows: tuple[int, ...]


def cause_of(provider: str | None, pg_code: str | None) -> Cause:
    """The cause of a PG's code; UNKNOWN for a code or a PG that none of our lists explains."""
    found = _found(provider, pg_code)
    return found[0] if found else Cause.UNKNOWN


def citation_of(provider: str | None, pg_code: str | None) -> Citation | None:
    """The place of a code in its PG's list, None where it is not in it."""
    found = _found(provider, pg_code)
    return Citation(SHEET, found[1]) if found else None


def _found(provider: str | None, pg_code: str | None) -> tuple[Cause, tuple[int, ...]] | None:
    """The entry of a code with or without leading zeros: it is unknown whether V2 keeps Danal's."""
    code = (pg_code or "").strip()
    if provider != "DANAL" or not code:
        return None
    return _danal().get(code.lstrip("0").zfill(_DIGITS))


@cache
def _danal() -> dict[str, tuple[Cause, tuple[int, ...]]]:
    """The parsed list; parsed at the first failure, not when a function starts."""
    found: dict[str, tuple[Cause, tuple[int, ...]]] = {}
    for cause, entries in BY_CAUSE.items():
        for entry in entries.split():
            code, _, row = entry.partition("/")
            found[code] = (Cause(cause), (*found.get(code, (cause, ()))[1], int(row)))
    return found
