"""PUT /subscriptions/{subscriptionId}/billing-key: charge another saved method, or the default (JWT)."""

from typing import Any

from portone_payments.entry.http import INLINE_SECONDS, HttpHandler
from portone_payments.entry.request import BillingKeyId, Body, Request
from portone_payments.entry.views.subscriptions import subscription_answer, subscription_id
from portone_payments.entry.wiring.charges import ChargeDeps
from portone_payments.flows.subscriptions.commands import use_key


class KeyBody(Body):
    """One of the caller's own; null charges whatever is the default then."""

    billing_key_id: BillingKeyId | None


def route(request: Request, deps: ChargeDeps) -> dict[str, Any]:
    """What was declined is tried at once; its invoice says how that ended, 202 while it is open."""
    user_id, wanted = request.user_id, subscription_id(request)
    chosen = request.body(KeyBody).billing_key_id
    after = use_key(deps.subscriptions, wanted, chosen, user_id=user_id)
    after = deps.subscriber.collected(after, deps.deadline(INLINE_SECONDS))
    return subscription_answer(request, after, deps.clock.now(), deps.settings.billing)


handler = HttpHandler(route, needs=("store", "portone", "vault", "subscriber"), kind=ChargeDeps)
