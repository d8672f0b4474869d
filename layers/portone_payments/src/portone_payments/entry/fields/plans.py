"""A plan in a body: what the shop sells by the period."""

from typing import Annotated

from pydantic import Field

from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.domain.records.subscriptions import Plan
from portone_payments.domain.shared.calendar import Unit
from portone_payments.domain.shared.money import checked_amount, checked_tax_free
from portone_payments.domain.subscriptions.plan import check_anchor_day, checked_interval
from portone_payments.entry.fields.closed import Currency, PartOfAmount
from portone_payments.entry.fields.names import Name, checked_name
from portone_payments.entry.request import ORDER_ID, Body, PlanId, UserId


class IntervalBody(Body):
    """How long a period is: at most 366 days, 52 weeks, 12 months or 10 years."""

    unit: Annotated[Unit, Field(strict=False)]
    count: Annotated[int, Field(ge=1, le=366)]


class PlanBody(Body):
    """A plan; `anchorDay` bills months and years on that day, `trialDays` are free of charge.

    `userIds`: to whom alone it is offered; left out, to everybody. Of the plans of one `group` a user has one
    at a time; left out, it is the plan's own id. `startAheadDays`: how far ahead an app may let it begin.
    """

    name: Name
    amount: PartOfAmount
    tax_free_amount: PartOfAmount = 0
    currency: Currency
    interval: IntervalBody
    trial_days: Annotated[int, Field(ge=0, le=366)] = 0
    anchor_day: Annotated[int, Field(ge=1, le=31)] | None = None
    on_sale: bool = True
    user_ids: Annotated[list[UserId], Field(max_length=100)] | None = None
    group: PlanId | None = None
    start_ahead_days: Annotated[int, Field(ge=0, le=366)] = 0


def plan_in(plan_id: str, body: PlanBody) -> Plan:
    """The plan. Raises `InvalidRequest`."""
    if not ORDER_ID.fullmatch(plan_id):
        raise InvalidRequest(field="planId", reason="malformed")
    amount = checked_amount(body.amount, body.currency, field="amount", least=0)
    tax_free = checked_tax_free(body.tax_free_amount, amount, body.currency, field="taxFreeAmount")
    interval = checked_interval(body.interval.unit, body.interval.count)
    check_anchor_day(interval, body.anchor_day)
    return Plan(
        plan_id=plan_id,
        name=checked_name(body.name),
        amount=amount,
        tax_free=tax_free,
        currency=body.currency,
        interval=interval,
        trial_days=body.trial_days,
        anchor_day=body.anchor_day,
        on_sale=body.on_sale,
        user_ids=None if body.user_ids is None else tuple(body.user_ids),
        group=body.group or "",
        start_ahead_days=body.start_ahead_days,
    )
