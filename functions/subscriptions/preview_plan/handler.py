"""POST /subscriptions/{subscriptionId}/preview: what another plan would cost now (JWT)."""

from typing import Any

from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Body, PlanId, Request
from portone_payments.entry.responses import answer
from portone_payments.entry.views.subscriptions import preview_view, subscription_id
from portone_payments.entry.wiring.subscriptions import SubscriptionDeps
from portone_payments.flows.subscriptions.commands import preview_plan


class PreviewBody(Body):
    """The plan."""

    plan_id: PlanId


def route(request: Request, deps: SubscriptionDeps) -> dict[str, Any]:
    """Exactly what PUT .../plan charges on the same KST day; nothing is changed by this."""
    user_id, plan_id = request.user_id, request.body(PreviewBody).plan_id
    found = preview_plan(deps.subscriptions, subscription_id(request), plan_id, user_id=user_id)
    return answer(200, preview_view(found))


handler = HttpHandler(route, needs=("store", "subscriptions"), kind=SubscriptionDeps)
