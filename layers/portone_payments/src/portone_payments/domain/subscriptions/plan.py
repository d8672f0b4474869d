"""What a plan may be."""

from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.domain.shared.calendar import Interval, Unit


def checked_interval(unit: Unit, count: int) -> Interval:
    """How long a period is. Raises `InvalidRequest` for one that is too long."""
    try:
        return Interval(unit, count)
    except ValueError:
        raise InvalidRequest(field="interval.count", reason="out_of_range") from None


def check_anchor_day(interval: Interval, anchor_day: int | None) -> None:
    """Months and years may begin on a day of the month, days and weeks cannot. Raises `InvalidRequest`."""
    if anchor_day is not None and not interval.months:
        raise InvalidRequest(field="anchorDay", reason="months_and_years_only")
