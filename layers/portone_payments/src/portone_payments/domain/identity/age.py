"""Full years of age as Korean law counts them, in Korean time.

Civil Code art. 158 counts the day of birth in; by art. 160 a year ends with the day before the corresponding
one or, where the month has no such day, with the month's last: a year more on each birthday at 0:00, and for
whoever was born on 29 February on 1 March of a common year.
"""

from datetime import UTC, date, datetime, timedelta, timezone

KST = timezone(timedelta(hours=9))
ADULT = 19  # Civil Code art. 4
OLDEST = 150


def korean_day(seconds: float) -> date:
    """The day in Korea at an epoch second UTC."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(KST).date()


def full_years(born: date, on: date) -> int:
    """The age on the day `on` of a person born on `born`."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def age_at(birth_date: str | None, seconds: float) -> int | None:
    """Full years at an epoch second UTC; None for a birth date (`yyyy-MM-dd`) that cannot be one."""
    try:
        years = full_years(date.fromisoformat(birth_date or ""), korean_day(seconds))
    except ValueError:
        return None
    return years if 0 <= years <= OLDEST else None
