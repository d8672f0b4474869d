"""PUT /subscriptions/{subscriptionId}/plan: another plan, now or from the next period (JWT, or IAM)."""

from typing import Annotated, Any

from pydantic import Field

from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.entry.fields.closed import ChangeWhen
from portone_payments.entry.http import INLINE_SECONDS, HttpHandler
from portone_payments.entry.request import Body, PlanId, Request
from portone_payments.entry.rights import Right
from portone_payments.entry.views.subscriptions import (
    asked_by,
    refuse_declined,
    subscription_answer,
    subscription_id,
)
from portone_payments.entry.wiring.charges import ChargeDeps
from portone_payments.flows.subscriptions.commands import change_plan_later, change_plan_now


class ChangeBody(Body):
    """`due` is the sum that the preview showed; the shop's backend changes at a period's end only."""

    plan_id: PlanId
    when: ChangeWhen = "period_end"
    due: Annotated[int, Field(ge=0)] | None = None


def route(request: Request, deps: ChargeDeps) -> dict[str, Any]:
    """200 once it is agreed and paid for, 202 while its charge is open, 402 when that was declined."""
    user_id, wanted = asked_by(request), subscription_id(request)
    body = request.body(ChangeBody)
    if user_id is None and body.when == "now":
        raise InvalidRequest(field="when", reason="period_end_only")
    subscriptions, by = deps.subscriptions, request.caller.by
    plan = subscriptions.plan(body.plan_id)
    if body.when == "now":
        after = change_plan_now(subscriptions, wanted, plan, shown=body.due, by=by, user_id=user_id)
    else:
        after = change_plan_later(subscriptions, wanted, plan, by=by, user_id=user_id)
    asked = after.change.invoice_id if after.change else None
    if asked is not None:
        after = deps.subscriber.collected(after, deps.deadline(INLINE_SECONDS))
        refuse_declined(after.invoices.get(asked))
    return subscription_answer(request, after, deps.clock.now(), deps.settings.billing)


handler = HttpHandler(
    route,
    rights=(Right.OWNER, Right.SHOP, Right.STAFF),
    needs=("store", "portone", "vault", "subscriber"),
    kind=ChargeDeps,
)
