"""What a saved pay method is for, in a body: how often, or from which day to which (PortOne facts 12.1)."""

from typing import Any

from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.entry.fields.closed import OfferInterval
from portone_payments.entry.fields.dates import Day, checked_day
from portone_payments.entry.request import Body


class OfferPeriodBody(Body):
    """Either `interval`, monthly or yearly, or both days, the last one included; Korean days."""

    interval: OfferInterval | None = None
    first_day: Day | None = None
    last_day: Day | None = None


def offer_period_in(body: OfferPeriodBody | None) -> dict[str, Any] | None:
    """The period in the SDK's words, None for none. Raises `InvalidRequest`."""
    if body is None:
        return None
    if body.interval is not None and body.first_day is None and body.last_day is None:
        return {"interval": body.interval}
    if body.interval is not None or body.first_day is None or body.last_day is None:
        raise InvalidRequest(field="offerPeriod", reason="interval_or_both_days")
    first = checked_day(body.first_day, "offerPeriod.firstDay")
    last = checked_day(body.last_day, "offerPeriod.lastDay")
    if last < first:
        raise InvalidRequest(field="offerPeriod.lastDay", reason="before_first")
    return {"range": {"from": f"{first}T00:00:00+09:00", "to": f"{last}T23:59:59+09:00"}}
