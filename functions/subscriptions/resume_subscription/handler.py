"""POST /subscriptions/{subscriptionId}/resume: charged again, from the rest of its period (JWT, or IAM)."""

from typing import Any

from portone_payments.entry.http import INLINE_SECONDS, HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.rights import Right
from portone_payments.entry.views.subscriptions import asked_by, subscription_answer, subscription_id
from portone_payments.entry.wiring.charges import ChargeDeps
from portone_payments.flows.subscriptions.commands import resume


def route(request: Request, deps: ChargeDeps) -> dict[str, Any]:
    """What is due now is charged at once, 202 while that is open."""
    wanted, user_id = subscription_id(request), asked_by(request)
    after = resume(deps.subscriptions, wanted, by=request.caller.by, user_id=user_id)
    after = deps.subscriber.collected(after, deps.deadline(INLINE_SECONDS))
    return subscription_answer(request, after, deps.clock.now(), deps.settings.billing)


handler = HttpHandler(
    route,
    rights=(Right.OWNER, Right.SHOP, Right.STAFF),
    needs=("store", "portone", "vault", "subscriber"),
    kind=ChargeDeps,
)
