"""EventBridge Scheduler's schedules, read from the template, so that none is left out."""

import itertools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

SCHEDULE = "AWS::Scheduler::Schedule"
UNITS = {"minute": 60, "hour": 3600, "day": 86_400}
RATE = re.compile(r"rate\(([1-9]\d*) (minute|hour|day)s?\)")
CRON = re.compile(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)")
YEARS_AHEAD = 9  # 29 February may be eight years away


class When(Protocol):
    """How a schedule expression is read."""

    @property
    def every(self) -> float | None:
        """Seconds between two firings; None where they fall on times of the day."""
        ...

    def after(self, moment: float) -> float:
        """The first firing after a moment, in epoch seconds."""
        ...


@dataclass(frozen=True, slots=True)
class Rate:
    """`rate(15 minutes)`."""

    every: float

    def after(self, moment: float) -> float:
        """One interval later."""
        return moment + self.every


@dataclass(frozen=True, slots=True, kw_only=True)
class Cron:
    """`cron(30 7,19 * * ? *)`: times of the day on the days that fit. Sunday is weekday 1."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    years: tuple[int, ...]
    zone: ZoneInfo
    every: None = None

    def after(self, moment: float) -> float:
        """The first time that fits. ValueError where none does for years."""
        first = datetime.fromtimestamp(moment, self.zone).date()
        for day in (first + timedelta(n) for n in range(366 * YEARS_AHEAD)):
            if not self._falls_on(day):
                continue
            for hour, minute in itertools.product(self.hours, self.minutes):
                at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=self.zone).timestamp()
                if at > moment:
                    return at
        raise ValueError("a schedule without a time")

    def _falls_on(self, day: date) -> bool:
        return (
            day.year in self.years
            and day.month in self.months
            and day.day in self.days
            and day.isoweekday() % 7 + 1 in self.weekdays
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """One timer: the function it calls (by logical id) with which event, and when."""

    name: str
    function: str
    event: Any
    when: When


def schedules_of(template: Mapping[str, Any]) -> tuple[Schedule, ...]:
    """Every enabled schedule of a transformed template. ValueError for one that could not be played."""
    found = {
        name: resource["Properties"]
        for name, resource in template["Resources"].items()
        if "ScheduleExpression" in resource.get("Properties", {})
    }
    strange = [name for name in found if template["Resources"][name]["Type"] != SCHEDULE]
    if strange:
        raise ValueError(f"schedules of a kind the local stack does not play: {strange}")
    return tuple(
        Schedule(
            name=name,
            function=properties["Target"]["Arn"]["Fn::GetAtt"][0],
            event=json.loads(properties["Target"].get("Input", "{}")),
            when=when(properties["ScheduleExpression"], properties.get("ScheduleExpressionTimezone", "UTC")),
        )
        for name, properties in found.items()
        if properties.get("State", "ENABLED") == "ENABLED"
    )


def when(expression: str, zone: str = "UTC") -> When:
    """A schedule expression, read. ValueError for one that is not understood here."""
    if rate := RATE.fullmatch(expression):
        return Rate(float(rate[1]) * UNITS[rate[2]])
    cron = CRON.fullmatch(expression)
    if cron is None:
        raise ValueError(f"{expression} is no rate(...) or cron(...) the local stack can play")
    minutes, hours, days, months, weekdays, years = cron.groups()
    this_year = datetime.now(UTC).year
    return Cron(
        minutes=_field(minutes, 0, 59),
        hours=_field(hours, 0, 23),
        days=_field(days, 1, 31),
        months=_field(months, 1, 12),
        weekdays=_field(weekdays, 1, 7),
        years=_field(years, 1970, this_year + 2 * YEARS_AHEAD),
        zone=ZoneInfo(zone),
    )


def _field(text: str, low: int, high: int) -> tuple[int, ...]:
    """`*`, `?`, `7`, `7,19`, `1-5`, `0/15`: what they stand for. ValueError for names, L, W and #."""
    if text in {"*", "?"}:
        return tuple(range(low, high + 1))
    return tuple(sorted({n for part in text.split(",") for n in _part(part, low, high)}))


def _part(text: str, low: int, high: int) -> range:
    found = re.fullmatch(r"(\*|\d+)(?:-(\d+))?(?:/(\d+))?", text)
    if found is None:
        raise ValueError(f"{text} in cron(...) is nothing the local stack can play")
    first = low if found[1] == "*" else int(found[1])
    last = int(found[2]) if found[2] else high if found[3] or found[1] == "*" else first
    if not low <= first <= last <= high:
        raise ValueError(f"{text} in cron(...) is out of range")
    return range(first, last + 1, int(found[3] or 1))
