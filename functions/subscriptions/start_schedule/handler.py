"""POST /schedules: have an order paid in its parts, each at its time (JWT)."""

from typing import Annotated, Any

from pydantic import StringConstraints

from portone_payments.entry.http import INLINE_SECONDS, HttpHandler
from portone_payments.entry.request import BillingKeyId, Body, Request
from portone_payments.entry.views.subscriptions import required_key, started_answer
from portone_payments.entry.wiring.charges import ChargeDeps
from portone_payments.flows.subscriptions.subscribe import SubscribeRequest


class ScheduleBody(Body):
    """The order whose parts are charged; without `billingKeyId` the caller's default is."""

    order_id: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    billing_key_id: BillingKeyId | None = None


def route(request: Request, deps: ChargeDeps) -> dict[str, Any]:
    """The schedule, under /subscriptions from now on; a part due at once is charged, 202 while open."""
    user_id, key = request.user_id, required_key(request)
    body = request.body(ScheduleBody)
    wanted = SubscribeRequest(
        user_id=user_id,
        body_hash=request.body_hash(),
        request_key=key,
        order_id=body.order_id,
        billing_key_id=body.billing_key_id,
    )
    started = deps.subscriber.start(wanted, deps.deadline(INLINE_SECONDS))
    return started_answer(request, started, deps.clock.now(), deps.settings.billing)


handler = HttpHandler(route, needs=("store", "portone", "vault", "subscriber"), kind=ChargeDeps)
