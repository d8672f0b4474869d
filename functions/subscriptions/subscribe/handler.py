"""POST /subscriptions: subscribe to a plan, and pay what is due of it now (JWT)."""

from typing import Annotated, Any

from pydantic import Field

from portone_payments.entry.fields.dates import Day, checked_day
from portone_payments.entry.http import INLINE_SECONDS, HttpHandler
from portone_payments.entry.request import BillingKeyId, Body, PlanId, Request
from portone_payments.entry.views.subscriptions import required_key, started_answer
from portone_payments.entry.wiring.charges import ChargeDeps
from portone_payments.flows.subscriptions.subscribe import SubscribeRequest


class SubscribeBody(Body):
    """`amount` is the price the app showed, which alone is charged; `start` is a KST day.

    `consent` agrees to that price for 30 days, also to the charge after a trial that ends within them.
    `trial` false begins without the plan's free trial, as one must who had it before.
    """

    plan_id: PlanId
    amount: Annotated[int, Field(ge=0)] | None = None
    start: Day | None = None
    anchor_day: Annotated[int, Field(ge=1, le=31)] | None = None
    consent: bool = False
    trial: bool | None = None
    billing_key_id: BillingKeyId | None = None


def route(request: Request, deps: ChargeDeps) -> dict[str, Any]:
    """200 once it stands, 202 while its first charge is open, 402 when that was declined."""
    user_id, key = request.user_id, required_key(request)
    body = request.body(SubscribeBody)
    wanted = SubscribeRequest(
        user_id=user_id,
        body_hash=request.body_hash(),
        request_key=key,
        plan_id=body.plan_id,
        shown=body.amount,
        consented=body.consent,
        start=checked_day(body.start, "start").isoformat() if body.start else None,
        anchor_day=body.anchor_day,
        billing_key_id=body.billing_key_id,
        trial=body.trial,
    )
    started = deps.subscriber.start(wanted, deps.deadline(INLINE_SECONDS))
    return started_answer(request, started, deps.clock.now(), deps.settings.billing)


handler = HttpHandler(route, needs=("store", "portone", "vault", "subscriber"), kind=ChargeDeps)
