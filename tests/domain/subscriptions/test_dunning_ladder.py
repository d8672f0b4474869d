"""A declined charge is retried on the days of the policy, until grace is over."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portone_payments.domain.shared.calendar import kst_day
from portone_payments.domain.subscriptions.dunning import DunningPolicy, end_of_grace, next_try
from tests.support.dunning_times import (
    DAY,
    POLICY,
    clock,
    is_allowed,
    kst,
    moments,
    policies,
    spreads,
)


def walk(policy: DunningPolicy, failed_at: int, lags: list[int], spread: int) -> list[int]:
    """All attempts of the retry schedule when the worker of each is `lags` seconds late."""
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
def test_a_retry_schedule_keeps_hours_days_and_grace_however_late_it_runs(
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
def test_a_retry_schedule_run_in_time_charges_on_exactly_its_days(
    policy: DunningPolicy, failed_at: int, spread: int
) -> None:
    tries = walk(policy, failed_at, [], spread)

    assert tuple((kst_day(at) - kst_day(failed_at)).days for at in tries) == policy.retry_days


@given(failed_at=moments, done=st.integers(0, 4), lag=st.integers(0, 16 * DAY), later=st.integers(0, DAY))
def test_running_later_never_moves_an_attempt_forward(
    failed_at: int, done: int, lag: int, later: int
) -> None:
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


def test_retry_days_missed_in_an_outage_follow_one_a_day() -> None:
    failed = kst("2025-03-01T14:30:00")

    tries = walk(POLICY, failed, [10 * DAY], 0)

    assert [clock(at)[5:16] for at in tries] == ["03-11 14:30", "03-12 14:30", "03-13 14:30", "03-14 14:30"]


def test_nothing_is_charged_after_grace() -> None:
    failed = kst("2025-03-01T14:30:00")

    last_moment, too_late = (
        next_try(POLICY, failed, 1, kst(f"2025-03-15T{at}")) for at in ("20:59:59", "21:00:00")
    )

    assert last_moment == kst("2025-03-15T20:59:59")
    assert too_late is None


def test_grace_lasts_to_the_end_of_its_last_korean_day() -> None:
    assert clock(end_of_grace(POLICY, kst("2025-03-01T23:59:59"))) == "2025-03-16 00:00:00"
    assert clock(end_of_grace(POLICY, kst("2025-03-02T00:00:00"))) == "2025-03-17 00:00:00"
