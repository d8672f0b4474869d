"""When a charge may be attempted: in the allowed hours, spread, never twice on one KST day."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portone_payments.domain.shared.calendar import kst_day
from portone_payments.domain.subscriptions.dunning import DunningPolicy, at_allowed_time, one_a_day
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


@given(policy=policies(), at=moments, spread=spreads)
def test_a_charge_waits_for_an_allowed_hour_and_no_longer_than_a_day(
    policy: DunningPolicy, at: int, spread: int
) -> None:
    moved = at_allowed_time(policy, at, spread)

    assert is_allowed(policy, moved)
    assert at <= moved < at + 2 * DAY


@given(policy=policies(), at=moments, later=st.integers(0, 2 * DAY), spread=spreads)
def test_a_charge_due_later_is_not_made_earlier(
    policy: DunningPolicy, at: int, later: int, spread: int
) -> None:
    assert at_allowed_time(policy, at, spread) <= at_allowed_time(policy, at + later, spread)


def test_the_order_of_charges_is_kept_where_the_smoothing_window_is_cut() -> None:
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


def test_a_spike_is_spread_evenly_over_the_smoothing_window() -> None:
    smooth = replace(POLICY, smoothing_seconds=600)
    opened = kst("2025-03-01T10:00:00")

    charged = Counter(at_allowed_time(smooth, opened - DAY // 4, spread) for spread in range(6_000))

    assert charged == {opened + second: 10 for second in range(600)}


def test_the_smoothing_window_ends_with_the_allowed_hours() -> None:
    smooth = replace(POLICY, smoothing_seconds=3_600)
    due = kst("2025-03-01T20:50:00")

    charged = {at_allowed_time(smooth, due, spread) for spread in range(3_600)}

    assert charged == {due + second for second in range(600)}


@given(policy=policies(), last=moments, wanted=moments)
def test_no_day_has_a_second_attempt(policy: DunningPolicy, last: int, wanted: int) -> None:
    moved = one_a_day(policy, last, wanted)

    assert kst_day(moved) > kst_day(last)
    assert moved >= wanted
    assert is_allowed(policy, moved)


def test_a_second_attempt_on_one_day_moves_to_that_time_of_the_next() -> None:
    moved = one_a_day(POLICY, kst("2025-03-01T10:30:00"), kst("2025-03-01T18:00:00"))

    assert clock(moved) == "2025-03-02 18:00:00"


def test_the_day_of_an_attempt_begins_at_midnight_in_seoul() -> None:
    all_day = replace(POLICY, allowed_from=0, allowed_to=24)

    moved = one_a_day(all_day, kst("2025-03-01T23:59:59"), kst("2025-03-02T00:00:00"))

    assert clock(moved) == "2025-03-02 00:00:00"
