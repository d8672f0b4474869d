"""POST /ops/subscriptions: subscribe a user, with a trial, a discount, a start of your choice (IAM)."""

from typing import Annotated, Any

from pydantic import Field

from portone_payments.entry.fields.dates import Day, checked_day
from portone_payments.entry.http import INLINE_SECONDS, HttpHandler
from portone_payments.entry.request import BillingKeyId, Body, PlanId, Request, UserId
from portone_payments.entry.rights import Right
from portone_payments.entry.views.subscriptions import required_key, started_answer
from portone_payments.entry.wiring.charges import ChargeDeps
from portone_payments.flows.subscriptions.subscribe import DiscountAsked, SubscribeRequest


class DiscountBody(Body):
    """`percent` or `amount` off for the first `periods`; what is free altogether is a trial."""

    percent: Annotated[int, Field(ge=1, le=99)] | None = None
    amount: Annotated[int, Field(ge=1)] | None = None
    periods: Annotated[int, Field(ge=1, le=1200)]


class SubscribeUserBody(Body):
    """`trialDays` instead of the plan's; `start` a KST day within a year.

    Without `billingKeyId` the user's default method pays.
    """

    user_id: UserId
    plan_id: PlanId
    amount: Annotated[int, Field(ge=0)] | None = None
    start: Day | None = None
    anchor_day: Annotated[int, Field(ge=1, le=31)] | None = None
    trial_days: Annotated[int, Field(ge=0, le=3660)] | None = None
    discount: DiscountBody | None = None
    billing_key_id: BillingKeyId | None = None


def route(request: Request, deps: ChargeDeps) -> dict[str, Any]:
    """The user's subscription; no offer binds the shop, the end of a trial asks the user for consent."""
    key, body = required_key(request), request.body(SubscribeUserBody)
    wanted = SubscribeRequest(
        user_id=body.user_id,
        body_hash=request.body_hash(),
        request_key=key,
        plan_id=body.plan_id,
        shown=body.amount,
        start=checked_day(body.start, "start").isoformat() if body.start else None,
        anchor_day=body.anchor_day,
        billing_key_id=body.billing_key_id,
        trial_days=body.trial_days,
        discount=_discount(body.discount),
        by=request.caller.by,
    )
    started = deps.subscriber.start(wanted, deps.deadline(INLINE_SECONDS))
    return started_answer(request, started, deps.clock.now(), deps.settings.billing)


def _discount(body: DiscountBody | None) -> DiscountAsked | None:
    if body is None:
        return None
    return DiscountAsked(percent=body.percent, amount=body.amount, periods=body.periods)


handler = HttpHandler(
    route, rights=(Right.SHOP,), needs=("store", "portone", "vault", "subscriber"), kind=ChargeDeps
)
