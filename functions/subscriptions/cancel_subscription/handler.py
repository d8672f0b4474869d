"""POST /subscriptions/{subscriptionId}/cancel, .../keep: end it, now or with what is paid (JWT, or IAM)."""

from typing import Any

from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Body, Request
from portone_payments.entry.rights import Right
from portone_payments.entry.views.subscriptions import (
    asked_by,
    ended_answer,
    subscription_answer,
    subscription_id,
)
from portone_payments.entry.wiring.subscriptions import SubscriptionDeps
from portone_payments.flows.subscriptions.commands import cancel, keep


class EndBody(Body):
    """Whether what is paid for may be used up first, and whether what is open is charged all the same.

    `refundRest`, by staff and for an end now: what of it is paid and not used goes back, the days from today
    on and what is left of the balance.
    """

    at_period_end: bool
    pay_open: bool = False
    refund_rest: bool = False


def route(request: Request, deps: SubscriptionDeps) -> dict[str, Any]:
    """Cancelled: nothing new is charged, 202 while a charge under way decides. Kept: it goes on as before."""
    user_id, wanted, by = asked_by(request), subscription_id(request), request.caller.by
    if request.route.endswith("/keep"):
        after = keep(deps.subscriptions, wanted, by=by, user_id=user_id)
        return subscription_answer(request, after, deps.clock.now(), deps.settings.billing)
    body = request.body(EndBody)
    if body.refund_rest:
        return _with_refund(request, deps, wanted, at_period_end=body.at_period_end)
    after = cancel(
        deps.subscriptions,
        wanted,
        at_period_end=body.at_period_end,
        pay_open=body.pay_open,
        by=by,
        user_id=user_id,
    )
    return subscription_answer(request, after, deps.clock.now(), deps.settings.billing)


def _with_refund(
    request: Request, deps: SubscriptionDeps, wanted: str, *, at_period_end: bool
) -> dict[str, Any]:
    if request.caller.right is not Right.STAFF:
        raise InvalidRequest(field="refundRest", reason="staff_only")
    if at_period_end:
        raise InvalidRequest(field="refundRest", reason="with_period_end")
    after, refunds = deps.ender.end(wanted, request.caller.requester)
    return ended_answer(request, after, refunds, deps.clock.now(), deps.settings.billing)


handler = HttpHandler(
    route,
    rights=(Right.OWNER, Right.SHOP, Right.STAFF),
    needs=("store", "subscriptions", "ender"),
    kind=SubscriptionDeps,
)
