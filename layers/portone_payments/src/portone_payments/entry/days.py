"""Days and moments as callers write them: KST days, moments in RFC 3339."""

from datetime import date, datetime
from typing import Annotated

from pydantic import StringConstraints

from portone_payments.domain.errors import InvalidRequest

type Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
type Instant = Annotated[str, StringConstraints(max_length=40)]


def checked_day(text: str, field: str) -> date:
    """A day of the calendar. Raises `InvalidRequest`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidRequest(field=field, reason="not_a_day") from None


def epoch_of(text: str, field: str) -> int:
    """A moment as epoch seconds UTC. Raises `InvalidRequest`."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidRequest(field=field, reason="not_rfc3339") from None
    if moment.tzinfo is None:
        raise InvalidRequest(field=field, reason="no_time_zone")
    return int(moment.timestamp())
