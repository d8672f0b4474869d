"""Plans over HTTP: as an app sees them, as the shop does, and how far a new price came."""

from typing import Any

from portone_payments.domain.records.subscriptions import Plan, PriceForAll
from portone_payments.domain.subscriptions.offers import group_of
from portone_payments.entry.responses import answer
from portone_payments.entry.views.payments import time_view


def plan_view(plan: Plan) -> dict[str, Any]:
    """What the shop sells by the period."""
    return {
        "planId": plan.plan_id,
        "name": plan.name,
        "amount": plan.amount,
        "taxFreeAmount": plan.tax_free,
        "currency": plan.currency,
        "interval": {"unit": plan.interval.unit.value, "count": plan.interval.count},
        "trialDays": plan.trial_days,
        "anchorDay": plan.anchor_day,
        "onSale": plan.on_sale,
        "group": group_of(plan),
        "startAheadDays": plan.start_ahead_days,
    }


def shop_plan_view(plan: Plan) -> dict[str, Any]:
    """The same with what concerns other users than the one who looks: for the shop alone."""
    return {
        **plan_view(plan),
        "userIds": None if plan.user_ids is None else list(plan.user_ids),
        "price": plan.price and price_view(plan.price),
    }


def price_view(price: PriceForAll) -> dict[str, Any]:
    """A new price for all, and how many of the plan's subscribers were told so far."""
    return {
        "amount": price.amount,
        "taxFreeAmount": price.tax_free,
        "startsAt": time_view(price.starts),
        "askedAt": time_view(price.asked_at),
        "told": price.told,
        "kept": price.kept,
        "skipped": price.skipped,
        "doneAt": time_view(price.done_at),
    }


def price_answer(plan: Plan) -> dict[str, Any]:
    """200 once all subscribers were told of the price, 202 before."""
    view = shop_plan_view(plan)
    if plan.price is None or plan.price.done_at is not None:
        return answer(200, view)
    return answer(202, {**view, "statusUrl": f"/ops/plans/{plan.plan_id}"}, retry_after="60")
