"""Days and billing periods as Korea counts them: KST is UTC+9 the year round.

Moments are epoch seconds UTC, days are `date`s in KST. Periods come from the anchor, never from "now".
"""

import math
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

HOUR = 3600
DAY = 24 * HOUR
KST = 9 * HOUR
_EPOCH = date(1970, 1, 1)
_MONTHS = 12
_LONGEST_MONTH = 31


class Unit(StrEnum):
    """What an interval counts."""

    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"
    YEAR = "YEAR"


_MOST = {Unit.DAY: 366, Unit.WEEK: 52, Unit.MONTH: 12, Unit.YEAR: 10}


@dataclass(frozen=True, slots=True)
class Interval:
    """How long a period is: 1 to 366 days, 52 weeks, 12 months or 10 years; anything else is a ValueError."""

    unit: Unit
    count: int
    extra: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.unit in _MOST and not 1 <= self.count <= _MOST[self.unit]:
            raise ValueError(f"an interval has 1 to {_MOST[self.unit]} of {self.unit}")

    @property
    def days(self) -> int:
        """The interval's length in days; 0 when it counts months or years."""
        return {Unit.DAY: 1, Unit.WEEK: 7}.get(self.unit, 0) * self.count

    @property
    def months(self) -> int:
        """The interval's length in months; 0 when it counts days or weeks."""
        return {Unit.MONTH: 1, Unit.YEAR: _MONTHS}.get(self.unit, 0) * self.count


def kst_day(at: float) -> date:
    """The KST day of an epoch second; it begins at 15:00 UTC of the day before."""
    return _EPOCH + timedelta(days=(math.floor(at) + KST) // DAY)


def kst_midnight(day: date) -> int:
    """The epoch second at which a KST day begins."""
    return (day - _EPOCH).days * DAY - KST


def kst_seconds(at: float) -> int:
    """Whole seconds since the last KST midnight."""
    return (math.floor(at) + KST) % DAY


def days_between(first: date, last: date) -> int:
    """How many days `last` is after `first`; negative when it is before."""
    return (last - first).days


def period_start(anchor: date, interval: Interval, number: int, anchor_day: int | None = None) -> date:
    """The first day of period `number`, which is also the first day no longer in the period before.

    Period 0 starts at `anchor`. An anchor of 29, 30 or 31 falls on the last day of a shorter month and
    returns. `anchor_day` (1 to 31, months and years only) bills on another day of the month: period 0 is
    then a short one up to the first such day after `anchor`, where period 1 starts, and the interval is
    counted from there; an `anchor` that is such a day already has no short period.
    ValueError for a negative number or such an anchor day.
    """
    if number < 0:
        raise ValueError("periods are numbered from 0")
    first, numbered, day = _first_anchored(anchor, interval, anchor_day)
    if number < numbered:
        return anchor
    steps = number - numbered
    if interval.months:
        return _in_month(_month(first) + steps * interval.months, day)
    return first + timedelta(days=steps * interval.days)


def period_of(anchor: date, interval: Interval, day: date, anchor_day: int | None = None) -> int:
    """The number of the period in which `day` lies; -1 for any day before `anchor`."""
    if day < anchor:
        return -1
    first, numbered, _ = _first_anchored(anchor, interval, anchor_day)
    if day < first:
        return 0
    if not interval.months:
        return days_between(first, day) // interval.days
    number = numbered + (_month(day) - _month(first)) // interval.months
    return number if period_start(anchor, interval, number, anchor_day) <= day else number - 1


def _first_anchored(anchor: date, interval: Interval, anchor_day: int | None) -> tuple[date, int, int]:
    """The first anchored day, the number of the period that starts there, and the day of the month."""
    if anchor_day is None:
        return anchor, 0, anchor.day
    if not interval.months or not 1 <= anchor_day <= _LONGEST_MONTH:
        raise ValueError("an anchor day is 1 to 31, of an interval of months or years")
    this_month = _in_month(_month(anchor), anchor_day)
    if this_month == anchor:
        return anchor, 0, anchor_day
    first = this_month if this_month > anchor else _in_month(_month(anchor) + 1, anchor_day)
    return first, 1, anchor_day


def _month(day: date) -> int:
    """Months since year 0, so that months can be counted."""
    return day.year * _MONTHS + day.month - 1


def _in_month(month: int, day: int) -> date:
    """The given day of the month, or the month's last."""
    year, index = divmod(month, _MONTHS)
    return date(year, index + 1, min(day, monthrange(year, index + 1)[1]))
