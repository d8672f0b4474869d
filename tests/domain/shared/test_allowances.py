"""Allowances of a user: so many at once, then one per interval, and a refusal says when."""

import pytest

from portone_payments.domain.errors.common import TooManyRequests
from portone_payments.domain.shared.allowances import Allowance, check, spend, used_up, with_one

NOW = 1_800_000_000.25
FEW = Allowance("few", 3, 60)
MANY = Allowance("many", 10, 60)


def spent_after(times: int, *, now: float = NOW) -> dict[str, int]:
    """What is spent after so many at one moment."""
    spent: dict[str, int] = {}
    for _ in range(times):
        spent = spend(spent, FEW, now=now)
    return spent


def test_an_allowance_can_be_used_at_once_and_no_further() -> None:
    spent = spent_after(FEW.most)

    assert used_up(spent, FEW, now=NOW)
    with pytest.raises(TooManyRequests):
        spend(spent, FEW, now=NOW)


def test_a_refusal_says_which_allowance_and_in_how_many_seconds_one_more_is_free() -> None:
    spent = spent_after(FEW.most)
    with pytest.raises(TooManyRequests) as refused:
        check(spent, FEW, now=NOW)
    wait = refused.value.data["retry_after"]

    assert refused.value.data["allowance"] == "few"
    assert isinstance(wait, int)
    assert 1 <= wait <= FEW.every + 1
    assert not used_up(spent, FEW, now=NOW + wait)
    assert used_up(spent, FEW, now=NOW + wait - 1.5)


def test_one_more_is_free_in_each_interval_and_all_after_a_rest() -> None:
    spent = spent_after(FEW.most)
    later = NOW + FEW.every + 1

    assert used_up(spend(spent, FEW, now=later), FEW, now=later)
    assert spent_after(FEW.most, now=NOW + 10 * FEW.every)


def test_no_user_exceeds_the_allowance_over_any_time() -> None:
    spent: dict[str, int] = {}
    had = 0
    for second in range(3600):
        if not used_up(spent, FEW, now=NOW + second):
            spent, had = spend(spent, FEW, now=NOW + second), had + 1

    assert FEW.most + 3600 // FEW.every - 1 <= had <= FEW.most + 3600 // FEW.every


def test_one_allowance_does_not_affect_another() -> None:
    spent = spent_after(FEW.most)

    assert set(spend(spent, MANY, now=NOW)) == {"few", "many"}
    with pytest.raises(TooManyRequests):
        check(spent, MANY, FEW, now=NOW)


def test_an_allowance_that_is_whole_again_is_not_stored() -> None:
    spent = spent_after(1)

    assert set(with_one(spent, MANY, now=NOW + 3 * FEW.every)) == {"many"}


def test_a_clock_behind_another_containers_waits_only_for_what_was_used() -> None:
    spent = spent_after(1, now=NOW + 5)

    assert not used_up(spent, FEW, now=NOW)
