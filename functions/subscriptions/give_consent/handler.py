"""POST /subscriptions/{subscriptionId}/consent: the customer's word for charges of an amount (JWT)."""

from typing import Any

from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.subscriptions import Subscription
from portone_payments.domain.shared.money import checked_amount
from portone_payments.domain.subscriptions.lifecycle import consent
from portone_payments.entry.http import INLINE_SECONDS, HttpHandler
from portone_payments.entry.request import Body, Request
from portone_payments.entry.views.subscriptions import subscription_answer, subscription_id
from portone_payments.entry.wiring.charges import ChargeDeps
from portone_payments.flows.subscriptions.manage import always
from portone_payments.ports.world import Deadline


class ConsentBody(Body):
    """The price the customer agreed to, in minor units; it holds for 30 days."""

    amount: int


def route(request: Request, deps: ChargeDeps) -> dict[str, Any]:
    """What was withheld for want of it is charged at the next allowed hour, 202 while that is open."""
    user_id, wanted = request.user_id, subscription_id(request)
    amount = request.body(ConsentBody).amount

    def agreed(held: Subscription, moment: Moment) -> Subscription:
        return consent(held, checked_amount(amount, held.currency, field="amount"), moment)

    after = deps.subscriptions.change(wanted, agreed, by="app", user_id=user_id, counted=always)
    after = deps.subscriber.collected(after, Deadline.after(deps.clock, INLINE_SECONDS))
    return subscription_answer(after, deps.clock.now())


handler = HttpHandler(route, needs=("store", "portone", "vault", "subscriber"), kind=ChargeDeps)
