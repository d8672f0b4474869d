"""POST /subscriptions/{subscriptionId}/cancel: end it now or with its period (JWT, or IAM)."""

from typing import Any

from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Body, Request
from portone_payments.entry.rights import Right
from portone_payments.entry.views.subscriptions import asked_by, subscription_answer, subscription_id
from portone_payments.entry.wiring.subscriptions import SubscriptionDeps
from portone_payments.flows.subscriptions.commands import cancel


class EndBody(Body):
    """Whether what is paid for may be used up first."""

    at_period_end: bool


def route(request: Request, deps: SubscriptionDeps) -> dict[str, Any]:
    """200: nothing more is charged from now on. 202: a charge under way finishes first."""
    user_id, wanted = asked_by(request), subscription_id(request)
    at_end = request.body(EndBody).at_period_end
    after = cancel(deps.subscriptions, wanted, at_period_end=at_end, by=request.caller.by, user_id=user_id)
    return subscription_answer(after, deps.clock.now())


handler = HttpHandler(
    route,
    rights=(Right.OWNER, Right.SHOP, Right.STAFF),
    needs=("store", "subscriptions"),
    kind=SubscriptionDeps,
)
