"""Days in UTC, as the index of changes and the audit count them."""

from datetime import UTC, datetime, timedelta


def day_of(seconds: float) -> str:
    """The day (yyyy-mm-dd, UTC) of an epoch second."""
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()


def days_between(since: float, until: float) -> tuple[str, ...]:
    """Each day from the one of `since` to the one of `until`, both epoch seconds UTC."""
    first, last = (datetime.fromtimestamp(seconds, UTC).date() for seconds in (since, until))
    return tuple((first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1))
