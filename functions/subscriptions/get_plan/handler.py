"""GET /plans/{planId}: what is sold by the period (JWT, or IAM)."""

from typing import Any

from portone_payments.domain.errors.billing import PlanNotFound
from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import ORDER_ID, Request
from portone_payments.entry.responses import answer
from portone_payments.entry.rights import Right
from portone_payments.entry.views.plans import plan_view, shop_plan_view
from portone_payments.entry.views.subscriptions import asked_by
from portone_payments.entry.wiring.subscriptions import SubscriptionDeps


def route(request: Request, deps: SubscriptionDeps) -> dict[str, Any]:
    """To those whom it is offered to; the shop also sees who they are, and how far a new price came."""
    user_id, plan_id = asked_by(request), request.path("planId")
    if not ORDER_ID.fullmatch(plan_id):
        raise PlanNotFound
    plan = deps.subscriptions.plan(plan_id, user_id)
    return answer(200, shop_plan_view(plan) if user_id is None else plan_view(plan))


handler = HttpHandler(
    route,
    rights=(Right.OWNER, Right.SHOP, Right.STAFF),
    needs=("store", "subscriptions"),
    kind=SubscriptionDeps,
)
