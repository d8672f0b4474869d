"""GET /plans/{planId}: what an app shows of a plan (JWT)."""

from typing import Any

from portone_payments.domain.errors.billing import PlanNotFound
from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import ORDER_ID, Request
from portone_payments.entry.responses import answer
from portone_payments.entry.views.subscriptions import plan_view
from portone_payments.entry.wiring.subscriptions import SubscriptionDeps


def route(request: Request, deps: SubscriptionDeps) -> dict[str, Any]:
    """The plan as the shop stored it."""
    plan_id = request.path("planId")
    if not ORDER_ID.fullmatch(plan_id):
        raise PlanNotFound
    return answer(200, plan_view(deps.subscriptions.plan(plan_id)))


handler = HttpHandler(route, needs=("store", "subscriptions"), kind=SubscriptionDeps)
