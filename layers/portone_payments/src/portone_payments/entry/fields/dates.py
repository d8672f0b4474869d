"""Days and moments as callers write them: KST days, moments in RFC 3339."""

import re
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.domain.shared.calendar import kst_midnight

type Day = Annotated[
    str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$"), Field(json_schema_extra={"format": "date"})
]
type Instant = Annotated[
    str, StringConstraints(max_length=40), Field(json_schema_extra={"format": "date-time"})
]
_RFC3339 = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})?", re.ASCII)
# no date of a shop lies outside: it is a mistake, and near the ends of the calendar no view could show it
_FIRST, _LAST = date(2000, 1, 1), date(2100, 1, 1)
_BORN = date(1900, 1, 1)


def checked_day(text: str, field: str, *, first: date = _FIRST) -> date:
    """A day of the calendar from `first`, else 2000, to 2100. Raises `InvalidRequest`."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InvalidRequest(field=field, reason="not_a_day") from None
    if not first <= day < _LAST:
        raise InvalidRequest(field=field, reason="out_of_range")
    return day


def checked_birth(text: str, field: str) -> date:
    """A day on which somebody who buys may have been born. Raises `InvalidRequest`."""
    return checked_day(text, field, first=_BORN)


def midnight_of(text: str, field: str) -> int:
    """When a day begins in Korea, as epoch seconds UTC. Raises `InvalidRequest`."""
    return kst_midnight(checked_day(text, field))


def epoch_of(text: str, field: str) -> int:
    """A moment between 2000 and 2100 (RFC 3339) as epoch seconds UTC. Raises `InvalidRequest`."""
    try:
        moment = datetime.fromisoformat(text) if _RFC3339.fullmatch(text) else None
    except ValueError:
        moment = None
    if moment is None:
        raise InvalidRequest(field=field, reason="not_rfc3339")
    if moment.tzinfo is None:
        raise InvalidRequest(field=field, reason="no_time_zone")
    # compared by what is written, since an offset at either end of the calendar has no moment in UTC
    if not _FIRST < moment.date() < _LAST:
        raise InvalidRequest(field=field, reason="out_of_range")
    return int(moment.astimezone(UTC).timestamp())
