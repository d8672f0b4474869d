"""Age in full years at Korean midnight, against the law counted out year by year."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portone_payments.domain.identity.age import ADULT, age_at, full_years, korean_day

BORN = st.dates(min_value=date(1900, 1, 1), max_value=date(2030, 12, 31))
DAYS = st.integers(min_value=0, max_value=45_000)


def by_the_code(born: date, on: date) -> int:
    """Years that have ended, each ending on the last day Civil Code art. 160 gives it."""
    years = 0
    while last_day_of_year(born, years + 1) < on:
        years += 1
    return years


def last_day_of_year(born: date, number: int) -> date:
    """Art. 160 (2): the day before the corresponding one; (3): no such day, the month's last."""
    year = born.year + number
    days = monthrange(year, born.month)[1]
    if born.day > days:
        return date(year, born.month, days)
    return date(year, born.month, born.day) - timedelta(days=1)


def at_kst(day: date, hour: int, minute: int, second: int) -> float:
    """The epoch second at which clocks in Korea show this."""
    there = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=UTC)
    return there.timestamp() - 9 * 3600


@given(born=BORN, days=DAYS)
@example(born=date(2004, 2, 29), days=(date(2023, 2, 28) - date(2004, 2, 29)).days)
@example(born=date(2004, 2, 29), days=(date(2023, 3, 1) - date(2004, 2, 29)).days)
@example(born=date(2004, 2, 29), days=(date(2024, 2, 29) - date(2004, 2, 29)).days)
def test_a_full_year_is_one_the_civil_code_counts_as_ended(born: date, days: int) -> None:
    on = born + timedelta(days=days)

    assert full_years(born, on) == by_the_code(born, on)


@pytest.mark.parametrize(
    ("born", "birthday"),
    [
        (date(2007, 6, 15), date(2026, 6, 15)),
        (date(2007, 1, 1), date(2026, 1, 1)),
        (date(2006, 12, 31), date(2025, 12, 31)),
        (date(2004, 2, 29), date(2023, 3, 1)),
        (date(2008, 2, 29), date(2027, 3, 1)),
    ],
)
def test_a_person_comes_of_age_at_korean_midnight(born: date, birthday: date) -> None:
    eve = birthday - timedelta(days=1)

    assert age_at(born.isoformat(), at_kst(eve, 23, 59, 59)) == ADULT - 1
    assert age_at(born.isoformat(), at_kst(birthday, 0, 0, 0)) == ADULT


def test_a_leap_day_child_has_its_birthday_in_a_leap_year() -> None:
    assert age_at("2004-02-29", at_kst(date(2024, 2, 28), 23, 59, 59)) == 19
    assert age_at("2004-02-29", at_kst(date(2024, 2, 29), 0, 0, 0)) == 20


@pytest.mark.parametrize(
    "birth_date", [None, "", "2004-02-30", "20040229x", "tomorrow", "2999-01-01", "1066-10-14"]
)
def test_an_invalid_birth_date_gives_no_age(birth_date: str | None) -> None:
    assert age_at(birth_date, at_kst(date(2026, 1, 1), 0, 0, 0)) is None


def test_the_day_in_korea_is_nine_hours_ahead() -> None:
    assert korean_day(at_kst(date(2026, 3, 1), 0, 0, 0)) == date(2026, 3, 1)
    assert korean_day(at_kst(date(2026, 3, 1), 0, 0, 0) - 1) == date(2026, 2, 28)
