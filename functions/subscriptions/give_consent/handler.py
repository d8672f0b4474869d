"""POST /subscriptions/{subscriptionId}/consent: the customer's word for charges of an amount (JWT)."""

from typing import Any

from portone_payments.entry.http import INLINE_SECONDS, HttpHandler
from portone_payments.entry.request import Body, Request
from portone_payments.entry.views.subscriptions import subscription_answer, subscription_id
from portone_payments.entry.wiring.charges import ChargeDeps
from portone_payments.flows.subscriptions.commands import consent


class ConsentBody(Body):
    """The price the customer agreed to, in minor units; it holds for 30 days."""

    amount: int


def route(request: Request, deps: ChargeDeps) -> dict[str, Any]:
    """What was withheld for want of it is charged at the next allowed hour, 202 while that is open."""
    user_id, wanted = request.user_id, subscription_id(request)
    amount = request.body(ConsentBody).amount
    after = consent(deps.subscriptions, wanted, amount, user_id=user_id)
    after = deps.subscriber.collected(after, deps.deadline(INLINE_SECONDS))
    return subscription_answer(request, after, deps.clock.now(), deps.settings.billing)


handler = HttpHandler(route, needs=("store", "portone", "vault", "subscriber"), kind=ChargeDeps)
