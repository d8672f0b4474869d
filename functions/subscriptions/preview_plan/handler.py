"""POST /subscriptions/{subscriptionId}/preview: what another plan would cost now (JWT)."""

from typing import Any

from portone_payments.domain.subscriptions.plan_change import Preview, preview
from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Body, PlanId, Request
from portone_payments.entry.responses import answer
from portone_payments.entry.views.payments import time_view
from portone_payments.entry.views.subscriptions import subscription_id
from portone_payments.entry.wiring.subscriptions import SubscriptionDeps


class PreviewBody(Body):
    """The plan."""

    plan_id: PlanId


def route(request: Request, deps: SubscriptionDeps) -> dict[str, Any]:
    """Exactly what PUT .../plan charges on the same KST day; nothing is changed by this."""
    user_id, plan_id = request.user_id, request.body(PreviewBody).plan_id
    subscriptions = deps.subscriptions
    held, plan, moment = (
        subscriptions.of(subscription_id(request), user_id),
        subscriptions.plan(plan_id),
        subscriptions.moment("app"),
    )
    return answer(200, _view(preview(held, plan, moment, subscriptions.payments(held, moment))))


def _view(preview: Preview) -> dict[str, Any]:
    """What a plan change costs now, and what follows; the very figures that are charged."""
    due = preview.proration.due
    return {
        "charge": preview.proration.charge,
        "credit": preview.proration.credit,
        "due": max(due, 0),
        "credited": max(-due, 0),
        "nextAmount": preview.next_amount,
        "nextAt": time_view(preview.next_at),
    }


handler = HttpHandler(route, needs=("store", "subscriptions"), kind=SubscriptionDeps)
