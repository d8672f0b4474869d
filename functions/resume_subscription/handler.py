"""POST /subscriptions/{subscriptionId}/resume: charged again, from what is left of its period (JWT)."""

from typing import Any

from portone_payments.domain.subscribing import resume
from portone_payments.entry.deps import Deps
from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.subscriptions import collected, subscription_answer, subscription_id


def route(request: Request, deps: Deps) -> dict[str, Any]:
    """What is due now is charged at once, 202 while that is open."""
    after = deps.subscriptions.change(subscription_id(request), resume, by="app", user_id=request.user_id)
    return subscription_answer(collected(after, deps), deps.clock.now())


handler = HttpHandler(route, needs=("store", "portone", "vault", "subscriber"))
