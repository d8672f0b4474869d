"""Days and periods in KST: every anchor of thirteen years against dateutil, which only this test knows."""

from datetime import UTC, date, datetime, timedelta

import pytest
from dateutil.relativedelta import relativedelta  # type: ignore[import-untyped]  # it ships no types
from hypothesis import given
from hypothesis import strategies as st

from portone_payments.domain.shared.calendar import (
    Interval,
    Unit,
    days_between,
    kst_day,
    kst_midnight,
    kst_seconds,
    period_of,
    period_start,
)

FIRST, LAST = date(2024, 1, 1), date(2028, 12, 31)
ANCHORS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
MONTHLY = Interval(Unit.MONTH, 1)
YEARLY = Interval(Unit.YEAR, 1)
MOST = {Unit.DAY: 366, Unit.WEEK: 52, Unit.MONTH: 12, Unit.YEAR: 10}

intervals = st.sampled_from(Unit).flatmap(
    lambda unit: st.builds(Interval, st.just(unit), st.integers(1, MOST[unit]))
)
anchors = st.dates(FIRST, LAST)


def moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


@pytest.mark.parametrize(
    ("unit", "count"),
    [(unit, count) for unit, most in MOST.items() for count in (1, 5, most)],
)
def test_a_period_starts_where_dateutil_says_from_every_day_of_five_years(unit: Unit, count: int) -> None:
    numbers = (0, 1, 2, 13)
    steps = [relativedelta(**{f"{unit.lower()}s": count * number}) for number in numbers]
    interval = Interval(unit, count)

    wrong = [
        (anchor, number)
        for anchor in ANCHORS
        for number, step in zip(numbers, steps, strict=True)
        if period_start(anchor, interval, number) != anchor + step
    ]

    assert not wrong


def test_every_month_to_2036_starts_where_dateutil_says_from_every_day_of_a_leap_year() -> None:
    wrong = [
        (anchor, number)
        for number in range(13 * 12)
        for step in [relativedelta(months=number)]
        for anchor in ANCHORS[:366]
        if period_start(anchor, MONTHLY, number) != anchor + step
    ]

    assert not wrong


@pytest.mark.parametrize("anchor_day", range(1, 32))
@pytest.mark.parametrize("interval", [MONTHLY, Interval(Unit.MONTH, 3), YEARLY], ids=["1m", "3m", "1y"])
def test_an_anchor_day_is_kept_from_any_start(interval: Interval, anchor_day: int) -> None:
    next_months = [relativedelta(months=n, day=anchor_day) for n in range(3)]
    steps = [relativedelta(months=n * interval.months, day=anchor_day) for n in range(6)]
    for start in ANCHORS[: 2 * 366 : 5]:
        first = next(day for step in next_months if (day := start + step) >= start)
        short = [start] if first > start else []
        expected = [*short, *(first + step for step in steps)][:6]

        starts = [period_start(start, interval, number, anchor_day) for number in range(6)]

        assert starts == expected


@pytest.mark.parametrize(
    ("start", "anchor_day", "expected"),
    [
        ("2025-01-15", 31, ["2025-01-15", "2025-01-31", "2025-02-28", "2025-03-31"]),
        ("2024-01-15", 31, ["2024-01-15", "2024-01-31", "2024-02-29", "2024-03-31"]),
        ("2025-01-15", 1, ["2025-01-15", "2025-02-01", "2025-03-01", "2025-04-01"]),
        ("2025-02-28", 31, ["2025-02-28", "2025-03-31", "2025-04-30", "2025-05-31"]),
        ("2025-01-15", 15, ["2025-01-15", "2025-02-15", "2025-03-15", "2025-04-15"]),
    ],
    ids=["short", "leap", "next month", "already the last day", "already the day"],
)
def test_a_start_on_another_day_gives_one_short_period(
    start: str, anchor_day: int, expected: list[str]
) -> None:
    anchor = date.fromisoformat(start)

    starts = [period_start(anchor, MONTHLY, number, anchor_day).isoformat() for number in range(4)]

    assert starts == expected


def test_the_29th_of_february_falls_on_the_28th_and_returns() -> None:
    starts = [period_start(date(2024, 2, 29), YEARLY, number) for number in range(5)]

    assert starts == [
        date(2024, 2, 29),
        date(2025, 2, 28),
        date(2026, 2, 28),
        date(2027, 2, 28),
        date(2028, 2, 29),
    ]


@given(
    anchor=anchors,
    interval=intervals,
    day=st.dates(FIRST, date(2050, 1, 1)),
    anchor_day=st.none() | st.integers(1, 31),
)
def test_every_day_belongs_to_exactly_one_period(
    anchor: date, interval: Interval, day: date, anchor_day: int | None
) -> None:
    anchor_day = anchor_day if interval.months else None

    number = period_of(anchor, interval, day, anchor_day)

    if day < anchor:
        assert number == -1
    else:
        first = period_start(anchor, interval, number, anchor_day)
        next_first = period_start(anchor, interval, number + 1, anchor_day)
        assert first <= day < next_first


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2024-12-31T14:59:59+00:00", date(2024, 12, 31)),
        ("2024-12-31T14:59:59.999999+00:00", date(2024, 12, 31)),
        ("2024-12-31T15:00:00+00:00", date(2025, 1, 1)),
        ("2025-01-01T00:00:00+00:00", date(2025, 1, 1)),
        ("1969-12-31T14:59:59+00:00", date(1969, 12, 31)),
    ],
)
def test_a_day_begins_at_midnight_in_seoul_not_in_greenwich(at: str, day: date) -> None:
    assert kst_day(moment(at)) == day


@given(day=st.dates(FIRST, LAST))
def test_midnight_is_the_first_second_of_its_day(day: date) -> None:
    midnight = kst_midnight(day)

    assert datetime.fromtimestamp(midnight, UTC).strftime("%H:%M:%S") == "15:00:00"
    assert (kst_day(midnight), kst_day(midnight - 1)) == (day, day - timedelta(days=1))
    assert (kst_seconds(midnight), kst_seconds(midnight - 1)) == (0, 86_399)


@given(at=st.integers(0, 4_000_000_000))
def test_a_time_of_day_is_its_midnight_plus_seconds(at: int) -> None:
    assert kst_midnight(kst_day(at)) + kst_seconds(at) == at


def test_days_between_counts_a_leap_day() -> None:
    assert days_between(date(2024, 2, 1), date(2024, 3, 1)) == 29


@pytest.mark.parametrize(("unit", "most"), MOST.items())
def test_an_interval_is_neither_empty_nor_endless(unit: Unit, most: int) -> None:
    for count in (0, -1, most + 1):
        with pytest.raises(ValueError, match=f"1 to {most}"):
            Interval(unit, count)


@pytest.mark.parametrize(
    ("interval", "anchor_day"),
    [(MONTHLY, 0), (MONTHLY, 32), (Interval(Unit.WEEK, 1), 15)],
    ids=["none", "too late", "of weeks"],
)
def test_an_anchor_day_is_a_day_of_a_month(interval: Interval, anchor_day: int) -> None:
    with pytest.raises(ValueError, match="anchor day"):
        period_start(FIRST, interval, 0, anchor_day)


def test_there_is_no_period_before_the_anchor() -> None:
    with pytest.raises(ValueError, match="from 0"):
        period_start(FIRST, MONTHLY, -1)
