"""Dunning: never outside the allowed hours, never twice on one KST day, never past grace, always the same."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portone_payments.domain.calendar import kst_day
from portone_payments.domain.dunning import (
    DunningPolicy,
    at_allowed_time,
    end_of_grace,
    next_try,
    one_a_day,
)

POLICY = DunningPolicy()
DAY = 86_400
KST_OFFSET = timedelta(hours=9)
moments = st.integers(1_700_000_000, 1_900_000_000)
spreads = st.integers(-(2**70), 2**70)


@st.composite
def policies(draw: st.DrawFn) -> DunningPolicy:
    opens = draw(st.integers(0, 23))
    grace = draw(st.integers(0, 30))
    retry_days = draw(st.sets(st.integers(1, max(grace, 1)), max_size=min(grace, 8)))
    return DunningPolicy(
        retry_days=tuple(sorted(retry_days)),
        allowed_from=opens,
        allowed_to=draw(st.integers(opens + 1, 24)),
        grace_days=grace,
        smoothing_seconds=draw(st.integers(0, DAY)),
    )


def kst(text: str) -> int:
    return int(datetime.fromisoformat(f"{text}+09:00").timestamp())


def clock(at: int) -> str:
    return (datetime.fromtimestamp(at, UTC) + KST_OFFSET).strftime("%Y-%m-%d %H:%M:%S")


def is_allowed(policy: DunningPolicy, at: int) -> bool:
    hour = (datetime.fromtimestamp(at, UTC) + KST_OFFSET).hour
    return policy.allowed_from <= hour < policy.allowed_to


@given(policy=policies(), at=moments, spread=spreads)
def test_a_charge_waits_for_an_allowed_hour_and_no_longer_than_a_day(
    policy: DunningPolicy, at: int, spread: int
) -> None:
    moved = at_allowed_time(policy, at, spread)

    assert is_allowed(policy, moved)
    assert at <= moved < at + 2 * DAY


@given(policy=policies(), at=moments, later=st.integers(0, 2 * DAY), spread=spreads)
def test_what_is_due_later_is_not_charged_earlier(
    policy: DunningPolicy, at: int, later: int, spread: int
) -> None:
    assert at_allowed_time(policy, at, spread) <= at_allowed_time(policy, at + later, spread)


def test_the_order_of_charges_holds_where_the_window_is_cut() -> None:
    smooth = replace(POLICY, smoothing_seconds=3_600)
    last_hour = range(kst("2025-03-01T20:00:00"), kst("2025-03-01T21:00:00"))

    charged = [at_allowed_time(smooth, at, 3_599) for at in last_hour]

    assert charged == sorted(charged)


@pytest.mark.parametrize(
    ("at", "charged"),
    [
        ("2025-03-01T09:59:59", "2025-03-01 10:00:00"),
        ("2025-03-01T10:00:00", "2025-03-01 10:00:00"),
        ("2025-03-01T20:59:59", "2025-03-01 20:59:59"),
        ("2025-03-01T21:00:00", "2025-03-02 10:00:00"),
    ],
)
def test_the_allowed_hours_end_before_their_last_hour(at: str, charged: str) -> None:
    assert clock(at_allowed_time(POLICY, kst(at), 7)) == charged


def test_a_spike_is_spread_evenly_over_the_window() -> None:
    smooth = replace(POLICY, smoothing_seconds=600)
    opened = kst("2025-03-01T10:00:00")

    charged = Counter(at_allowed_time(smooth, opened - DAY // 4, spread) for spread in range(6_000))

    assert charged == {opened + second: 10 for second in range(600)}


def test_a_window_is_cut_at_the_end_of_the_allowed_hours() -> None:
    smooth = replace(POLICY, smoothing_seconds=3_600)
    due = kst("2025-03-01T20:50:00")

    charged = {at_allowed_time(smooth, due, spread) for spread in range(3_600)}

    assert charged == {due + second for second in range(600)}


@given(policy=policies(), last=moments, wanted=moments)
def test_a_day_with_a_try_gets_no_second_one(policy: DunningPolicy, last: int, wanted: int) -> None:
    moved = one_a_day(policy, last, wanted)

    assert kst_day(moved) > kst_day(last)
    assert moved >= wanted
    assert is_allowed(policy, moved)


def test_a_second_try_of_a_day_is_made_at_that_time_of_the_next() -> None:
    moved = one_a_day(POLICY, kst("2025-03-01T10:30:00"), kst("2025-03-01T18:00:00"))

    assert clock(moved) == "2025-03-02 18:00:00"


def test_midnight_in_seoul_not_in_greenwich_begins_the_day_of_a_try() -> None:
    all_day = replace(POLICY, allowed_from=0, allowed_to=24)

    moved = one_a_day(all_day, kst("2025-03-01T23:59:59"), kst("2025-03-02T00:00:00"))

    assert clock(moved) == "2025-03-02 00:00:00"


def walk(policy: DunningPolicy, failed_at: int, lags: list[int], spread: int) -> list[int]:
    """All tries the ladder makes when the worker of each came `lags` seconds late to ask."""
    tries: list[int] = []
    now = failed_at
    for lag in [*lags, *[0] * 40]:
        last = tries[-1] if tries else None
        at = next_try(policy, failed_at, len(tries), now + lag, last_try_at=last, spread=spread)
        if at is None:
            return tries
        tries.append(at)
        now = at
    raise AssertionError("a ladder ends")


@given(
    policy=policies(), failed_at=moments, lags=st.lists(st.integers(0, 5 * DAY), max_size=8), spread=spreads
)
def test_a_ladder_keeps_hours_days_and_grace_however_late_it_is_asked(
    policy: DunningPolicy, failed_at: int, lags: list[int], spread: int
) -> None:
    tries = walk(policy, failed_at, lags, spread)

    on = [kst_day(at) for at in (failed_at, *tries)]
    assert on == sorted(set(on))
    assert all(is_allowed(policy, at) for at in tries)
    assert all(at < end_of_grace(policy, failed_at) for at in tries)
    assert len(tries) <= len(policy.retry_days)
    assert tries == walk(policy, failed_at, lags, spread)


@given(policy=policies(), failed_at=moments, spread=spreads)
def test_a_ladder_asked_in_time_tries_on_exactly_its_days(
    policy: DunningPolicy, failed_at: int, spread: int
) -> None:
    tries = walk(policy, failed_at, [], spread)

    assert tuple((kst_day(at) - kst_day(failed_at)).days for at in tries) == policy.retry_days


@given(failed_at=moments, done=st.integers(0, 4), lag=st.integers(0, 16 * DAY), later=st.integers(0, DAY))
def test_asking_later_never_brings_a_try_forward(failed_at: int, done: int, lag: int, later: int) -> None:
    now = failed_at + lag

    soon, late = (next_try(POLICY, failed_at, done, at) for at in (now, now + later))

    assert late is None or (soon is not None and soon <= late and now + later <= late)


@pytest.mark.parametrize(
    ("failed", "tries"),
    [
        ("2025-03-01T14:30:00", ["03-02 14:30", "03-04 14:30", "03-06 14:30", "03-08 14:30"]),
        ("2025-03-01T23:30:00", ["03-02 10:00", "03-04 10:00", "03-06 10:00", "03-08 10:00"]),
        ("2025-03-01T00:30:00", ["03-02 10:00", "03-04 10:00", "03-06 10:00", "03-08 10:00"]),
    ],
)
def test_retry_days_count_from_the_korean_day_of_the_first_failure(failed: str, tries: list[str]) -> None:
    assert [clock(at)[5:16] for at in walk(POLICY, kst(failed), [], 0)] == tries


def test_days_missed_in_an_outage_are_made_up_for_one_a_day() -> None:
    failed = kst("2025-03-01T14:30:00")

    tries = walk(POLICY, failed, [10 * DAY], 0)

    assert [clock(at)[5:16] for at in tries] == ["03-11 14:30", "03-12 14:30", "03-13 14:30", "03-14 14:30"]


def test_nothing_is_tried_after_grace() -> None:
    failed = kst("2025-03-01T14:30:00")

    last_moment, too_late = (
        next_try(POLICY, failed, 1, kst(f"2025-03-15T{at}")) for at in ("20:59:59", "21:00:00")
    )

    assert last_moment == kst("2025-03-15T20:59:59")
    assert too_late is None


def test_grace_lasts_to_the_end_of_its_last_korean_day() -> None:
    assert clock(end_of_grace(POLICY, kst("2025-03-01T23:59:59"))) == "2025-03-16 00:00:00"
    assert clock(end_of_grace(POLICY, kst("2025-03-02T00:00:00"))) == "2025-03-17 00:00:00"
