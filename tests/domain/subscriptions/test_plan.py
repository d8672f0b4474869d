"""What a plan may be."""

import pytest

from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.domain.shared.calendar import Interval, Unit
from portone_payments.domain.subscriptions.plan import check_anchor_day, checked_interval


@pytest.mark.parametrize(("unit", "count"), [(Unit.DAY, 366), (Unit.MONTH, 12), (Unit.YEAR, 10)])
def test_a_period_may_be_as_long_as_its_unit_allows(unit: Unit, count: int) -> None:
    assert checked_interval(unit, count) == Interval(unit, count)


@pytest.mark.parametrize(("unit", "count"), [(Unit.WEEK, 53), (Unit.MONTH, 13), (Unit.YEAR, 11)])
def test_a_longer_period_is_refused(unit: Unit, count: int) -> None:
    with pytest.raises(InvalidRequest) as refused:
        checked_interval(unit, count)

    assert refused.value.data == {"field": "interval.count", "reason": "out_of_range"}


@pytest.mark.parametrize("unit", [Unit.MONTH, Unit.YEAR])
def test_months_and_years_may_begin_on_a_day_of_the_month(unit: Unit) -> None:
    check_anchor_day(Interval(unit, 1), 31)


@pytest.mark.parametrize("unit", [Unit.DAY, Unit.WEEK])
def test_days_and_weeks_begin_on_no_day_of_the_month(unit: Unit) -> None:
    check_anchor_day(Interval(unit, 1), None)
    with pytest.raises(InvalidRequest) as refused:
        check_anchor_day(Interval(unit, 1), 1)

    assert refused.value.data == {"field": "anchorDay", "reason": "months_and_years_only"}
