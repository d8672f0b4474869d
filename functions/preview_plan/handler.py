"""POST /subscriptions/{subscriptionId}/preview: what another plan would cost now (JWT)."""

from typing import Any

from portone_payments.domain.subscribing import preview
from portone_payments.entry.deps import Deps
from portone_payments.entry.http import HttpHandler
from portone_payments.entry.ids import PlanId
from portone_payments.entry.request import Body, Request
from portone_payments.entry.responses import answer
from portone_payments.entry.subscriptions import preview_view, subscription_id


class PreviewBody(Body):
    """The plan."""

    plan_id: PlanId


def route(request: Request, deps: Deps) -> dict[str, Any]:
    """Exactly what PUT .../plan charges on the same KST day; nothing is changed by this."""
    user_id, plan_id = request.user_id, request.body(PreviewBody).plan_id
    held = deps.subscriptions.of(subscription_id(request), user_id)
    plan = deps.subscriptions.plan(plan_id)
    return answer(200, preview_view(preview(held, plan, deps.subscriptions.moment("app"))))


handler = HttpHandler(route, needs=("store", "subscriptions"))
